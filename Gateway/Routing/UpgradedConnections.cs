using System.Buffers;
using System.Net;
using System.Net.Sockets;
using Sure.Contracts.Calls;
using Sure.Gateway.Trunks;

namespace Sure.Gateway.Routing;

/// <summary>
/// Gives an answer that agrees to an upgrade the connection itself as its content, and takes one that there is no place for a failure, so that
/// another instance is asked. The HTTP client would keep its own buffers, and take its own steps with each read, for as long as the connection
/// lasts. It speaks plain HTTP to the services, or there would be TLS in between. A client whose WebSocket is relayed is sent to by the trunk of
/// the instance, where there is one.
/// </summary>
/// <param name="inner">The HTTP client, which connects as this has it, for as long as its <see cref="SocketsHttpHandler.ConnectTimeout"/> says.</param>
/// <param name="handshakeTimeout">For an answer to a request for an upgrade.</param>
/// <param name="time">The clock.</param>
/// <param name="trunks">To the instances; null where no WebSocket is relayed.</param>
internal sealed class UpgradedConnections(SocketsHttpHandler inner, TimeSpan handshakeTimeout, TimeProvider time, ServiceTrunks? trunks = null)
    : DelegatingHandler(Connecting(inner, time))
{
    private const string Upgrade = "Upgrade";

    /// <summary>Of the request under way: it is written within its own flow, whoever has opened the connection.</summary>
    private static readonly AsyncLocal<Use?> _use = new();

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        request.Headers.NonValidated.Contains(Upgrade) ? UpgradeAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    private static SocketsHttpHandler Connecting(SocketsHttpHandler inner, TimeProvider time)
    {
        // The client's own end of that time looks like the end of the request, of which nobody could tell whether anything of it was sent.
        var timeout = inner.ConnectTimeout;
        inner.ConnectTimeout = Timeout.InfiniteTimeSpan;
        inner.ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, timeout, time, cancellationToken);
        return inner;
    }

    /// <exception cref="SocketException">There is nobody, or nobody who answers in time.</exception>
    private static async ValueTask<Stream> ConnectAsync(DnsEndPoint service, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            using var over = new CancellationTokenSource(timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
            try
            {
                await socket.ConnectAsync(service, either.Token);
            }
            catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new SocketException((int)SocketError.TimedOut);
            }

            return new Connection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> UpgradeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (trunks is null)
        {
            return await AskAsync(request, cancellationToken);
        }

        // What clients send under this name is nothing to the service.
        request.Headers.Remove(Trunk.Header);
        if (!request.Options.TryGetValue(RelayedUpgrade.Option, out var relayed))
        {
            return await AskAsync(request, cancellationToken);
        }

        var streams = await trunks.OpenAsync(request.RequestUri!);
        if (streams.Count > 0)
        {
            request.Headers.TryAddWithoutValidation(Trunk.Header, string.Join(',', streams.Select(s => s.Name)));
        }

        HttpResponseMessage? answer = null;
        try
        {
            answer = await AskAsync(request, cancellationToken);
        }
        finally
        {
            var taken = answer?.StatusCode == HttpStatusCode.SwitchingProtocols ? Take(answer, Trunk.Header) : null;
            foreach (var stream in streams)
            {
                if (stream.Name == taken)
                {
                    relayed.Stream = stream;
                }
                else
                {
                    stream.Dispose();
                }
            }
        }

        if (Take(answer, Trunk.InstanceHeader) is { } instance)
        {
            trunks.Meet(request.RequestUri!, instance);
        }

        return answer;
    }

    /// <summary>What the service says to the gateway alone; null where it does not.</summary>
    private static string? Take(HttpResponseMessage answer, string header)
    {
        var said = answer.Headers.NonValidated.TryGetValues(header, out var values) ? values.ToString() : null;
        answer.Headers.Remove(header);
        return said;
    }

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var use = new Use();
        _use.Value = use;
        var answer = await SendInTimeAsync(request, cancellationToken);
        if (answer.StatusCode == HttpStatusCode.SwitchingProtocols && use.Connection is { } connection)
        {
            await connection.TakeAsync(answer.Content);
            answer.Content = new Content(connection);
        }

        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            answer.Dispose();
            throw new HttpRequestException("The service has no place for it.", inner: null, HttpStatusCode.ServiceUnavailable);
        }

        return answer;
    }

    /// <exception cref="HttpRequestException">There was no answer in time.</exception>
    private async Task<HttpResponseMessage> SendInTimeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(handshakeTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException exception) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"There was no answer to the request for an upgrade within {handshakeTimeout}.", exception);
        }
    }

    /// <summary>The connection that a request was written to last.</summary>
    private sealed class Use
    {
        public Connection? Connection { get; set; }
    }

    /// <summary>A connection that the HTTP client opened, and has until it is taken.</summary>
    private sealed class Connection(Socket socket) : NetworkStream(socket, ownsSocket: true)
    {
        /// <summary>
        /// What the system keeps of the service's while the client does not take it, which by itself grows to megabytes: what waits there the
        /// service takes for delivered.
        /// </summary>
        private const int ReceiveBuffer = 128 * 1024;

        /// <summary>What the HTTP client had read beyond the answer.</summary>
        private ReadOnlyMemory<byte> _before;

        private bool _isBeingTaken;

        /// <summary>Tells the HTTP client that the connection has ended: it gives what it has read already, without waiting, and lets go.</summary>
        public async Task TakeAsync(HttpContent answer)
        {
            var before = new ArrayBufferWriter<byte>();
            await using (var client = await answer.ReadAsStreamAsync())
            {
                _isBeingTaken = true;
                int length;
                while ((length = await client.ReadAsync(before.GetMemory())) > 0)
                {
                    before.Advance(length);
                }
            }

            if (before.WrittenCount > 0)
            {
                _before = before.WrittenMemory;
            }

            Socket.ReceiveBufferSize = ReceiveBuffer;
            _isBeingTaken = false;
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_isBeingTaken)
            {
                return ValueTask.FromResult(0);
            }

            if (_before.IsEmpty)
            {
                return base.ReadAsync(buffer, cancellationToken);
            }

            var length = Math.Min(buffer.Length, _before.Length);
            _before[..length].CopyTo(buffer);
            _before = length == _before.Length ? default : _before[length..];
            return ValueTask.FromResult(length);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            _use.Value?.Connection = this;
            return base.WriteAsync(buffer, cancellationToken);
        }

        protected override void Dispose(bool disposing)
        {
            if (!_isBeingTaken)
            {
                base.Dispose(disposing);
            }
        }
    }

    private sealed class Content(Stream connection) : HttpContent
    {
        protected override Task<Stream> CreateContentReadStreamAsync() => Task.FromResult(connection);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new NotSupportedException("A connection is not copied.");

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                connection.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

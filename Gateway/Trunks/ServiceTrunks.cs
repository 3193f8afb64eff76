using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sure.Contracts.Calls;
using Sure.Gateway.Routing;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Trunks;

/// <summary>
/// The trunks to all instances of RealtimeService. An address may stand for many of them and take each connection to any, so a client is asked
/// for with a stream of every trunk there is to that address, of which the instance that it comes to takes its own. The first trunk is opened
/// with the first client. An instance that has none says where it is reached itself, and is asked there for one while that client is sent to by
/// its own connection, as all clients are of an instance that has none to offer.
/// </summary>
internal sealed partial class ServiceTrunks(ServiceTokens tokens, TimeProvider time, ILogger<ServiceTrunks> logger) : IDisposable
{
    private const string Service = "realtimeservice";

    /// <summary>For an instance to answer; a client waits meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>From a request for one that was in vain, or whose trunk has ended, to the next for that address.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    /// <summary>To one address: each is 44 bytes at most in the request of every client. More instances than that belong behind several.</summary>
    private const int Most = 32;

    private readonly ConcurrentDictionary<string, Line> _lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly HttpMessageInvoker _client = new(new UpgradedConnections(
        new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            // By a connection that was kept the instance would be asked again that had none to offer.
            PooledConnectionLifetime = TimeSpan.Zero,
        },
        Patience,
        time));

    /// <summary>
    /// Streams for a client that is about to ask a service, one of each trunk; of those that its instance does not take the caller disposes.
    /// </summary>
    /// <param name="service">The address.</param>
    public async Task<IReadOnlyList<TrunkStream>> OpenAsync(Uri service)
    {
        var line = LineTo(service);
        var opening = Task.CompletedTask;
        lock (line)
        {
            if (line.Open().Count == 0)
            {
                AskIfDue(line, service);
                opening = line.Asked;
            }
        }

        await opening;
        lock (line)
        {
            return [.. line.Open().Select(t => t.Open())];
        }
    }

    /// <summary>A client of a service has come to an instance that has no trunk for it. Returns at once.</summary>
    /// <param name="service">The address.</param>
    /// <param name="instance">Where that instance itself is reached, as it says.</param>
    public void Meet(Uri service, string instance)
    {
        if (!IPEndPoint.TryParse(instance, out var endpoint))
        {
            return;
        }

        var line = LineTo(service);
        lock (line)
        {
            if (line.Open().All(t => t.Instance != instance))
            {
                AskIfDue(line, new Uri($"{service.Scheme}://{endpoint}"));
            }
        }
    }

    public void Dispose()
    {
        _client.Dispose();
        foreach (var line in _lines.Values)
        {
            lock (line)
            {
                foreach (var trunk in line.Open())
                {
                    trunk.Dispose();
                }
            }
        }
    }

    private Line LineTo(Uri service) => _lines.GetOrAdd(service.Authority, _ => new Line());

    /// <summary>Under the line's lock.</summary>
    private void AskIfDue(Line line, Uri instance)
    {
        var isDue = line.AskedAt is not { } askedAt || time.GetElapsedTime(askedAt) >= Pause;
        if (line.Asked is { IsCompleted: false } || !(isDue || line.Asked.Result is { IsOpen: true }))
        {
            return;
        }

        line.AskedAt = time.GetTimestamp();
        if (line.Open().Count < Most)
        {
            line.Asked = ConnectAsync(line, instance);
        }
        else
        {
            line.Asked = Task.FromResult<ServiceTrunk?>(null);
            Log.NoTrunk(logger, instance.Authority, $"there are {Most} already to its address.");
        }
    }

    /// <summary>Null where there is none to be had.</summary>
    private async Task<ServiceTrunk?> ConnectAsync(Line line, Uri instance)
    {
        try
        {
            var id = Guid.CreateVersion7(time.GetUtcNow());
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(instance, Trunk.Path));
            request.Headers.Connection.Add("Upgrade");
            request.Headers.TryAddWithoutValidation("Upgrade", Trunk.Protocol);
            request.Headers.TryAddWithoutValidation(Trunk.Header, id.ToString("N"));
            request.Headers.TryAddWithoutValidation(InternalToken.ServiceHeader, tokens.For(Service));
            var answer = await _client.SendAsync(request, CancellationToken.None);
            if (answer.StatusCode != HttpStatusCode.SwitchingProtocols)
            {
                Log.NotOffered(logger, instance.Authority, answer.StatusCode);
                answer.Dispose();
                return null;
            }

            var connection = await answer.Content.ReadAsStreamAsync();
            KeepAlive(((NetworkStream)connection).Socket);
            var trunk = new ServiceTrunk(connection)
            {
                Id = id,
                Instance = answer.Headers.TryGetValues(Trunk.InstanceHeader, out var said) ? said.First() : instance.Authority,
            };
            bool isNew;
            lock (line)
            {
                isNew = line.TryAdd(trunk);
            }

            if (!isNew)
            {
                trunk.Dispose();
                return null;
            }

            // It outlasts the request that has opened it, and is no part of what that caused.
            using (ExecutionContext.SuppressFlow())
            {
                _ = Task.Run(trunk.RunAsync);
            }

            return trunk;
        }
        catch (Exception exception)
        {
            // Whatever it is, clients can do without.
            Log.NoTrunk(logger, instance.Authority, exception.Message);
            return null;
        }
    }

    /// <summary>An instance whose machine is gone says nothing of it.</summary>
    private static void KeepAlive(Socket socket)
    {
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, optionValue: true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 15);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
    }

    /// <summary>To one address. Whoever does anything with it has its lock.</summary>
    private sealed class Line
    {
        private readonly List<ServiceTrunk> _trunks = [];

        /// <summary>What the last request has come to, or will.</summary>
        public Task<ServiceTrunk?> Asked { get; set; } = Task.FromResult<ServiceTrunk?>(null);

        public long? AskedAt { get; set; }

        /// <summary>Its trunks, each to another instance, without those that have ended.</summary>
        public List<ServiceTrunk> Open()
        {
            _trunks.RemoveAll(t => !t.IsOpen);
            return _trunks;
        }

        /// <summary>False where there is one to that instance.</summary>
        public bool TryAdd(ServiceTrunk trunk)
        {
            if (Open().Any(t => t.Instance == trunk.Instance))
            {
                return false;
            }

            _trunks.Add(trunk);
            return true;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "There is no trunk to {Instance}; its clients are sent to one by one: {Reason}")]
        public static partial void NotOffered(ILogger logger, string instance, HttpStatusCode reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "There is no trunk to {Instance}; its clients are sent to one by one: {Reason}")]
        public static partial void NoTrunk(ILogger logger, string instance, string reason);
    }
}

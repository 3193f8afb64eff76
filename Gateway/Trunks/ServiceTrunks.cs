using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sure.Contracts.Calls;
using Sure.Gateway.Routing;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Trunks;

/// <summary>
/// The trunks to all instances of RealtimeService, each opened with the first client of it. Where an instance has none to offer, its clients are
/// sent to one by one.
/// </summary>
internal sealed partial class ServiceTrunks(ServiceTokens tokens, TimeProvider time, ILogger<ServiceTrunks> logger) : IDisposable
{
    private const string Service = "realtimeservice";

    /// <summary>For an instance to answer; a client waits meanwhile.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>From a request for one to the next.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Line> _lines = new(StringComparer.OrdinalIgnoreCase);
    private readonly HttpMessageInvoker _client = new(new UpgradedConnections(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null }, Patience, time));

    /// <summary>A stream for a client that is about to ask an instance; null where there is no trunk to it.</summary>
    /// <param name="instance">Its address.</param>
    public async Task<TrunkStream?> OpenAsync(Uri instance)
    {
        var line = _lines.GetOrAdd(instance.Authority, _ => new Line());
        Task<ServiceTrunk?> opening;
        lock (line)
        {
            var isDue = line.AskedAt is not { } askedAt || time.GetElapsedTime(askedAt) >= Pause;
            if (isDue && line.Trunk.IsCompleted && !line.IsOpen)
            {
                line.AskedAt = time.GetTimestamp();
                line.Trunk = ConnectAsync(instance);
            }

            opening = line.Trunk;
        }

        return await opening is { IsOpen: true } trunk ? trunk.Open() : null;
    }

    public void Dispose()
    {
        _client.Dispose();
        foreach (var line in _lines.Values.Where(l => l.IsOpen))
        {
            line.Trunk.Result!.Dispose();
        }
    }

    /// <summary>Null where there is none to be had.</summary>
    private async Task<ServiceTrunk?> ConnectAsync(Uri instance)
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
            var trunk = new ServiceTrunk(connection) { Id = id };
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

    /// <summary>To one instance.</summary>
    private sealed class Line
    {
        public Task<ServiceTrunk?> Trunk { get; set; } = Task.FromResult<ServiceTrunk?>(null);

        public bool IsOpen => Trunk is { IsCompletedSuccessfully: true, Result.IsOpen: true };

        public long? AskedAt { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "There is no trunk to {Instance}; its clients are sent to one by one: {Reason}")]
        public static partial void NotOffered(ILogger logger, string instance, HttpStatusCode reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "There is no trunk to {Instance}; its clients are sent to one by one: {Reason}")]
        public static partial void NoTrunk(ILogger logger, string instance, string reason);
    }
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Sure.Gateway.Limits;
using Sure.ServiceDefaults;

namespace Sure.Gateway.Listeners;

/// <summary>
/// Hangs up on connections of the public listener beyond the limit of this instance or of their address. The internal listener has no
/// limit, so that whoever looks after the gateway always gets through.
/// </summary>
internal sealed partial class ConnectionLimit(
    IOptions<LimitOptions> limits, OpenFiles files, TrustedProxies proxies, IMeterFactory meters, ILogger<ConnectionLimit> logger)
{
    /// <summary>A WebSocket has a connection to RealtimeService behind it.</summary>
    private const int SocketsEach = 2;

    private readonly Counter<long> _refused = meters.Create("Sure.Gateway").CreateCounter<long>(
        "sure.gateway.connections.refused", "{connection}", "Connections hung up on because there were too many: of the instance, or of their address.");

    private readonly long _mostOfAddress = limits.Value.Scaled(limits.Value.ConnectionsPerAddress);
    private readonly ConcurrentDictionary<IPAddress, int> _byAddress = new();
    private int _open;

    /// <summary>
    /// How many connections are let in, and how many WebSockets: by HTTP/2 one connection has several. Requests have connections to services
    /// besides.
    /// </summary>
    public long Most { get; } = files.Connections(
        limits.Value.Scaled(limits.Value.Connections), "Limits:Connections", SocketsEach, besides: limits.Value.Concurrency, logger);

    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        var ofAddress = _byAddress.AddOrUpdate(address, 1, static (_, open) => open + 1);
        var open = Interlocked.Increment(ref _open);
        try
        {
            var limit = open > Most ? "instance" : ofAddress > _mostOfAddress && !proxies.Contains(address) ? "address" : null;
            if (limit is not null)
            {
                _refused.Add(1, new KeyValuePair<string, object?>("sure.limit", limit));
                Log.TooMany(logger, address, ofAddress, open);
                connection.Abort(new ConnectionAbortedException("There are too many connections."));
                return;
            }

            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            Leave(address);
        }
    }

    /// <summary>One connection less; an address without any is forgotten.</summary>
    private void Leave(IPAddress address)
    {
        while (_byAddress.TryGetValue(address, out var open))
        {
            if (open > 1 ? _byAddress.TryUpdate(address, open - 1, open) : _byAddress.TryRemove(new KeyValuePair<IPAddress, int>(address, open)))
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Hung up on {Address}, which has {OfAddress} of {Open} connections")]
        public static partial void TooMany(ILogger logger, IPAddress address, int ofAddress, int open);
    }
}

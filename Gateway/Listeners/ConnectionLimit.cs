using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Sure.Gateway.Limits;
using Sure.ServiceDefaults;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Listeners;

/// <summary>
/// Hangs up on connections of the public listener beyond the limit of this instance or of the site they come from. The internal listener
/// has no limit, so that whoever looks after the gateway always gets through.
/// </summary>
internal sealed partial class ConnectionLimit(
    IOptions<LimitOptions> limits, OpenFiles files, TrustedProxies proxies, IMeterFactory meters, ILogger<ConnectionLimit> logger)
{
    /// <summary>A WebSocket has a connection to RealtimeService behind it.</summary>
    private const int SocketsEach = 2;

    private readonly Counter<long> _refused = meters.Create("Sure.Gateway").CreateCounter<long>(
        "sure.gateway.connections.refused", "{connection}", "Connections hung up on because there were too many: of the instance, or of their address.");

    private readonly long _mostOfSite = limits.Value.Scaled(limits.Value.ConnectionsPerAddress);
    private readonly ConcurrentDictionary<string, int> _bySite = new(StringComparer.Ordinal);
    private int _open;

    /// <summary>
    /// How many connections are let in, and how many WebSockets: by HTTP/2 one connection has several. Requests have connections to services
    /// besides.
    /// </summary>
    public long Most { get; } = files.Connections(
        limits.Value.Scaled(limits.Value.Connections), "Limits:Connections", SocketsEach, besides: limits.Value.Concurrency, logger);

    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address;
        // Those of a proxy are its clients', and no part of what its neighbours have.
        var site = proxies.Contains(address) ? null : Site.NameOf(address);
        var ofSite = site is null ? 0 : _bySite.AddOrUpdate(site, 1, static (_, open) => open + 1);
        var open = Interlocked.Increment(ref _open);
        try
        {
            var limit = open > Most ? "instance" : ofSite > _mostOfSite ? "address" : null;
            if (limit is not null)
            {
                _refused.Add(1, new KeyValuePair<string, object?>("sure.limit", limit));
                Log.TooMany(logger, address, ofSite, open);
                connection.Abort(new ConnectionAbortedException("There are too many connections."));
                return;
            }

            await next(connection);
        }
        finally
        {
            Interlocked.Decrement(ref _open);
            if (site is not null)
            {
                Leave(site);
            }
        }
    }

    /// <summary>One connection less; a site without any is forgotten.</summary>
    private void Leave(string site)
    {
        while (_bySite.TryGetValue(site, out var open))
        {
            if (open > 1 ? _bySite.TryUpdate(site, open - 1, open) : _bySite.TryRemove(new KeyValuePair<string, int>(site, open)))
            {
                return;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Hung up on {Address}, whose site has {OfSite} of {Open} connections")]
        public static partial void TooMany(ILogger logger, IPAddress? address, int ofSite, int open);
    }
}

using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Options;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Protocol;
using Sure.ServiceDefaults;
using Sure.ServiceDefaults.Identity;

namespace Sure.RealtimeService.Connections;

/// <summary>Who is connected to this instance, and how many may be.</summary>
internal sealed class ConnectionRegistry
{
    private readonly ConcurrentDictionary<Guid, ClientConnection> _clients = new();
    private readonly Dictionary<string, int> _placesBySite = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly RealtimeMetrics _metrics;
    private readonly long _maximum;
    private readonly long _maximumPerSite;
    private readonly int _reconnectsPerSecond;
    private int _taken;
    private volatile bool _isClosing;

    public ConnectionRegistry(IOptions<RealtimeOptions> options, LimitScale scale, OpenFiles files, RealtimeMetrics metrics, ILogger<ConnectionRegistry> logger)
    {
        _metrics = metrics;
        _maximum = files.Connections(scale.Of(options.Value.Connections), "Realtime:Connections", socketsEach: 1, besides: 0, logger);
        _maximumPerSite = scale.Of(options.Value.ConnectionsPerAddress);
        _reconnectsPerSecond = options.Value.ReconnectsPerSecond;
        metrics.ObserveConnections(
            () => Count,
            () => Clients.Sum(c => (long)c.Queue.Messages),
            () => Clients.Select(c => (long)c.Queue.Messages).DefaultIfEmpty().Max());
    }

    /// <summary>Those who are connected.</summary>
    public IEnumerable<ClientConnection> Clients => _clients.Select(c => c.Value);

    /// <summary>How many have a place.</summary>
    public int Count => Volatile.Read(ref _taken);

    /// <summary>Whether nobody is let in any more.</summary>
    public bool IsClosing => _isClosing;

    /// <summary>Takes a place before the connection is accepted; false where there is none.</summary>
    public bool TryReserve(IPAddress address)
    {
        var site = Site.NameOf(address);
        bool isFull;
        lock (_lock)
        {
            if (_isClosing)
            {
                return false;
            }

            var ofSite = _placesBySite.GetValueOrDefault(site);
            isFull = _taken >= _maximum;
            if (!isFull && ofSite < _maximumPerSite)
            {
                _placesBySite[site] = ofSite + 1;
                _taken++;
                return true;
            }
        }

        _metrics.Refused(isFull);
        return false;
    }

    /// <summary>Gives a place back that nobody came to have.</summary>
    public void Release(IPAddress address)
    {
        var site = Site.NameOf(address);
        lock (_lock)
        {
            _taken--;
            if (--_placesBySite[site] == 0)
            {
                _placesBySite.Remove(site);
            }
        }
    }

    /// <summary>Runs a connection to its end, and gives its place back.</summary>
    public async Task RunAsync(ClientConnection client)
    {
        _clients[client.Id] = client;
        try
        {
            if (_isClosing)
            {
                // It came in while the others were being sent away.
                client.Close(CloseStatus.ServiceRestart, ReconnectIn(0));
            }

            await client.RunAsync();
        }
        finally
        {
            _clients.TryRemove(client.Id, out _);
            client.Dispose();
            Release(client.Address);
        }
    }

    /// <summary>
    /// Sends clients away, to come back. Each is told when, so many per second, so that they do not all come at once to whoever takes them.
    /// </summary>
    /// <param name="gateway">Those that came by it; null for everyone.</param>
    public void SendAway(Guid? gateway = null)
    {
        var number = 0;
        foreach (var client in Clients.Where(c => gateway is null || c.Gateway == gateway))
        {
            client.Close(CloseStatus.ServiceRestart, ReconnectIn(number++));
        }
    }

    /// <summary>Lets nobody in any more.</summary>
    public void Shut()
    {
        lock (_lock)
        {
            _isClosing = true;
        }
    }

    private string ReconnectIn(int number) => $"reconnect_in={1000L * number / _reconnectsPerSecond}ms";
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Connections;

/// <summary>Who is connected to this instance, and how many may be.</summary>
internal sealed class ConnectionRegistry
{
    private static readonly Meter Meter = new("Sure.Realtime");

    private static readonly Counter<long> Closed = Meter.CreateCounter<long>("sure.realtime.closed", "{connection}", "Connections closed by the server, by status.");

    private readonly ConcurrentDictionary<Guid, ClientConnection> _clients = new();
    private readonly Dictionary<string, int> _places = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();
    private readonly long _maximum;
    private readonly long _maximumPerAddress;
    private int _taken;
    private bool _isClosing;

    public ConnectionRegistry(IOptions<RealtimeOptions> options, LimitScale scale)
    {
        _maximum = scale.Of(options.Value.Connections);
        _maximumPerAddress = scale.Of(options.Value.ConnectionsPerAddress);
        Meter.CreateObservableGauge("sure.realtime.connections", () => _clients.Count, "{connection}", "Connected clients.");
    }

    /// <summary>Those who are connected.</summary>
    public IEnumerable<ClientConnection> Clients => _clients.Values;

    /// <summary>Takes a place before the connection is accepted; false where there is none.</summary>
    public bool TryReserve(string address)
    {
        lock (_lock)
        {
            var ofAddress = _places.GetValueOrDefault(address);
            if (_isClosing || _taken >= _maximum || ofAddress >= _maximumPerAddress)
            {
                return false;
            }

            _places[address] = ofAddress + 1;
            _taken++;
            return true;
        }
    }

    /// <summary>Gives the place back.</summary>
    public void Release(string address)
    {
        lock (_lock)
        {
            _taken--;
            if (--_places[address] == 0)
            {
                _places.Remove(address);
            }
        }
    }

    /// <summary>Runs a connection to its end.</summary>
    public async Task RunAsync(ClientConnection client)
    {
        _clients[client.Id] = client;
        try
        {
            await client.RunAsync();
        }
        finally
        {
            _clients.TryRemove(client.Id, out _);
            if (client.ClosedWith is { } status)
            {
                Closed.Add(1, new KeyValuePair<string, object?>("sure.status", (int)status));
            }
        }
    }

    /// <summary>Sends everyone away, to come back.</summary>
    public void CloseAll(string reason)
    {
        foreach (var client in Clients)
        {
            client.Close(ClientConnection.ServiceRestart, reason);
        }
    }

    /// <summary>Sends everyone away and lets nobody in any more.</summary>
    public void Shut()
    {
        lock (_lock)
        {
            _isClosing = true;
        }

        CloseAll("The server restarts; connect again.");
    }
}

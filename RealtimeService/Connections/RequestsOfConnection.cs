using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Sure.RealtimeService.Connections;

/// <summary>
/// The time in which a connection is HTTP's. What HTTP does from time to time – hold the peer to its timeouts, such as the one for taking
/// the last answer – ends with it: a client has others, and what does it would be kept as long as the connection.
/// </summary>
internal sealed class RequestsOfConnection : IConnectionHeartbeatFeature
{
    private Action? _beat;

    /// <param name="connection">The connection.</param>
    /// <param name="heartbeat">Beats as long as the connection lasts.</param>
    public RequestsOfConnection(ConnectionContext connection, IConnectionHeartbeatFeature heartbeat)
    {
        Connection = connection;
        heartbeat.OnHeartbeat(static requests => ((RequestsOfConnection)requests)._beat?.Invoke(), this);
    }

    /// <summary>What they come by.</summary>
    public ConnectionContext Connection { get; }

    /// <summary>Whose the connection is once they have ended; null where it is nobody's.</summary>
    public ClientConnection? Client { get; set; }

    public void OnHeartbeat(Action<object> action, object state) => _beat += () => action(state);

    /// <summary>Nothing beats for them any more.</summary>
    public void End() => _beat = null;
}

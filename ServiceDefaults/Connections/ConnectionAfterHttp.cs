using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Sure.ServiceDefaults.Connections;

/// <summary>
/// What a connection is for when a request has made it something else, such as a WebSocket. That is done when the request has ended and HTTP
/// with it, so of a connection that lasts for hours nothing is kept but what serves it. Found among the features of a request by HTTP/1.1.
/// </summary>
public sealed class ConnectionAfterHttp : IConnectionHeartbeatFeature
{
    private readonly List<IDisposable> _held = [];
    private Action? _beat;

    private ConnectionAfterHttp(ConnectionContext connection, IConnectionHeartbeatFeature heartbeat)
    {
        Connection = connection;
        heartbeat.OnHeartbeat(static after => ((ConnectionAfterHttp)after)._beat?.Invoke(), this);
    }

    /// <summary>The connection. What comes after HTTP reads from its transport and writes to it; then it is closed.</summary>
    public ConnectionContext Connection { get; }

    /// <summary>What is done; null while the connection is HTTP's to its end.</summary>
    public Func<Task>? Then { get; set; }

    /// <summary>What goes on when this request has ended; null where nothing does.</summary>
    public static ConnectionAfterHttp? Of(HttpContext context) => context?.Features.Get<ConnectionAfterHttp>() is { Then: not null } after ? after : null;

    /// <summary>Keeps something until it is done.</summary>
    /// <param name="held">Disposed of then.</param>
    public void Hold(IDisposable held) => _held.Add(held);

    /// <summary>
    /// What HTTP does from time to time – hold the peer to its timeouts, such as the one for taking the last answer – ends with it. What is
    /// registered with the connection itself would be kept, and done, as long as the connection.
    /// </summary>
    void IConnectionHeartbeatFeature.OnHeartbeat(Action<object> action, object state) => _beat += () => action(state);

    internal static async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var after = await AnswerRequestsAsync(connection, next);
        try
        {
            await (after.Then?.Invoke() ?? Task.CompletedTask);
        }
        finally
        {
            after._held.ForEach(h => h.Dispose());
        }
    }

    private static async Task<ConnectionAfterHttp> AnswerRequestsAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var heartbeat = connection.Features.GetRequiredFeature<IConnectionHeartbeatFeature>();
        var after = new ConnectionAfterHttp(connection, heartbeat);
        connection.Features.Set(after);
        connection.Features.Set<IConnectionHeartbeatFeature>(after);
        await next(connection);
        connection.Features.Set(heartbeat);
        after._beat = null;
        return after;
    }
}

/// <summary>Lets connections be for something else after HTTP.</summary>
public static class ConnectionAfterHttpExtensions
{
    /// <summary>Adds <see cref="ConnectionAfterHttp"/>, inside of what was added before, such as TLS.</summary>
    public static ListenOptions UseConnectionAfterHttp(this ListenOptions listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        listener.Use(next => connection => ConnectionAfterHttp.HandleAsync(connection, next));
        return listener;
    }
}

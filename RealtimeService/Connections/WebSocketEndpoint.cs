using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Streams;
using Sure.ServiceDefaults.Problems;

namespace Sure.RealtimeService.Connections;

/// <summary>Where clients connect.</summary>
internal static class WebSocketEndpoint
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static void MapWebSocket(this WebApplication app)
    {
        app.Use(ActivityUpgrade.WatchAsync);
        app.UseWebSockets();
        app.MapGet("/ws", ConnectAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> ConnectAsync(
        HttpContext context,
        ChannelFeeds feeds,
        ConnectionRegistry connections,
        LimitScale scale,
        IOptions<RealtimeOptions> options,
        TimeProvider time)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Upgrade = "websocket";
            return Problem.Malformed(field: null, "This is a WebSocket: connect to it with ws:// or wss://.");
        }

        if (!feeds.IsLoaded)
        {
            return Problem.Unavailable("The channels are not known yet; try again shortly.", RetryAfter);
        }

        var address = AddressOf(context);
        if (!connections.TryReserve(address))
        {
            return Problem.Unavailable("There are too many connections; try again later.", RetryAfter);
        }

        try
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                KeepAliveInterval = options.Value.Heartbeat,
                // With a timeout the socket pings, without one it only says that it is there. The client is closed before it runs out.
                KeepAliveTimeout = 2 * options.Value.IdleTimeout,
            });
            var activity = (context.Features.Get<IHttpUpgradeFeature>() as ActivityUpgrade)?.Stream;
            using var client = new ClientConnection(
                socket, activity, address, feeds, options.Value, scale.Of(options.Value.MessagesPerSecond), time);
            await connections.RunAsync(client);
        }
        finally
        {
            connections.Release(address);
        }

        return Results.Empty;
    }

    /// <summary>The address the gateway saw; only the gateway can reach this service.</summary>
    private static string AddressOf(HttpContext context) =>
        context.Request.Headers["X-Forwarded-For"] is [.., { Length: > 0 } forwarded]
            ? forwarded.Split(',', StringSplitOptions.TrimEntries)[^1]
            : context.Connection.RemoteIpAddress?.ToString() ?? "";
}

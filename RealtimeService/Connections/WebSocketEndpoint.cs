using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Sure.Contracts.Calls;
using Sure.RealtimeService.Identity;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.RealtimeService.Connections;

/// <summary>Where clients connect.</summary>
internal static class WebSocketEndpoint
{
    private const string Version = "13";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static void MapWebSocket(this WebApplication app)
    {
        // Pings are the connection keeper's; the framework's would need a timer each.
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.MapGet("/ws", ConnectAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> ConnectAsync(
        HttpContext context,
        ConnectionRegistry connections,
        AllowedOrigins origins,
        ClientSurroundings around)
    {
        if (!context.WebSockets.IsWebSocketRequest || context.Features.Get<IHttpUpgradeFeature>() is not ClientUpgrade upgrade)
        {
            return NoWebSocket(context);
        }

        if (!origins.Allow(context.Request))
        {
            return Problem.Forbidden("Pages of this origin may not connect.");
        }

        if (!around.Feeds.IsLoaded)
        {
            return Problem.Unavailable("The channels are not known yet; try again shortly.", RetryAfter);
        }

        var address = AddressOf(context);
        if (!connections.TryReserve(address))
        {
            return Problem.Unavailable("There are too many connections; try again later.", RetryAfter);
        }

        upgrade.Place = address;
        var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            // What is sent is compressed once for everybody, so without what was sent before; nothing secret goes over it.
            DangerousEnableCompression = connections.Count <= around.Options.CompressedConnections,
            DisableServerContextTakeover = true,
        });
        upgrade.Client = new ClientConnection(
            socket,
            upgrade.Stream!,
            Deflates(context.Response),
            context.Caller().ClientId is not null,
            address,
            context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>(),
            around)
        {
            Gateway = GatewayOf(context),
        };
        return Results.Empty;
    }

    /// <summary>RFC 6455, 4.2.2 and 4.4: another version is told which one there is.</summary>
    private static ProblemHttpResult NoWebSocket(HttpContext context)
    {
        context.Response.Headers.Upgrade = "websocket";
        if (context.Request.Headers.SecWebSocketVersion is not [{ } asked] || asked == Version)
        {
            return Problem.Malformed(field: null, "This is a WebSocket: connect to it with ws:// or wss://.");
        }

        context.Response.Headers.SecWebSocketVersion = Version;
        return TypedResults.Problem(new ProblemDetails
        {
            Type = Problem.TypeOf("upgrade-required"),
            Title = "Upgrade required",
            Status = StatusCodes.Status426UpgradeRequired,
            Detail = $"The version of the WebSocket protocol must be {Version}.",
        });
    }

    /// <summary>
    /// Whether compressed messages may be sent. A client that wants a smaller window than ours gets them as they are, which is always allowed
    /// (RFC 7692, 6).
    /// </summary>
    private static bool Deflates(HttpResponse response) =>
        response.Headers.SecWebSocketExtensions is [{ } agreed]
        && agreed.StartsWith("permessage-deflate", StringComparison.Ordinal)
        && !agreed.Contains("server_max_window_bits", StringComparison.Ordinal);

    private static Guid GatewayOf(HttpContext context) =>
        Guid.TryParse(context.Request.Headers[LeavingGateway.Header], out var gateway) ? gateway : Guid.Empty;

    /// <summary>The address the gateway saw; only the gateway can reach this service.</summary>
    private static string AddressOf(HttpContext context) =>
        context.Request.Headers["X-Forwarded-For"] is [.., { Length: > 0 } forwarded]
            ? forwarded.Split(',', StringSplitOptions.TrimEntries)[^1]
            : context.Connection.RemoteIpAddress?.ToString() ?? "";
}

using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Sure.Contracts.Calls;
using Sure.RealtimeService.Identity;
using Sure.RealtimeService.Protocol;
using Sure.RealtimeService.Trunks;
using Sure.ServiceDefaults.Connections;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.RealtimeService.Connections;

/// <summary>Where clients connect.</summary>
internal static class WebSocketEndpoint
{
    private const string Version = "13";

    /// <summary>Bits; what is sent is compressed with it.</summary>
    private const int LargestWindow = 15;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    public static void MapWebSocket(this WebApplication app)
    {
        app.Use(ClientUpgrade.OfferAsync);
        // Pings are the connection keeper's; the framework's would need a timer each.
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = Timeout.InfiniteTimeSpan });
        app.MapGet("/ws", ConnectAsync).ExcludeFromDescription();
    }

    private static async Task<IResult> ConnectAsync(
        HttpContext context,
        ConnectionRegistry connections,
        AllowedOrigins origins,
        GatewayTrunks trunks,
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

        try
        {
            var after = context.Features.GetRequiredFeature<ConnectionAfterHttp>();
            var names = context.Request.Headers[Trunk.Header];
            if (trunks.Find(names, upgrade.Connection.Abort) is var (output, name))
            {
                upgrade.Output = output;
                after.Hold(output);
                context.Response.Headers[Trunk.Header] = name;
            }
            else if (names.Count > 0)
            {
                // Its gateway may have another trunk opened.
                context.Response.Headers[Trunk.InstanceHeader] = GatewayTrunks.AddressOf(context.Connection);
            }

            var client = await AcceptAsync(context, upgrade, address, connections, around);
            after.Then = () => connections.RunAsync(client);
            return Results.Empty;
        }
        catch
        {
            connections.Release(address);
            throw;
        }
    }

    /// <summary>Answers that it is a WebSocket now; the client is served when this request has ended.</summary>
    private static async Task<ClientConnection> AcceptAsync(
        HttpContext context, ClientUpgrade upgrade, IPAddress address, ConnectionRegistry connections, ClientSurroundings around)
    {
        // Of the socket it makes only the answer to the client is used: it would keep the request as long as the connection.
        await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            // What is sent is compressed once for everybody, so without what was sent before; nothing secret goes over it.
            DangerousEnableCompression = connections.Count <= around.Options.CompressedConnections,
            DisableServerContextTakeover = true,
        });
        var compression = Compression.Of(context.Response.Headers.SecWebSocketExtensions);
        var socket = WebSocket.CreateFromStream(upgrade.Stream!, new WebSocketCreationOptions { IsServer = true, DangerousDeflateOptions = compression });
        return new ClientConnection(
            socket,
            upgrade.Stream!,
            // A client that wants a smaller window than ours gets messages as they are, which is always allowed (RFC 7692, 6).
            compression is { ServerMaxWindowBits: LargestWindow },
            context.Caller().ClientId is not null,
            address,
            upgrade.Connection,
            around)
        {
            Gateway = GatewayOf(context),
        };
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

    private static Guid GatewayOf(HttpContext context) =>
        Guid.TryParse(context.Request.Headers[LeavingGateway.Header], out var gateway) ? gateway : Guid.Empty;

    /// <summary>The address the gateway saw; only the gateway can reach this service.</summary>
    private static IPAddress AddressOf(HttpContext context) =>
        context.Request.Headers["X-Forwarded-For"] is [.., { Length: > 0 } forwarded] && IPAddress.TryParse(forwarded.Split(',')[^1].Trim(), out var address)
            ? address
            : context.Connection.RemoteIpAddress ?? IPAddress.None;
}

using Microsoft.AspNetCore.Http.Features;

namespace Sure.Gateway.Routing;

/// <summary>The WebSocket of clients, as the gateway sees it: a request that does not end while it is open.</summary>
internal static class LiveSocket
{
    /// <summary>Where it connects.</summary>
    public static readonly PathString Path = "/ws";

    /// <summary>Whether this is at its path or below.</summary>
    public static bool IsLive(this PathString path) => path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a client asks for a socket: by HTTP/1.1 it is an upgrade, by HTTP/2 an extended CONNECT.</summary>
    public static bool AsksForSocket(this HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}

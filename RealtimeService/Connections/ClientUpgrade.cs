using Microsoft.AspNetCore.Http.Features;

namespace Sure.RealtimeService.Connections;

/// <summary>Puts a <see cref="ClientStream"/> under the WebSocket that is about to be accepted.</summary>
internal sealed class ClientUpgrade(HttpContext context, IHttpUpgradeFeature inner, TimeProvider time) : IHttpUpgradeFeature
{
    /// <summary>The stream, once the WebSocket was accepted.</summary>
    public ClientStream? Stream { get; private set; }

    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync()
    {
        var upgraded = await inner.UpgradeAsync();
        return Stream = new ClientStream(upgraded, SocketOutput.Of(context, upgraded), time);
    }

    /// <summary>Comes before the WebSocket middleware.</summary>
    public static Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
        {
            context.Features.Set<IHttpUpgradeFeature>(new ClientUpgrade(context, upgrade, context.RequestServices.GetRequiredService<TimeProvider>()));
        }

        return next(context);
    }
}

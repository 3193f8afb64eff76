using Microsoft.AspNetCore.Http.Features;

namespace Sure.RealtimeService.Connections;

/// <summary>Puts an <see cref="ActivityStream"/> under the WebSocket that is about to be accepted.</summary>
internal sealed class ActivityUpgrade(IHttpUpgradeFeature inner, TimeProvider time) : IHttpUpgradeFeature
{
    public ActivityStream? Stream { get; private set; }

    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    public async Task<Stream> UpgradeAsync() => Stream = new ActivityStream(await inner.UpgradeAsync(), time);

    /// <summary>Comes before the WebSocket middleware.</summary>
    public static Task WatchAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
        {
            context.Features.Set<IHttpUpgradeFeature>(
                new ActivityUpgrade(upgrade, context.RequestServices.GetRequiredService<TimeProvider>()));
        }

        return next(context);
    }
}

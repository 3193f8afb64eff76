using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Features.Authentication;

namespace Sure.RealtimeService.Connections;

/// <summary>
/// Serves clients outside of everything else that a request goes through. That has come to its end when a client was accepted, and lets go of
/// the request: of a connection that lasts for hours nothing is kept but what serves it.
/// </summary>
internal sealed class ClientsOutlastRequests(ConnectionRegistry connections, TimeProvider time) : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(HandleAsync);
        next(app);
    };

    private Task HandleAsync(HttpContext context, RequestDelegate next) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade
            ? ServeAsync(context, new ClientUpgrade(context, upgrade, time), next)
            : next(context);

    private async Task ServeAsync(HttpContext context, ClientUpgrade upgrade, RequestDelegate next)
    {
        context.Features.Set<IHttpUpgradeFeature>(upgrade);
        try
        {
            await next(context);
            if (upgrade.Client is { } client)
            {
                await ForgetAsync(context);
                await connections.RunAsync(client);
            }
        }
        finally
        {
            upgrade.Client?.Dispose();
            if (upgrade.Place is { } address)
            {
                connections.Release(address);
            }
        }
    }

    /// <summary>Lets go of what the request came with, the caller's token for one, of what was made for it, and of what was found in it.</summary>
    private static async ValueTask ForgetAsync(HttpContext context)
    {
        context.Request.Headers.Clear();
        context.Features.Set<IHttpAuthenticationFeature>(instance: null);
        context.Features.Set<IAuthenticateResultFeature>(instance: null);
        context.Features.Set<IItemsFeature>(instance: null);
        // The context itself remembers features until it is asked for one after they have changed, as here.
        if (context.RequestServices is not null && context.Features.Get<IServiceProvidersFeature>() is IAsyncDisposable scope)
        {
            await scope.DisposeAsync();
        }
    }
}

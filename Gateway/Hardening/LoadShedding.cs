using System.Collections.Concurrent;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sure.Gateway.Health;
using Sure.Gateway.Limits;
using Sure.Gateway.Listeners;
using Sure.Gateway.Routing;
using Sure.ServiceDefaults.Connections;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Hardening;

/// <summary>
/// Turns away what comes on top of what can be worked on, at once: of those of one site and of all, before they cost anything, and of those
/// for one service, which may hang. How the platform is can still be asked. Open WebSockets, which wait more than they work, have places of
/// their own.
/// </summary>
internal sealed class LoadShedding(IOptions<LimitOptions> options, ConnectionLimit connections) : IDisposable
{
    private const string OfAll = "Too much is asked at the moment; try again shortly.";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _places = Places.Of(options.Value.Concurrency);

    /// <summary>Who asks is not known yet, only from where.</summary>
    private readonly PlacesByName _placesOfSites = new(options.Value.Scaled(options.Value.ConcurrencyPerAddress));

    private readonly ConcurrencyLimiter _placesOfSockets = Places.Of((int)connections.Most);

    private readonly ConcurrentDictionary<string, ConcurrencyLimiter> _placesOfServices = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Comes before everything that costs something.</summary>
    public Task HandleAsync(HttpContext context, RequestDelegate next) =>
        context.IsInternal() || context.Request.Path == HealthEndpoints.Path ? next(context)
            : IsLiveSocket(context) ? HandleSocketAsync(context, next)
            : HandleRequestAsync(context, next);

    /// <summary>Comes before a service is asked.</summary>
    public async Task HandleServiceAsync(HttpContext context, RequestDelegate next)
    {
        if (IsLiveSocket(context))
        {
            await next(context);
            return;
        }

        using var place = _placesOfServices.GetOrAdd(context.GetReverseProxyFeature().Route.Config.ClusterId!, _ => PlacesOfService()).AttemptAcquire();
        await (place.IsAcquired ? next(context) : TooMuch("Too much is asked of the service behind this at the moment; try again shortly.").ExecuteAsync(context));
    }

    public void Dispose()
    {
        _places.Dispose();
        _placesOfSockets.Dispose();
        foreach (var (_, places) in _placesOfServices)
        {
            places.Dispose();
        }
    }

    private async Task HandleRequestAsync(HttpContext context, RequestDelegate next)
    {
        using var placeOfSite = _placesOfSites.TryTake(Site.NameOf(context.Connection.RemoteIpAddress));
        if (!placeOfSite.IsTaken)
        {
            await Problem.TooManyRequests("Too many requests from your address are worked on at the moment; send one when another is answered.", RetryAfter).ExecuteAsync(context);
            return;
        }

        using var place = _places.AttemptAcquire();
        await (place.IsAcquired ? next(context) : TooMuch(OfAll).ExecuteAsync(context));
    }

    private async Task HandleSocketAsync(HttpContext context, RequestDelegate next)
    {
        var place = _placesOfSockets.AttemptAcquire();
        try
        {
            await (place.IsAcquired ? next(context) : TooMuch(OfAll).ExecuteAsync(context));
        }
        finally
        {
            // A WebSocket by HTTP/1.1 has its place longer than its request lasts.
            if (ConnectionAfterHttp.Of(context) is { } after)
            {
                after.Hold(place);
            }
            else
            {
                place.Dispose();
            }
        }
    }

    private static ProblemHttpResult TooMuch(string sentence) => Problem.Unavailable(sentence, RetryAfter);

    private ConcurrencyLimiter PlacesOfService() => Places.Of(options.Value.ConcurrencyPerService ?? Math.Max(1, options.Value.Concurrency / 3));

    /// <summary>Elsewhere an upgrade is asked for in vain, by a request like any other.</summary>
    private static bool IsLiveSocket(HttpContext context) =>
        context.AsksForSocket() && context.Request.Path.IsLive();
}

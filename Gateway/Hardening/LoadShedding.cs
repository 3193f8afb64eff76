using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Sure.Gateway.Health;
using Sure.Gateway.Limits;
using Sure.Gateway.Listeners;
using Sure.Gateway.Routing;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Hardening;

/// <summary>
/// Turns away what comes on top of what can be worked on, at once and before it costs anything. How the platform is can still be asked,
/// and open WebSockets, which wait more than they work, do not count.
/// </summary>
internal sealed class LoadShedding(IOptions<LimitOptions> options) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions { PermitLimit = options.Value.Concurrency, QueueLimit = 0 });

    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (context.IsInternal() || context.Request.Path == HealthEndpoints.Path || IsLiveSocket(context))
        {
            await next(context);
            return;
        }

        using var place = _places.AttemptAcquire();
        await (place.IsAcquired ? next(context) : Problem.Unavailable("Too much is asked at the moment; try again shortly.", RetryAfter).ExecuteAsync(context));
    }

    public void Dispose() => _places.Dispose();

    /// <summary>Elsewhere an upgrade is asked for in vain, by a request like any other.</summary>
    private static bool IsLiveSocket(HttpContext context) =>
        context.AsksForSocket() && context.Request.Path.IsLive();
}

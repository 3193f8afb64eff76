using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sure.Gateway.Health;
using Sure.Gateway.Limits;
using Sure.Gateway.Listeners;
using Sure.Gateway.Routing;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Hardening;

/// <summary>
/// Turns away what comes on top of what can be worked on, at once and before it costs anything: of all requests, and of those for one
/// service, which may hang. How the platform is can still be asked, and open WebSockets, which wait more than they work, do not count.
/// </summary>
internal sealed class LoadShedding(IOptions<LimitOptions> options) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _places = new(Places(options.Value.Concurrency));

    private readonly PartitionedRateLimiter<string> _placesOfServices = PartitionedRateLimiter.Create<string, string>(
        service => RateLimitPartition.GetConcurrencyLimiter(service, _ => Places(options.Value.ConcurrencyPerService)), StringComparer.Ordinal);

    /// <summary>Comes before everything that costs something.</summary>
    public async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (context.IsInternal() || context.Request.Path == HealthEndpoints.Path || IsLiveSocket(context))
        {
            await next(context);
            return;
        }

        using var place = _places.AttemptAcquire();
        await (place.IsAcquired ? next(context) : TooMuch("Too much is asked at the moment; try again shortly.").ExecuteAsync(context));
    }

    /// <summary>Comes before a service is asked.</summary>
    public async Task HandleServiceAsync(HttpContext context, RequestDelegate next)
    {
        if (IsLiveSocket(context))
        {
            await next(context);
            return;
        }

        using var place = _placesOfServices.AttemptAcquire(context.GetReverseProxyFeature().Route.Config.ClusterId!);
        await (place.IsAcquired ? next(context) : TooMuch("Too much is asked of the service behind this at the moment; try again shortly.").ExecuteAsync(context));
    }

    public void Dispose()
    {
        _places.Dispose();
        _placesOfServices.Dispose();
    }

    private static ConcurrencyLimiterOptions Places(int number) => new() { PermitLimit = number, QueueLimit = 0 };

    private static ProblemHttpResult TooMuch(string sentence) => Problem.Unavailable(sentence, RetryAfter);

    /// <summary>Elsewhere an upgrade is asked for in vain, by a request like any other.</summary>
    private static bool IsLiveSocket(HttpContext context) =>
        context.AsksForSocket() && context.Request.Path.IsLive();
}

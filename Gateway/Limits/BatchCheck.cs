using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Limits;

/// <summary>
/// Lets a batch of quotes spend what it costs beyond the one request that every other costs too. Only then is it read, and of those that
/// are held in memory there are never too many.
/// </summary>
internal sealed class BatchCheck(LimitCheck limits, IOptions<LimitOptions> options) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _places = new(new ConcurrencyLimiterOptions { PermitLimit = options.Value.Batches, QueueLimit = 0 });

    public Task HandleAsync(HttpContext context, RequestDelegate next) =>
        HttpMethods.IsPost(context.Request.Method) && RateClasses.Is(context.Request.Path, RateClasses.QuoteBatch) && context.Features.Get<RateVerdict>() is { } first
            ? CountAsync(context, first, next)
            : next(context);

    public void Dispose() => _places.Dispose();

    private async Task CountAsync(HttpContext context, RateVerdict first, RequestDelegate next)
    {
        using var place = _places.AttemptAcquire();
        if (!place.IsAcquired)
        {
            await Problem.Unavailable("Too many batches are asked for at the moment; try again shortly.", RetryAfter).ExecuteAsync(context);
            return;
        }

        // One that is larger than the limit takes the whole of it.
        var rest = Math.Min(await BatchCost.ReadAsync(context.Request, context.RequestAborted), first.Limit) - 1;
        if (rest == 0 || await limits.MaySpendAsync(context, rest))
        {
            await next(context);
        }
    }
}

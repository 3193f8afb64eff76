using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Limits;

/// <summary>
/// Lets a batch of quotes spend what it costs beyond the one request that every other costs too. Only then is it read, and of those that
/// are held in memory there are never too many, be it of all clients or of one.
/// </summary>
internal sealed class BatchCheck(LimitCheck limits, IOptions<LimitOptions> options) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter _places = Places.Of(options.Value.Batches);

    private readonly PlacesByName _placesOfClients = new(options.Value.BatchesPerClient);

    public Task HandleAsync(HttpContext context, RequestDelegate next) =>
        HttpMethods.IsPost(context.Request.Method) && RateClasses.Is(context.Request.Path, RateClasses.QuoteBatch) && context.Features.Get<RateVerdict>() is { } first
            ? CountAsync(context, first, next)
            : next(context);

    public void Dispose() => _places.Dispose();

    private async Task CountAsync(HttpContext context, RateVerdict first, RequestDelegate next)
    {
        using var placeOfClient = _placesOfClients.TryTake(LimitCheck.ClientOf(context).Name);
        if (!placeOfClient.IsTaken)
        {
            await Problem.TooManyRequests($"These are more than {options.Value.BatchesPerClient} batches at a time; send one when another is answered.", RetryAfter)
                .ExecuteAsync(context);
            return;
        }

        using var place = _places.AttemptAcquire();
        if (!place.IsAcquired)
        {
            await Problem.Unavailable("Too many batches are asked for at the moment; try again shortly.", RetryAfter).ExecuteAsync(context);
            return;
        }

        long cost;
        try
        {
            cost = await BatchCost.ReadAsync(context.Request, context.RequestAborted);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            // It had its place for nothing.
            if (await MaySpendAsync(BatchCost.Largest))
            {
                throw;
            }

            return;
        }

        if (await MaySpendAsync(cost))
        {
            await next(context);
        }

        // One that is larger than the limit takes the whole of it.
        async ValueTask<bool> MaySpendAsync(long whole) => Math.Min(whole, first.Limit) - 1 is var rest && (rest == 0 || await limits.MaySpendAsync(context, rest));
    }
}

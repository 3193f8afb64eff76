using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Capacity;

/// <summary>
/// The capacity of each product as of one look. A look serves everybody for a second, and of each product the capacity is found once in it,
/// when somebody asks: everybody may ask, and all 560 take more than 100 ms of the processor that sells and pays.
/// </summary>
internal sealed class CapacityReport(
    PoolStore store,
    MarketStore market,
    IOptions<CapitalOptions> capital,
    IOptions<UnderwritingOptions> limits,
    IOptions<KnownEventOptions> knownEvents,
    TimeProvider time)
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private Task<CapacityLook>? _look;
    private long _lookedAt;

    /// <summary>The last look, or another where that is a second old or failed.</summary>
    public Task<CapacityLook> ReadAsync(CancellationToken cancellationToken)
    {
        lock (_turn)
        {
            if (_look is null or { IsFaulted: true } || (_look.IsCompleted && time.GetElapsedTime(_lookedAt) >= Life))
            {
                _lookedAt = time.GetTimestamp();
                // Whoever gives up does not take it from the others.
                _look = Task.Run(LookAsync, CancellationToken.None);
            }

            return _look.WaitAsync(cancellationToken);
        }
    }

    private async Task<CapacityLook> LookAsync()
    {
        var pool = await store.ReadAsync(CancellationToken.None);
        var known = await market.ReadAsync(CancellationToken.None);
        var now = time.GetUtcNow();
        var worstStressLossUsd = known.WorstStressLossUsd(now, limits.Value);
        return new CapacityLook(
            [
                .. Product.Offered.Select(p => (p, new Lazy<ProductCapacity>(() => CapacityFinder.Find(
                    p,
                    pool.Position,
                    new SalesStops(pool.Breaker.Reason, KnownEvents.WhyNotSold(p, known, now, knownEvents.Value)),
                    worstStressLossUsd,
                    capital.Value,
                    limits.Value)))),
            ],
            now);
    }
}

/// <summary>What of each product could be sold at one moment.</summary>
/// <param name="Products">The offered products, in their order, each with its capacity that is found when it is asked for.</param>
/// <param name="At">When.</param>
internal sealed record CapacityLook(IReadOnlyList<(Product Product, Lazy<ProductCapacity> Capacity)> Products, DateTimeOffset At);

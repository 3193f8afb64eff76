using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Queries;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Capacity;

/// <summary>How much cover can be sold now.</summary>
internal static class CapacityEndpoints
{
    public static void MapCapacity(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/capacity", ReadAsync).WithTags("Capacity")
            .WithName("GetCapacity").WithSummary("The most cover that would pass every check now, and the check that binds.");

    private static async Task<Results<Ok<CapacityAnswer>, ProblemHttpResult>> ReadAsync(
        PoolStore store,
        MarketStore market,
        IOptions<CapitalOptions> capital,
        IOptions<UnderwritingOptions> limits,
        IOptions<KnownEventOptions> knownEvents,
        TimeProvider time,
        [OneOf<CoverageType>] string? coverage_type,
        [OneOf<Chain>] string? chain,
        [OneOf<Stablecoin>] string? stablecoin,
        CancellationToken cancellationToken)
    {
        if (!Filter.TryRead<CoverageType>("coverage_type", coverage_type, out var type, out var refusal)
            || !Filter.TryRead<Chain>("chain", chain, out var where, out refusal)
            || !Filter.TryRead<Stablecoin>("stablecoin", stablecoin, out var coin, out refusal))
        {
            return refusal;
        }

        var pool = await store.ReadAsync(cancellationToken);
        var known = await market.ReadAsync(cancellationToken);
        var now = time.GetUtcNow();
        var worstStressLossUsd = known.WorstStressLossUsd(now, limits.Value);
        var products = Product.Offered.Where(p =>
            (type is null || p.CoverageType == type) && (where is null || p.Chain == where) && (coin is null || p.Stablecoin == coin));
        return TypedResults.Ok(new CapacityAnswer(
            [
                .. products.Select(p => CapacityFinder.Find(
                    p,
                    pool.Position,
                    new SalesStops(pool.Breaker.Reason, KnownEvents.WhyNotSold(p, known, now, knownEvents.Value)),
                    worstStressLossUsd,
                    capital.Value,
                    limits.Value)),
            ],
            now));
    }

    internal sealed record CapacityAnswer(IReadOnlyList<ProductCapacity> Items, DateTimeOffset Timestamp);
}

using Sure.Contracts.Events;

namespace Sure.RiskService.Exposures;

/// <summary>What is at risk at one time.</summary>
/// <param name="AsOf">The time it is true for.</param>
/// <param name="Pool">The pool.</param>
/// <param name="Products">Products with active coverage, largest first; equal ones in the order of the vocabulary.</param>
internal sealed record Exposure(DateTimeOffset AsOf, PoolFigures Pool, IReadOnlyList<ProductExposure> Products)
{
    private const int RankingLength = 10;

    /// <summary>The exposure of <paramref name="products"/>, which may come in any order.</summary>
    public static Exposure Of(DateTimeOffset asOf, PoolFigures pool, IEnumerable<ProductExposure> products) =>
        new(asOf, pool, [.. products.OrderByDescending(p => p.ExposureUsd).ThenBy(p => p.CoverageType).ThenBy(p => p.Chain).ThenBy(p => p.Stablecoin)]);

    /// <summary>An amount over total capital; 0 of nothing, null of something where there is no capital.</summary>
    public decimal? OfCapital(decimal amountUsd) =>
        amountUsd == 0 ? 0 : Pool.TotalCapitalUsd > 0 ? amountUsd / Pool.TotalCapitalUsd : null;

    /// <summary>The first ten products.</summary>
    public IReadOnlyList<ProductExposure> Top => [.. Products.Take(RankingLength)];

    /// <summary>Coverage by one dimension, largest first.</summary>
    public IReadOnlyList<KeyValuePair<T, decimal>> By<T>(Func<ProductExposure, T> dimension)
        where T : struct, Enum =>
        [
            .. Products.GroupBy(dimension)
                .Select(g => KeyValuePair.Create(g.Key, g.Sum(p => p.ExposureUsd)))
                .OrderByDescending(e => e.Value).ThenBy(e => e.Key),
        ];
}

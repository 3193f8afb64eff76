using Sure.Contracts.Events;

namespace Sure.RiskService.Exposures;

/// <summary>What is at risk at one time.</summary>
/// <param name="AsOf">The time it is true for.</param>
/// <param name="Pool">The pool.</param>
/// <param name="Products">Products with active coverage, largest first; equal ones in the order of the vocabulary.</param>
internal sealed record Exposure(DateTimeOffset AsOf, PoolFigures Pool, IReadOnlyList<ProductExposure> Products)
{
    private const int RankingLength = 10;

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

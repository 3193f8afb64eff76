using System.Collections.Frozen;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;

namespace Sure.RiskService.LossModel;

/// <summary>Gathers the book into trigger groups.</summary>
public static class TriggerGroups
{
    private static readonly FrozenDictionary<TriggerKey, int> Substreams =
        TriggerKey.All.Index().ToFrozenDictionary(k => k.Item, k => k.Index);

    /// <summary>
    /// The groups with exposure, in the order of <see cref="TriggerKey.All"/>. <see cref="Cover.StandardRate"/> is the rate the quote was
    /// made of after the loads of the policy's terms and before the dynamic loads: the r of the model, needing no further load. Dollars become
    /// doubles here and nowhere else.
    /// </summary>
    /// <exception cref="KeyNotFoundException">Cover is of a product that is not on offer.</exception>
    public static IReadOnlyList<TriggerGroup> Of(IEnumerable<Cover> covers) =>
    [
        .. covers
            .Where(p => p.CoverageUsd > 0)
            .GroupBy(p => TriggerKey.Of(new Product(p.CoverageType, p.Chain, p.Stablecoin)))
            .OrderBy(g => Substreams[g.Key])
            .Select(g => new TriggerGroup(
                g.Key,
                Substreams[g.Key],
                (double)(g.Sum(p => p.CoverageUsd * p.StandardRate) / g.Sum(p => p.CoverageUsd)),
                [
                    .. g.GroupBy(p => new Product(p.CoverageType, p.Chain, p.Stablecoin))
                        .Select(p => KeyValuePair.Create(p.Key, (double)p.Sum(c => c.CoverageUsd)))
                        .OrderBy(p => p.Key.Chain).ThenBy(p => p.Key.Stablecoin),
                ])),
    ];
}

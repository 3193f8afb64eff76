using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Stress;

namespace Sure.RiskService.Exposures;

/// <summary>Cover on the same terms: of one policy, or of several alike as their sum.</summary>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="Terms">Price terms; null for types that have none.</param>
/// <param name="CoverageUsd">What it pays at most, ≥ 0.</param>
/// <param name="StandardRate">Annual standard rate with the loads of its terms, weighted by coverage; a fraction, ≥ 0.</param>
/// <param name="PolicyCount">How many policies it is.</param>
public sealed record Cover(
    CoverageType CoverageType, Chain Chain, Stablecoin Stablecoin, PolicyTerms? Terms, decimal CoverageUsd, decimal StandardRate = 0, int PolicyCount = 1);

/// <summary>Everything that risk is measured on, at one time.</summary>
/// <param name="AsOf">The time it is true for.</param>
/// <param name="Pool">The pool.</param>
/// <param name="TrancheCapitalUsd">Capital of every tranche, ≥ 0.</param>
/// <param name="Covers">Active cover, in a fixed order.</param>
internal sealed record RiskBook(
    DateTimeOffset AsOf, PoolFigures Pool, IReadOnlyDictionary<Tranche, decimal> TrancheCapitalUsd, IReadOnlyList<Cover> Covers)
{
    /// <summary>The capital that bears losses.</summary>
    public StressCapital Capital => new(TrancheCapitalUsd, Pool.LiquidReservesUsd, Pool.DeployedUsd);

    /// <summary>The cover by product.</summary>
    public Exposure ToExposure() => Exposure.Of(
        AsOf,
        Pool,
        Covers.GroupBy(c => new Product(c.CoverageType, c.Chain, c.Stablecoin))
            .Select(g => new ProductExposure(g.Key.CoverageType, g.Key.Chain, g.Key.Stablecoin, g.Sum(c => c.CoverageUsd), g.Sum(c => c.PolicyCount))));
}

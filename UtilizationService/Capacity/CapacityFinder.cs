using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Capacity;

/// <summary>How much cover of a product could be sold now.</summary>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="ProductHash">Its hash.</param>
/// <param name="CapacityUsd">The most cover of one policy that passes every check; 0 where not even the least does.</param>
/// <param name="BindingCheck">The check that a cent more would fail; null where only the greatest cover of a policy limits it.</param>
/// <param name="Reason">Why nothing is sold, where no figure says it.</param>
public sealed record ProductCapacity(
    CoverageType CoverageType, Chain Chain, Stablecoin Stablecoin, string ProductHash, decimal CapacityUsd, string? BindingCheck, string? Reason);

/// <summary>
/// Finds the most cover that passes underwriting, by underwriting itself: every check is monotone in the amount, so the greatest amount
/// that passes is found by halving, to the cent.
/// </summary>
public static class CapacityFinder
{
    private const decimal Cent = 0.01m;

    /// <summary>The capacity of one product.</summary>
    /// <param name="product">An offered product.</param>
    /// <param name="pool">The pool as it is.</param>
    /// <param name="stops">What stops sales of the product.</param>
    /// <param name="worstStressLossUsd">What the worst stress scenario costs; null where it is not known.</param>
    /// <param name="capital">The capital structure.</param>
    /// <param name="limits">The limits; the bounds of one policy are among them.</param>
    public static ProductCapacity Find(
        Product product, PoolPosition pool, SalesStops stops, decimal? worstStressLossUsd, CapitalOptions capital, UnderwritingOptions limits)
    {
        ArgumentNullException.ThrowIfNull(capital);
        ArgumentNullException.ThrowIfNull(limits);

        UnderwritingCheck? FirstFailed(decimal amountUsd) =>
            Underwriting.Check(pool, new ProposedCover(product, amountUsd, Attribution.Of(amountUsd, capital.LossShares)), stops, worstStressLossUsd, capital, limits)
                .FirstOrDefault(c => !c.Passed);

        ProductCapacity Answer(decimal amountUsd, UnderwritingCheck? binding) => new(
            product.CoverageType, product.Chain, product.Stablecoin, product.Hash, amountUsd, binding?.Check, binding?.Reason);

        if (FirstFailed(limits.LeastCoverageUsd) is { } none)
        {
            return Answer(0, none);
        }

        if (FirstFailed(limits.GreatestCoverageUsd) is not { } binding)
        {
            return Answer(limits.GreatestCoverageUsd, binding: null);
        }

        var (passes, fails) = (limits.LeastCoverageUsd, limits.GreatestCoverageUsd);
        while (fails - passes > Cent)
        {
            var middle = Math.Round((passes + fails) / 2, 2, MidpointRounding.ToZero);
            if (FirstFailed(middle) is { } failed)
            {
                (fails, binding) = (middle, failed);
            }
            else
            {
                passes = middle;
            }
        }

        return Answer(passes, binding);
    }
}

using Sure.Contracts.Capital;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;
using Sure.RiskService.Scenarios;

namespace Sure.RiskService.Stress;

/// <summary>
/// What a shock would cost (domain, §8): claims by the payout rules of §5 as if the dwell time had passed, and the change of deployed
/// capital with BTC. Pure.
/// </summary>
internal static class StressTest
{
    /// <summary>
    /// Runs <paramref name="shock"/> over the book. The market moves first and pro rata to capital, then claims go down the waterfall.
    /// Triggered cover counts in the ratios after it as if it were still sold: cover leaves the book at least as fast as its payout
    /// leaves the capital, so with it taken off every loss would make a sound LTV look better. Premium that a payout would earn at once
    /// is not counted either: both err on the safe side.
    /// </summary>
    /// <param name="shock">What happens.</param>
    /// <param name="covers">Active cover. Policies alike may be given as one: then their payouts are rounded to cents once.</param>
    /// <param name="capital">The capital behind it.</param>
    /// <param name="rules">How the shock reaches it.</param>
    public static StressResult Run(Shock shock, IReadOnlyCollection<Cover> covers, StressCapital capital, StressRules rules)
    {
        var (claims, triggered) = Claims(shock, covers);
        var change = Cents(capital.DeployedUsd * rules.DeployedBtcShare * shock.BtcMove);
        var (marked, unborneChange) = Mark(capital, change);
        var split = Waterfall.Split(claims, marked);
        var after = marked.ToDictionary(c => c.Key, c => c.Value - split.BorneUsd[c.Key]);

        var coverage = covers.Sum(c => c.CoverageUsd);
        var capitalAfter = after.Values.Sum();
        var effectiveAfter = after.Sum(c => c.Value * rules.RiskCapacities[c.Key]);
        // What no tranche can bear is not paid, so it takes no cash either.
        var reservesAfter = capital.LiquidReservesUsd - split.TotalBorneUsd;
        return new StressResult(
            triggered,
            claims,
            change,
            after.ToDictionary(c => c.Key, c => capital.TrancheCapitalUsd[c.Key] - c.Value),
            split.ShortfallUsd + unborneChange,
            capitalAfter,
            coverage,
            coverage == 0 ? 0 : effectiveAfter > 0 ? coverage / effectiveAfter : null,
            capitalAfter <= 0 ? 1 : reservesAfter / capitalAfter);
    }

    /// <summary>The fraction that cover pays; null when nothing triggers it. Of several causes the one that pays most: a policy pays once.</summary>
    internal static decimal? Fraction(Shock shock, Cover cover) =>
        new[] { OfPrice(shock, cover), OfBridges(shock, cover), OfChain(shock, cover), OfType(shock, cover) }.Max();

    private static (decimal ClaimsUsd, decimal TriggeredUsd) Claims(Shock shock, IReadOnlyCollection<Cover> covers)
    {
        var claims = 0m;
        var triggered = 0m;
        foreach (var cover in covers)
        {
            if (Fraction(shock, cover) is { } fraction)
            {
                claims += Cents(cover.CoverageUsd * fraction);
                triggered += cover.CoverageUsd;
            }
        }

        return (claims, triggered);
    }

    private static decimal? OfPrice(Shock shock, Cover cover)
    {
        if (TermsOf(cover) is not { } terms || !shock.PegRatios.TryGetValue(cover.Stablecoin, out var ratio) || ratio > terms.TriggerPrice)
        {
            return null;
        }

        return PayoutRule.Fraction(ratio, terms.TriggerPrice, terms.FloorPrice);
    }

    private static decimal? OfBridges(Shock shock, Cover cover) =>
        cover.CoverageType == CoverageType.Bridge && Bridge.OfChain(cover.Chain).Any(b => shock.Bridges.Contains(b.Id, StringComparer.Ordinal)) ? 1 : null;

    private static decimal? OfChain(Shock shock, Cover cover) =>
        cover.CoverageType is CoverageType.SmartContract or CoverageType.Bridge && shock.Chains.TryGetValue(cover.Chain, out var fraction) ? fraction : null;

    private static decimal? OfType(Shock shock, Cover cover) => shock.Types.TryGetValue(cover.CoverageType, out var fraction) ? fraction : null;

    /// <summary>The price terms that hold for <paramref name="cover"/>; null for types that prices do not trigger.</summary>
    internal static PolicyTerms? TermsOf(Cover cover) => cover.CoverageType switch
    {
        CoverageType.Depeg => cover.Terms ?? PolicyTerms.DepegDefault,
        CoverageType.CexLiquidation => cover.Terms ?? PolicyTerms.CexLiquidationDefault,
        _ => null,
    };

    /// <summary>Shares a change of deployed capital pro rata to capital; answers the capital after it and what of a loss none could bear.</summary>
    private static (Dictionary<Tranche, decimal> CapitalUsd, decimal UnborneUsd) Mark(StressCapital capital, decimal changeUsd)
    {
        var total = capital.TotalUsd;
        if (total <= 0)
        {
            return (capital.TrancheCapitalUsd.ToDictionary(), Math.Max(0, -changeUsd));
        }

        var shared = Math.Max(changeUsd, -total);
        var marked = capital.TrancheCapitalUsd.ToDictionary(
            c => c.Key, c => c.Value + Math.Round(shared * (c.Value / total), 2, MidpointRounding.ToZero));
        var left = shared - (marked.Values.Sum() - total);
        // Cents that rounding left: a gain goes to first-loss capital, a loss is borne as any other, so that nothing goes below zero.
        if (left > 0)
        {
            marked[Tranche.Equity] = marked.GetValueOrDefault(Tranche.Equity) + left;
        }
        else if (left < 0)
        {
            foreach (var (tranche, borne) in Waterfall.Split(-left, marked).BorneUsd)
            {
                marked[tranche] -= borne;
            }
        }

        return (marked, shared - changeUsd);
    }

    private static decimal Cents(decimal amountUsd) => Math.Round(amountUsd, 2, MidpointRounding.AwayFromZero);
}

/// <summary>What a shock costs. Amounts in USD.</summary>
/// <param name="TriggeredUsd">Cover that triggers.</param>
/// <param name="ClaimsUsd">What it pays.</param>
/// <param name="DeployedChangeUsd">Change of the value of deployed capital; negative is a loss.</param>
/// <param name="LossByTrancheUsd">What each tranche loses, of claims and deployed capital together; negative is a gain.</param>
/// <param name="UncoveredUsd">What no tranche can bear.</param>
/// <param name="CapitalAfterUsd">Capital of all tranches after it.</param>
/// <param name="CoverageUsd">All cover, triggered or not.</param>
/// <param name="LtvAfter">All coverage over effective capital after it; 0 with no coverage, null with coverage and no capital.</param>
/// <param name="ReserveRatioAfter">Liquid reserves over capital after it; 1 with no capital.</param>
internal sealed record StressResult(
    decimal TriggeredUsd,
    decimal ClaimsUsd,
    decimal DeployedChangeUsd,
    IReadOnlyDictionary<Tranche, decimal> LossByTrancheUsd,
    decimal UncoveredUsd,
    decimal CapitalAfterUsd,
    decimal CoverageUsd,
    decimal? LtvAfter,
    decimal ReserveRatioAfter)
{
    /// <summary>Claims and what deployed capital lost; negative when it gained more than is claimed. The tranches' losses and the uncovered add up to it.</summary>
    public decimal LossUsd => ClaimsUsd - DeployedChangeUsd;
}

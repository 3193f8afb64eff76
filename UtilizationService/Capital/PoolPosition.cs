using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Capital;

/// <summary>One tranche. Amounts in USD.</summary>
/// <param name="Tranche">Which.</param>
/// <param name="CapitalUsd">Its capital.</param>
/// <param name="CoverageUsd">Coverage attributed to it.</param>
/// <param name="PremiumCarryUsd">
/// What of earned premium is its own and no whole cent yet; below zero where it was given a cent in advance. Those of all tranches add up to 0.
/// </param>
public sealed record TranchePosition(Tranche Tranche, decimal CapitalUsd, decimal CoverageUsd, decimal PremiumCarryUsd = 0)
{
    /// <summary>u: coverage over capital, at most 1; 0 where there is neither, 1 where there is coverage and no capital.</summary>
    public decimal Utilization => CoverageUsd switch
    {
        0 => 0,
        _ when CapitalUsd <= 0 => 1,
        _ => Math.Min(1, CoverageUsd / CapitalUsd),
    };

    /// <summary>Coverage that can still be attributed up to <paramref name="capacityUtilization"/>, in USD; never negative.</summary>
    public decimal AvailableCapacityUsd(decimal capacityUtilization) => Math.Max(0, (capacityUtilization * CapitalUsd) - CoverageUsd);
}

/// <summary>Everything a decision about the pool rests on, at one moment. Amounts in USD.</summary>
/// <param name="Tranches">The six tranches in order of seniority.</param>
/// <param name="CashUsd">Cash at hand.</param>
/// <param name="DeployedUsd">Capital earning elsewhere.</param>
/// <param name="UnearnedPremiumUsd">Premium received and not yet earned.</param>
/// <param name="ClaimsPayableUsd">Claims decided and not yet paid.</param>
/// <param name="ShortfallUsd">What no tranche could bear.</param>
/// <param name="ActivePolicies">Policies in force.</param>
/// <param name="CoverageByType">Active coverage by coverage type.</param>
/// <param name="CoverageByChain">Active coverage by chain.</param>
/// <param name="CoverageByStablecoin">Active coverage by coin.</param>
public sealed record PoolPosition(
    IReadOnlyList<TranchePosition> Tranches,
    decimal CashUsd,
    decimal DeployedUsd,
    decimal UnearnedPremiumUsd,
    decimal ClaimsPayableUsd,
    decimal ShortfallUsd,
    int ActivePolicies,
    IReadOnlyDictionary<CoverageType, decimal> CoverageByType,
    IReadOnlyDictionary<Chain, decimal> CoverageByChain,
    IReadOnlyDictionary<Stablecoin, decimal> CoverageByStablecoin)
{
    /// <summary>Capital of all tranches.</summary>
    public decimal TotalCapitalUsd => Tranches.Sum(t => t.CapitalUsd);

    /// <summary>Active coverage.</summary>
    public decimal TotalCoverageUsd => Tranches.Sum(t => t.CoverageUsd);

    /// <summary>Cash − claims payable − unearned premium.</summary>
    public decimal LiquidReservesUsd => CashUsd - ClaimsPayableUsd - UnearnedPremiumUsd;

    /// <summary>Liquid reserves over total capital; 1 with no capital.</summary>
    public decimal ReserveRatio => TotalCapitalUsd <= 0 ? 1 : LiquidReservesUsd / TotalCapitalUsd;

    /// <summary>Σ capital × risk capacity.</summary>
    public decimal EffectiveCapitalUsd(CapitalOptions options) => Tranches.Sum(t => t.CapitalUsd * options.RiskCapacities[t.Tranche]);

    /// <summary>Coverage over effective capital; 0 with no coverage, null with coverage and no capital, where it has no value.</summary>
    public decimal? Ltv(CapitalOptions options) =>
        TotalCoverageUsd == 0 ? 0 : EffectiveCapitalUsd(options) is > 0 and var effective ? TotalCoverageUsd / effective : null;
}

/// <summary>How the coverage of a policy is spread over the tranches.</summary>
public static class Attribution
{
    /// <summary>
    /// Attributes <paramref name="coverageUsd"/> by loss share, rounded down to cents; the cents left go to <see cref="Tranche.Equity"/>,
    /// so that the parts always add up exactly.
    /// </summary>
    public static IReadOnlyDictionary<Tranche, decimal> Of(decimal coverageUsd, IDictionary<Tranche, decimal> lossShares)
    {
        ArgumentNullException.ThrowIfNull(lossShares);
        var parts = Words<Tranche>.Members.ToDictionary(t => t, t => Math.Round(coverageUsd * lossShares[t], 2, MidpointRounding.ToZero));
        parts[Tranche.Equity] += coverageUsd - parts.Values.Sum();
        return parts;
    }
}

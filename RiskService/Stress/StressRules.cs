using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Stress;

/// <summary>The capital that bears losses. Amounts in USD.</summary>
/// <param name="TrancheCapitalUsd">Capital of every tranche, ≥ 0.</param>
/// <param name="LiquidReservesUsd">Cash − claims payable − unearned premium; may be negative.</param>
/// <param name="ToldDeployedUsd">Capital that earns elsewhere, ≥ 0, as UtilizationService told it; null where an older version of it did not.</param>
internal sealed record StressCapital(
    IReadOnlyDictionary<Tranche, decimal> TrancheCapitalUsd, decimal LiquidReservesUsd, decimal? ToldDeployedUsd = null)
{
    /// <summary>Capital of all tranches.</summary>
    public decimal TotalUsd => TrancheCapitalUsd.Values.Sum();

    /// <summary>
    /// Capital that earns elsewhere. Where it was not told, the capital that is not liquid: the journal balances, cash + deployed = capital +
    /// claims payable + unearned premium + surplus, so that is too little by the surplus, which arises only without capital and stays.
    /// </summary>
    public decimal DeployedUsd => ToldDeployedUsd ?? Math.Max(0, TotalUsd - LiquidReservesUsd);
}

/// <summary>How a shock reaches the pool.</summary>
/// <param name="DeployedBtcShare">Part of deployed capital whose value follows BTC, 0 … 1.</param>
/// <param name="RiskCapacities">Which part of each tranche's capital is effective, 0 … 1.</param>
internal sealed record StressRules(decimal DeployedBtcShare, IReadOnlyDictionary<Tranche, decimal> RiskCapacities);

using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Stress;

/// <summary>The capital that bears losses. Amounts in USD.</summary>
/// <param name="TrancheCapitalUsd">Capital of every tranche, ≥ 0.</param>
/// <param name="LiquidReservesUsd">Cash − claims payable − unearned premium; may be negative.</param>
internal sealed record StressCapital(IReadOnlyDictionary<Tranche, decimal> TrancheCapitalUsd, decimal LiquidReservesUsd)
{
    /// <summary>Capital of all tranches.</summary>
    public decimal TotalUsd => TrancheCapitalUsd.Values.Sum();

    /// <summary>
    /// Capital that earns elsewhere. The journal balances: cash + deployed = capital + claims payable + unearned premium (+ surplus,
    /// which there is only without capital), so what is not liquid is deployed.
    /// </summary>
    public decimal DeployedUsd => Math.Max(0, TotalUsd - LiquidReservesUsd);
}

/// <summary>How a shock reaches the pool.</summary>
/// <param name="DeployedBtcShare">Part of deployed capital whose value follows BTC, 0 … 1.</param>
/// <param name="RiskCapacities">Which part of each tranche's capital is effective, 0 … 1.</param>
internal sealed record StressRules(decimal DeployedBtcShare, IReadOnlyDictionary<Tranche, decimal> RiskCapacities);

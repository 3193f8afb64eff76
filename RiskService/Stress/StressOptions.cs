using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Capital;
using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Stress;

/// <summary>How a shock reaches the pool, section <c>Risk</c>.</summary>
public sealed class StressOptions
{
    /// <summary>Part of deployed capital whose value follows BTC; a fraction 0 … 1, default 0.20.</summary>
    [Range(0.0, 1.0)]
    public decimal DeployedBtcShare { get; set; } = 0.20m;

    /// <summary>
    /// The capital limit: least total capital per USD of active coverage, default 1.00, where the circuit breaker trips
    /// (domain, §3). 0 … 10.
    /// </summary>
    [Range(0.0, 10.0)]
    public decimal LeastCapitalPerCoverage { get; set; } = 1.00m;
}

/// <summary>Which part of each tranche's capital is effective, section <c>Capital</c>: the same settings that UtilizationService reads.</summary>
public sealed class RiskCapacityOptions
{
    /// <summary>Risk capacity by tranche, 0 … 1; defaults are those of the domain, §3.</summary>
    public IDictionary<Tranche, decimal> RiskCapacities { get; } = new Dictionary<Tranche, decimal>(RiskCapacity.Defaults);

    /// <summary>Every fault in words; empty when the options are sound.</summary>
    public IEnumerable<string> Faults() =>
        RiskCapacities.Where(c => c.Value is < 0 or > 1).Select(c => $"Capital:RiskCapacities:{c.Key} is {c.Value}; it must be 0 … 1.");
}

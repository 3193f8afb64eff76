using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Policies;

/// <summary>The limits a policy must pass, section <c>Underwriting</c>; fractions. Defaults are those of the domain, §4.</summary>
public sealed class UnderwritingOptions
{
    /// <summary>Least cover of a policy in USD, default 100. QuoteService quotes within the same bounds.</summary>
    [Range(1.0, 1_000_000.0)]
    public decimal LeastCoverageUsd { get; set; } = 100m;

    /// <summary>Greatest cover of a policy in USD, default 10 000 000.</summary>
    [Range(1_000.0, 1_000_000_000.0)]
    public decimal GreatestCoverageUsd { get; set; } = 10_000_000m;

    /// <summary>Greatest LTV, default 0.85.</summary>
    [Range(0.0, 1.0)]
    public decimal LtvMax { get; set; } = 0.85m;

    /// <summary>Greatest utilization of any tranche, default 0.95.</summary>
    [Range(0.0, 1.0)]
    public decimal TrancheUtilizationMax { get; set; } = 0.95m;

    /// <summary>Greatest utilization of the equity tranche, default 0.90.</summary>
    [Range(0.0, 1.0)]
    public decimal EquityUtilizationMax { get; set; } = 0.90m;

    /// <summary>Least reserve ratio, default 0.15.</summary>
    [Range(0.0, 1.0)]
    public decimal ReserveRatioMin { get; set; } = 0.15m;

    /// <summary>Greatest coverage on one coin over total capital, default 0.30.</summary>
    [Range(0.0, 10.0)]
    public decimal SingleAssetMax { get; set; } = 0.30m;

    /// <summary>Greatest coverage on one group of correlated coins over total capital, default 0.50.</summary>
    [Range(0.0, 10.0)]
    public decimal CorrelatedGroupMax { get; set; } = 0.50m;

    /// <summary>Coins that tend to fail together; empty for the groups of the domain, §4.</summary>
    public IList<Stablecoin[]> CorrelatedGroups { get; } = [];

    /// <summary>Greatest coverage on each chain over total capital.</summary>
    public IDictionary<Chain, decimal> ChainMax { get; } = new Dictionary<Chain, decimal>
    {
        [Chain.Ethereum] = 0.40m,
        [Chain.Bitcoin] = 0.40m,
        [Chain.Arbitrum] = 0.30m,
        [Chain.Optimism] = 0.30m,
        [Chain.Base] = 0.30m,
        [Chain.Polygon] = 0.20m,
        [Chain.TON] = 0.20m,
        [Chain.Solana] = 0.10m,
        [Chain.Lightning] = 0.10m,
    };

    /// <summary>Greatest coverage of each type over total capital.</summary>
    public IDictionary<CoverageType, decimal> CoverageTypeMax { get; } = new Dictionary<CoverageType, decimal>
    {
        [CoverageType.Depeg] = 0.50m,
        [CoverageType.SmartContract] = 0.30m,
        [CoverageType.CexLiquidation] = 0.25m,
        [CoverageType.Oracle] = 0.20m,
        [CoverageType.Bridge] = 0.15m,
    };

    /// <summary>Least total capital over worst stress loss plus the new coverage, default 1.5.</summary>
    [Range(0.0, 100.0)]
    public decimal StressBufferMin { get; set; } = 1.5m;

    /// <summary>How long the worst stress loss of a risk snapshot counts. 1 s … 1 day, default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan StressLossCountsFor { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Part of the total coverage taken as the worst stress loss while no risk snapshot gives one, default 0.5.</summary>
    [Range(0.0, 1.0)]
    public decimal AssumedStressLoss { get; set; } = 0.5m;

    /// <summary>Every fault in words; empty when the options are sound.</summary>
    public IEnumerable<string> Faults() =>
        FaultsOf(nameof(ChainMax), ChainMax).Concat(FaultsOf(nameof(CoverageTypeMax), CoverageTypeMax));

    private static IEnumerable<string> FaultsOf<T>(string name, IDictionary<T, decimal> limits)
        where T : struct, Enum =>
        Words<T>.Members.Where(m => !limits.ContainsKey(m)).Select(m => $"Underwriting:{name}:{m} is missing.")
            .Concat(limits.Where(l => l.Value is < 0 or > 10).Select(l => $"Underwriting:{name}:{l.Key} is {l.Value}; it must be 0 … 10."));
}

using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Consensus;
using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>When price-triggered cover pays, section <c>Triggers</c>. Defaults are those of the domain, §5.</summary>
public sealed record TriggerOptions
{
    /// <summary>Section they are configured in.</summary>
    public const string Section = "Triggers";

    /// <summary>Live sources that must each be at or below the trigger; 1 … 100, default 2.</summary>
    [Range(1, 100)]
    public int MinSources { get; set; } = 2;

    /// <summary>Longest time between two points with consensus that breaks neither a run nor the recovery of a peg; 1 min … 1 day, default 15 min.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "1.00:00:00")]
    public TimeSpan LongestGap { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Peg ratio that triggers <c>cex_liquidation</c> where the policy states none; 0.01 … 1, default 0.95.</summary>
    [Range(0.01, 1.0)]
    public decimal CexTrigger { get; set; } = PolicyTerms.CexLiquidationDefault.TriggerPrice;

    /// <summary>Peg ratio at which <c>cex_liquidation</c> pays in full where the policy states none; below the trigger, default 0.80.</summary>
    [Range(0.0, 0.99)]
    public decimal CexFloor { get; set; } = PolicyTerms.CexLiquidationDefault.FloorPrice;

    /// <summary>Time from the trigger in which the lowest peg ratio counts; up to 1 day, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan CexWindow { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Consensus score at or below which sources contradict each other; 0 … 1, default 0.3.</summary>
    [Range(0.0, 1.0)]
    public decimal OracleConsensus { get; set; } = PriceAgreement.LeastScore;

    /// <summary>Live sources without which <c>oracle</c> never pays; 3 … 100, default 3: of two, nobody knows which one errs.</summary>
    [Range(3, 100)]
    public int OracleSources { get; set; } = 3;

    /// <summary>How long the sources must contradict each other without a break; up to 7 days, default 1 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan OracleDwell { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Score of agreement by coefficient of variation; empty for <see cref="PriceAgreement.DefaultSteps"/>. As in section <c>Prices</c> of BridgeService.</summary>
    public IReadOnlyList<ScoreStep> VariationSteps { get; set; } = [];

    /// <summary>Score beyond the last step, default 0.3.</summary>
    [Range(0.0, 1.0)]
    public decimal LeastConsensus { get; set; } = PriceAgreement.LeastScore;

    /// <summary>Every fault across fields in words; empty when the options are sound.</summary>
    public IEnumerable<string> Faults() =>
        CexFloor >= CexTrigger ? [$"{Section}:CexFloor is {CexFloor}; it must be below {Section}:CexTrigger, {CexTrigger}."] : [];
}

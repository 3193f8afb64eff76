using System.ComponentModel.DataAnnotations;
using Sure.BridgeService.Statistics;

namespace Sure.BridgeService.Prices;

/// <summary>How prices become a consensus, section <c>Prices</c>.</summary>
public sealed class PriceOptions
{
    private static readonly ScoreStep[] DefaultVariationSteps = [new(0.002, 1.0m), new(0.005, 0.9m), new(0.01, 0.7m)];

    /// <summary>A price is live while it is younger.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A net asset value is live while it is younger.</summary>
    public TimeSpan NavMaxAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How many live sources make a consensus.</summary>
    [Range(1, 100)]
    public int LeastSources { get; set; } = 2;

    /// <summary>Score of agreement, by coefficient of variation; empty for the defaults.</summary>
    public IList<ScoreStep> VariationSteps { get; set; } = [];

    /// <summary>Score beyond the last step.</summary>
    [Range(0, 1)]
    public decimal LeastConsensus { get; set; } = 0.3m;

    /// <summary>Score of agreement.</summary>
    public decimal ConsensusScore(double variation) =>
        (VariationSteps.Count > 0 ? VariationSteps : DefaultVariationSteps).Of(variation, LeastConsensus);
}

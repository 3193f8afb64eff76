using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Consensus;

namespace Sure.BridgeService.Prices;

/// <summary>How prices become a consensus, section <c>Prices</c>.</summary>
public sealed class PriceOptions
{
    /// <summary>A price is live while it is younger.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A net asset value is live while it is younger.</summary>
    public TimeSpan NavMaxAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How many live sources make a consensus.</summary>
    [Range(1, 100)]
    public int LeastSources { get; set; } = 2;

    /// <summary>Score of agreement, by coefficient of variation; empty for the defaults.</summary>
    public IReadOnlyList<ScoreStep> VariationSteps { get; set; } = [];

    /// <summary>Score beyond the last step.</summary>
    [Range(0, 1)]
    public decimal LeastConsensus { get; set; } = PriceAgreement.LeastScore;

    /// <summary>Score of agreement of live prices.</summary>
    public decimal ConsensusScore(IReadOnlyCollection<decimal> prices) => PriceAgreement.Score(prices, VariationSteps, LeastConsensus);
}

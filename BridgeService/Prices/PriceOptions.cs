using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Consensus;

namespace Sure.BridgeService.Prices;

/// <summary>How prices become a consensus, section <c>Prices</c>.</summary>
public sealed class PriceOptions
{
    /// <summary>A price is live while it is younger.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The same for sources that are slower, or ought to be faster, by name; above 0.</summary>
    public IDictionary<string, TimeSpan> SourceMaxAges { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>A net asset value is live while it is younger; above 0.</summary>
    public TimeSpan NavMaxAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How many live sources make a consensus.</summary>
    [Range(1, 100)]
    public int LeastSources { get; set; } = 2;

    /// <summary>Score of agreement, by coefficient of variation; empty for the defaults.</summary>
    public IReadOnlyList<ScoreStep> VariationSteps { get; set; } = [];

    /// <summary>Score beyond the last step.</summary>
    [Range(0, 1)]
    public decimal LeastConsensus { get; set; } = PriceAgreement.LeastScore;

    /// <summary>How long a price of <paramref name="source"/> is live.</summary>
    public TimeSpan MaxAgeOf(string source) => SourceMaxAges.TryGetValue(source, out var own) ? own : MaxAge;

    /// <summary>What is wrong with the options as a whole.</summary>
    public IEnumerable<string> Faults()
    {
        if (SourceMaxAges.Values.Append(MaxAge).Append(NavMaxAge).Any(a => a <= TimeSpan.Zero))
        {
            yield return "Prices:MaxAge, SourceMaxAges and NavMaxAge must be above 0.";
        }

        if (!VariationSteps.AreInOrder())
        {
            yield return "Prices:VariationSteps must rise, and their scores must fall and be 0 … 1.";
        }
    }

    /// <summary>Score of agreement of live prices.</summary>
    public decimal ConsensusScore(IReadOnlyCollection<decimal> prices) => PriceAgreement.Score(prices, VariationSteps, LeastConsensus);
}

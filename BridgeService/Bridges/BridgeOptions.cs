using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Consensus;

namespace Sure.BridgeService.Bridges;

/// <summary>How the health of a bridge is judged, section <c>Bridges</c>. Percentages are positive numbers of percent below a peak.</summary>
public sealed class BridgeOptions
{
    private static readonly ScoreStep[] DefaultDrawdownSteps = [new(5, 1.0m), new(10, 0.9m), new(20, 0.7m), new(40, 0.4m)];
    private static readonly ScoreStep[] DefaultVariationSteps = [new(0.02, 1.0m), new(0.05, 0.9m), new(0.10, 0.7m)];
    private static readonly ScoreStep[] DefaultAgeSteps = [new(5, 1.0m), new(10, 0.9m), new(30, 0.7m)];

    /// <summary>A source is live while its last observation is younger.</summary>
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The same for sources that are slower, or ought to be faster, by name; of those that read final blocks their <c>MaxBlockAge</c> where that is longer.</summary>
    public IDictionary<string, TimeSpan> SourceMaxAges { get; } = new Dictionary<string, TimeSpan>(StringComparer.Ordinal);

    /// <summary>Over which the peak, the change and the success rate are measured.</summary>
    public TimeSpan Window { get; set; } = TimeSpan.FromMinutes(60);

    /// <summary>Over which a decline is measured.</summary>
    public TimeSpan DeclineWindow { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Weight of the value locked.</summary>
    [Range(0, 1)]
    public decimal TvlWeight { get; set; } = 0.40m;

    /// <summary>Weight of the sources' agreement.</summary>
    [Range(0, 1)]
    public decimal ConsensusWeight { get; set; } = 0.30m;

    /// <summary>Weight of the transactions' success.</summary>
    [Range(0, 1)]
    public decimal SuccessWeight { get; set; } = 0.20m;

    /// <summary>Weight of the observations' age.</summary>
    [Range(0, 1)]
    public decimal FreshnessWeight { get; set; } = 0.10m;

    /// <summary>Score of the value locked, by drawdown in %; empty for the defaults.</summary>
    public IList<ScoreStep> DrawdownSteps { get; set; } = [];

    /// <summary>Score of agreement, by coefficient of variation; empty for the defaults.</summary>
    public IList<ScoreStep> VariationSteps { get; set; } = [];

    /// <summary>Score of freshness, by age in minutes; empty for the defaults.</summary>
    public IList<ScoreStep> AgeSteps { get; set; } = [];

    /// <summary>Score of the value locked beyond the last step.</summary>
    [Range(0, 1)]
    public decimal LeastDrawdownScore { get; set; } = 0.1m;

    /// <summary>Score of agreement beyond the last step.</summary>
    [Range(0, 1)]
    public decimal LeastConsensus { get; set; } = 0.3m;

    /// <summary>Score of agreement of a single source.</summary>
    [Range(0, 1)]
    public decimal SingleSourceConsensus { get; set; } = 0.5m;

    /// <summary>Score of freshness beyond the last step.</summary>
    [Range(0, 1)]
    public decimal LeastFreshness { get; set; } = 0.3m;

    /// <summary>The score is at most this when the drawdown reaches <see cref="CriticalDrawdownPct"/>.</summary>
    [Range(0, 1)]
    public decimal DrawdownCap { get; set; } = 0.49m;

    /// <summary>The score is at most this while an exploit is detected.</summary>
    [Range(0, 1)]
    public decimal ExploitCap { get; set; } = 0.29m;

    /// <summary>The score is at most this while the contract is paused.</summary>
    [Range(0, 1)]
    public decimal PausedCap { get; set; } = 0.69m;

    /// <summary>From this score on <c>Healthy</c>.</summary>
    [Range(0, 1)]
    public decimal HealthyFrom { get; set; } = 0.9m;

    /// <summary>From this score on <c>Caution</c>.</summary>
    [Range(0, 1)]
    public decimal CautionFrom { get; set; } = 0.7m;

    /// <summary>From this score on <c>Warning</c>.</summary>
    [Range(0, 1)]
    public decimal WarningFrom { get; set; } = 0.5m;

    /// <summary>Drawdown of a critical drop, and of an exploit.</summary>
    [Range(0, 100)]
    public decimal CriticalDrawdownPct { get; set; } = 20;

    /// <summary>Drop from the highest of <see cref="DeclineWindow"/> that is a decline.</summary>
    [Range(0, 100)]
    public decimal DeclinePct { get; set; } = 10;

    /// <summary>Drop against the point before that is a step.</summary>
    [Range(0, 100)]
    public decimal StepPct { get; set; } = 5;

    /// <summary>How far back inside its limit a value must at least be for its alert to be resolved, in percentage points.</summary>
    [Range(0, 100)]
    public decimal ResolveMarginPct { get; set; } = 1;

    /// <summary>Without an observation for this long a bridge is stale; above 0.</summary>
    public TimeSpan StaleAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How many sources must see an exploit, bear out the value it is held against, and speak of a pause that confirms it.</summary>
    [Range(1, 100)]
    public int ExploitSources { get; set; } = 2;

    /// <summary>On how many points in a row each.</summary>
    [Range(1, 100)]
    public int ExploitPoints { get; set; } = 2;

    /// <summary>Drawdown that a bridge has recovered from.</summary>
    [Range(0, 100)]
    public decimal RecoveredPct { get; set; } = 10;

    /// <summary>Without recovery for this long an exploit is confirmed; above 0.</summary>
    public TimeSpan ConfirmAfter { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>After recovery for this long an exploit is cleared; above 0.</summary>
    public TimeSpan ClearAfter { get; set; } = TimeSpan.FromMinutes(60);

    /// <summary>A score is announced when it moved by more than this.</summary>
    [Range(0, 1)]
    public decimal AnnounceMove { get; set; } = 0.05m;

    /// <summary>Score of the value locked; <paramref name="drawdownPct"/> is ≤ 0.</summary>
    public decimal TvlScore(decimal drawdownPct) =>
        (DrawdownSteps.Count > 0 ? DrawdownSteps : DefaultDrawdownSteps).Of(-(double)drawdownPct, LeastDrawdownScore);

    /// <summary>Score of agreement of several sources.</summary>
    public decimal ConsensusScore(double variation) =>
        (VariationSteps.Count > 0 ? VariationSteps : DefaultVariationSteps).Of(variation, LeastConsensus);

    /// <summary>Score of freshness.</summary>
    public decimal FreshnessScore(TimeSpan age) => (AgeSteps.Count > 0 ? AgeSteps : DefaultAgeSteps).Of(age.TotalMinutes, LeastFreshness);

    /// <summary>Up to this variation several sources are not in discrepancy.</summary>
    public double DiscrepancyVariation => (VariationSteps.Count > 0 ? VariationSteps : DefaultVariationSteps)[^1].Below;

    /// <summary>How long a word of <paramref name="source"/> is live.</summary>
    public TimeSpan MaxAgeOf(string source) => SourceMaxAges.TryGetValue(source, out var own) ? own : MaxAge;

    /// <summary>
    /// Over which the own peak of <paramref name="source"/> is measured: two of its words that are live, after one from before, must fit in, or
    /// a source slower than half of <see cref="Window"/> could not see a drop twice.
    /// </summary>
    public TimeSpan PeakWindowOf(string source) => MaxAgeOf(source) * 2 > Window ? MaxAgeOf(source) * 2 : Window;

    /// <summary>What is wrong with the options as a whole.</summary>
    public IEnumerable<string> Faults()
    {
        if (TvlWeight + ConsensusWeight + SuccessWeight + FreshnessWeight != 1)
        {
            yield return "The four weights of Bridges must add up to 1.";
        }

        if (!(HealthyFrom > CautionFrom && CautionFrom > WarningFrom))
        {
            yield return "Bridges:HealthyFrom, CautionFrom and WarningFrom must fall in this order.";
        }

        if (MaxAge <= TimeSpan.Zero || SourceMaxAges.Values.Any(a => a <= TimeSpan.Zero) || Window <= TimeSpan.Zero || DeclineWindow <= TimeSpan.Zero || DeclineWindow > Window)
        {
            yield return "Bridges:MaxAge, SourceMaxAges, Window and DeclineWindow must be above 0, and DeclineWindow not longer than Window.";
        }

        if (ConfirmAfter <= TimeSpan.Zero || ClearAfter <= TimeSpan.Zero || StaleAfter <= TimeSpan.Zero)
        {
            yield return "Bridges:ConfirmAfter, ClearAfter and StaleAfter must be above 0.";
        }

        foreach (var (name, steps) in new[] { (nameof(DrawdownSteps), DrawdownSteps), (nameof(VariationSteps), VariationSteps), (nameof(AgeSteps), AgeSteps) })
        {
            if (!steps.AreInOrder())
            {
                yield return $"Bridges:{name} must rise, and their scores must fall and be 0 … 1.";
            }
        }
    }
}

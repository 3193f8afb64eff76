using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>
/// Pays when the peg ratio, and enough sources each, stay at or below the trigger for the dwell time. Payout fraction =
/// clamp((trigger − p) / (trigger − floor), 0, 1), p = the time-weighted mean of the peg ratio over the dwell time (domain, §5).
/// </summary>
/// <param name="terms">Trigger, floor and dwell time.</param>
/// <param name="options">Sources and longest gap.</param>
public sealed class DepegRule(PolicyTerms terms, TriggerOptions options) : DwellRule(TimeSpan.FromHours(terms.DwellHours), options.LongestGap)
{
    private readonly int _minSources = options.MinSources;

    /// <inheritdoc />
    public override string Name => "depeg";

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, decimal> Parameters => new Dictionary<string, decimal>(StringComparer.Ordinal)
    {
        ["trigger_price"] = terms.TriggerPrice,
        ["floor_price"] = terms.FloorPrice,
        ["dwell_seconds"] = Wording.Seconds(Dwell),
        ["longest_gap_seconds"] = Wording.Seconds(LongestGap),
        ["min_sources"] = _minSources,
    };

    private protected override string Condition =>
        $"A peg ratio at or below {Wording.Plain(terms.TriggerPrice)} in the consensus and in {Wording.LiveSources(_minSources)} or more";

    /// <inheritdoc />
    public override bool Touches(ConsensusPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return point.IsAtOrBelow(terms.TriggerPrice, _minSources);
    }

    private protected override decimal? Figure(ConsensusPoint point) => point.PegRatio;

    private protected override Verdict.Triggered Pay(Run run)
    {
        var weighted = WeightedSum(run);
        var mean = weighted / Wording.Seconds(Dwell);
        var fraction = PayoutRule.Fraction(mean, terms.TriggerPrice, terms.FloorPrice);
        return new Verdict.Triggered(
            $"The peg ratio and at least {Wording.LiveSources(_minSources)} stayed at or below {Wording.Plain(terms.TriggerPrice)} from {Wording.Utc(run.StartedAt)} to {Wording.Utc(run.DueAt)}, {Wording.Span(Dwell)} without a break.",
            run.DueAt,
            fraction,
            run.StartedAt,
            run.Points,
            $"p = sum(peg_ratio × seconds it stood) / dwell = {Wording.Plain(weighted)} / {Wording.Plain(Wording.Seconds(Dwell))} = {Wording.Plain(mean)}; payout_fraction = clamp((trigger − p) / (trigger − floor), 0, 1) = clamp(({Wording.Plain(terms.TriggerPrice)} − {Wording.Plain(mean)}) / ({Wording.Plain(terms.TriggerPrice)} − {Wording.Plain(terms.FloorPrice)}), 0, 1) = {Wording.Plain(fraction)}");
    }

    /// <summary>Each ratio times the seconds it stood, to the next point with consensus or to due.</summary>
    private static decimal WeightedSum(Run run)
    {
        var known = run.Points.Where(p => p.PegRatio is not null).ToList();
        return known.Zip(known.Skip(1), (point, next) => point.PegRatio!.Value * Wording.Seconds(Earlier(next.At, run.DueAt) - point.At)).Sum();
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}

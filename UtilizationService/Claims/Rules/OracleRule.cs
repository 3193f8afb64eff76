using Sure.Contracts.Consensus;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>
/// Pays in full when the live sources contradict each other for the dwell time: the consensus score stays at its lowest whichever one
/// source is left out, so that one source that errs never pays. Fewer live sources than the least break a run (domain, §5).
/// </summary>
/// <param name="options">Score, sources, dwell time and longest gap.</param>
public sealed class OracleRule(TriggerOptions options) : DwellRule(options.OracleDwell, options.LongestGap)
{
    /// <inheritdoc />
    public override string Name => "oracle";

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, decimal> Parameters
    {
        get
        {
            var parameters = new Dictionary<string, decimal>(StringComparer.Ordinal)
            {
                ["consensus"] = options.OracleConsensus,
                ["dwell_seconds"] = Wording.Seconds(Dwell),
                ["longest_gap_seconds"] = Wording.Seconds(LongestGap),
                ["min_sources"] = options.OracleSources,
                ["score_otherwise"] = options.LeastConsensus,
            };
            foreach (var (step, i) in (options.VariationSteps.Count > 0 ? options.VariationSteps : PriceAgreement.DefaultSteps).Select((s, i) => (s, i + 1)))
            {
                parameters[$"variation_below_{i}"] = (decimal)step.Below;
                parameters[$"score_{i}"] = step.Score;
            }

            return parameters;
        }
    }

    private protected override string Condition =>
        $"A consensus score at or below {Wording.Plain(options.OracleConsensus)}, whichever one of at least {options.OracleSources} live sources is left out,";

    /// <inheritdoc />
    public override bool Touches(ConsensusPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        var live = point.Sources.Where(s => s.Live).Select(s => s.Price).ToList();
        return point.Consensus <= options.OracleConsensus
            && live.Count >= options.OracleSources
            && Enumerable.Range(0, live.Count).All(i => ScoreWithout(live, i) <= options.OracleConsensus);
    }

    private protected override decimal? Figure(ConsensusPoint point) => point.Consensus;

    private protected override Verdict.Triggered Pay(Run run) => new(
        $"The live sources contradicted each other, whichever one is left out, from {Wording.Utc(run.StartedAt)} to {Wording.Utc(run.DueAt)}, {Wording.Span(Dwell)} without a break.",
        run.DueAt,
        PayoutFraction: 1m,
        run.StartedAt,
        run.Points,
        $"max over left-out sources of score(variation of the other live prices) <= {Wording.Plain(options.OracleConsensus)} at every point with consensus from start to start + {Wording.Plain(Wording.Seconds(Dwell))} s; payout_fraction = 1");

    private decimal ScoreWithout(List<decimal> prices, int index) =>
        PriceAgreement.Score([.. prices[..index], .. prices[(index + 1)..]], options.VariationSteps, options.LeastConsensus);
}

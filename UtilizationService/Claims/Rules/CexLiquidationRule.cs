using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>
/// Pays when the peg ratio, and enough sources each, are at or below the trigger at any one point. Payout fraction = clamp((trigger − p) /
/// (trigger − floor), 0, 1), p = the lowest such ratio from that point to the end of the window after it, or of the cover if sooner (domain,
/// §5). It is decided by the first point at or after that end; a point at the very end still counts.
/// </summary>
/// <param name="trigger">Peg ratio at which payment begins.</param>
/// <param name="floor">Peg ratio at which everything is paid; below <paramref name="trigger"/>.</param>
/// <param name="options">Sources and window.</param>
public sealed class CexLiquidationRule(decimal trigger, decimal floor, TriggerOptions options) : PriceRule
{
    /// <inheritdoc />
    public override string Name => "cex_liquidation";

    /// <inheritdoc />
    public override IReadOnlyDictionary<string, decimal> Parameters => new Dictionary<string, decimal>(StringComparer.Ordinal)
    {
        ["trigger_price"] = trigger,
        ["floor_price"] = floor,
        ["window_seconds"] = Wording.Seconds(options.CexWindow),
        ["min_sources"] = options.MinSources,
    };

    /// <inheritdoc />
    public override bool Touches(ConsensusPoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return point.IsAtOrBelow(trigger, options.MinSources);
    }

    /// <inheritdoc />
    public override Verdict Judge(IReadOnlyList<ConsensusPoint> points, CoverPeriod period)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(period);
        var fromTrigger = InOrder(points).SkipWhile(p => !period.Contains(p.At) || !Touches(p)).ToList();
        if (fromTrigger.Count == 0)
        {
            return new Verdict.NotTriggered(
                $"Within the time of the cover no point had a peg ratio at or below {Wording.Plain(trigger)} in the consensus and in {Wording.LiveSources(options.MinSources)} or more.");
        }

        var startedAt = fromTrigger[0].At;
        var dueAt = startedAt + options.CexWindow < period.EndsAt ? startedAt + options.CexWindow : period.EndsAt;
        if (fromTrigger[^1].At < dueAt)
        {
            return new Verdict.Running(
                $"The peg ratio was at or below {Wording.Plain(trigger)} at {Wording.Utc(startedAt)}; the lowest until {Wording.Utc(dueAt)} counts.", startedAt, dueAt);
        }

        var decisive = fromTrigger.FindIndex(p => p.At >= dueAt);
        var window = fromTrigger[..(decisive + 1)];
        var lowest = window.Where(p => p.At <= dueAt && Touches(p)).MinBy(p => p.PegRatio)!;
        var fraction = PayoutRule.Fraction(lowest.PegRatio!.Value, trigger, floor);
        return new Verdict.Triggered(
            $"The peg ratio and at least {Wording.LiveSources(options.MinSources)} were at or below {Wording.Plain(trigger)} at {Wording.Utc(startedAt)}; the lowest until {Wording.Utc(dueAt)} was {Wording.Plain(lowest.PegRatio.Value)}.",
            startedAt,
            fraction,
            startedAt,
            window,
            $"p = lowest peg_ratio from {Wording.Utc(startedAt)} to {Wording.Utc(dueAt)} = {Wording.Plain(lowest.PegRatio.Value)} at {Wording.Utc(lowest.At)}; payout_fraction = clamp((trigger − p) / (trigger − floor), 0, 1) = clamp(({Wording.Plain(trigger)} − {Wording.Plain(lowest.PegRatio.Value)}) / ({Wording.Plain(trigger)} − {Wording.Plain(floor)}), 0, 1) = {Wording.Plain(fraction)}");
    }
}

using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>
/// Pays when the peg ratio, and enough sources each, are at or below the trigger at any one point. Payout fraction = clamp((trigger − p) /
/// (trigger − floor), 0, 1), p = the lowest such ratio from that point to the end of the window after it, or of the cover if sooner (domain,
/// §5). It is decided by the first point at or after that end; a point at the very end still counts. Where data change between simulated and
/// real before that point, nothing is decided by it: the window is over and pays nothing.
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
    public override Judgement Begin(CoverPeriod period)
    {
        ArgumentNullException.ThrowIfNull(period);
        return new Watching(this, period);
    }

    private Verdict.Triggered Pay(List<ConsensusPoint> window, DateTimeOffset dueAt)
    {
        var startedAt = window[0].At;
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

    private Verdict.Running Wait(ConsensusPoint first, DateTimeOffset dueAt) => new(
        $"The peg ratio was at or below {Wording.Plain(trigger)} at {Wording.Utc(first.At)}; the lowest until {Wording.Utc(dueAt)} counts.",
        first.At,
        dueAt,
        [first]);

    private Verdict.NotTriggered Deny(ConsensusPoint? nearest) => new(
        $"Within the time of the cover no point had a peg ratio at or below {Wording.Plain(trigger)} in the consensus and in {Wording.LiveSources(options.MinSources)} or more.",
        nearest is null ? [] : [nearest]);

    private Verdict.NotTriggered Abandon(ConsensusPoint first, DateTimeOffset dueAt, ConsensusPoint breaking) => new(
        $"The peg ratio was at or below {Wording.Plain(trigger)} at {Wording.Utc(first.At)}; before the lowest until {Wording.Utc(dueAt)} was known, data changed between simulated and real, at {Wording.Utc(breaking.At)}.",
        [first, breaking]);

    private DateTimeOffset DueAt(DateTimeOffset startedAt, CoverPeriod period) =>
        startedAt + options.CexWindow < period.EndsAt ? startedAt + options.CexWindow : period.EndsAt;

    private sealed class Watching(CexLiquidationRule rule, CoverPeriod period) : Judgement
    {
        /// <summary>From the point that met the trigger to the one that ends its window.</summary>
        private readonly List<ConsensusPoint> _window = [];
        private ConsensusPoint? _nearest;
        private Verdict.NotTriggered? _abandoned;

        private protected override Verdict SoFar => _window.Count > 0 ? rule.Wait(_window[0], DueAt) : _abandoned ?? rule.Deny(_nearest);

        private DateTimeOffset DueAt => rule.DueAt(_window[0].At, period);

        private protected override Verdict? Next(ConsensusPoint point, bool ofOtherKind)
        {
            if (_window.Count > 0 && ofOtherKind)
            {
                _abandoned = rule.Abandon(_window[0], DueAt, point);
                _window.Clear();
            }

            if (_window.Count > 0 || (period.Contains(point.At) && rule.Touches(point)))
            {
                _window.Add(point);
                return point.At >= DueAt ? rule.Pay(_window, DueAt) : null;
            }

            if (period.Contains(point.At) && point.PegRatio is { } ratio && (_nearest is null || ratio < _nearest.PegRatio))
            {
                _nearest = point;
            }

            return null;
        }
    }
}

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>
/// A rule that pays when a condition holds for a time without a break.
/// <list type="bullet">
/// <item>A run begins with the first point within the cover that meets the condition, and is due its dwell time later.</item>
/// <item>Between points the last value stands. A point that does not meet the condition breaks the run, unless it is later than due: until
/// then the value before it stood. A point at the very moment it is due must still meet it.</item>
/// <item>A point that knows nothing neither breaks a run nor carries it on, but more than the longest gap from one point that knows to the
/// next breaks it, even where the run would have been due within the gap.</item>
/// <item>A simulated point breaks a run of real ones and a real point one of simulated ones, whatever they say and even where the run is due:
/// how long the value before them stood is not known.</item>
/// <item>So a run is complete once a point at or after due is known; that point may lie after the end of the cover, due may not.</item>
/// </list>
/// </summary>
public abstract class DwellRule : PriceRule
{
    private protected DwellRule(TimeSpan dwell, TimeSpan longestGap)
    {
        Dwell = dwell;
        LongestGap = longestGap;
    }

    /// <summary>How long the condition must hold.</summary>
    public TimeSpan Dwell { get; }

    /// <summary>The longest time from one point that knows to the next which does not break a run.</summary>
    public TimeSpan LongestGap { get; }

    /// <summary>The condition as a noun, for example "a peg ratio at or below 0.97".</summary>
    private protected abstract string Condition { get; }

    /// <inheritdoc />
    public sealed override Judgement Begin(CoverPeriod period)
    {
        ArgumentNullException.ThrowIfNull(period);
        return new Watching(this, period);
    }

    /// <summary>The number that the condition is about, the lower the nearer to it; null where there was no consensus on it.</summary>
    private protected abstract decimal? Figure(ConsensusPoint point);

    /// <summary>What a complete run pays.</summary>
    private protected abstract Verdict.Triggered Pay(Run run);

    /// <summary>A run that was broken.</summary>
    /// <param name="Points">Its first, its last that met the condition, and the one that broke it.</param>
    private sealed record Break(DateTimeOffset StartedAt, DateTimeOffset At, string By, IReadOnlyList<ConsensusPoint> Points);

    private sealed class Watching(DwellRule rule, CoverPeriod period) : Judgement
    {
        private Run? _run;
        private Break? _longest;
        private ConsensusPoint? _nearest;

        private protected override Verdict SoFar => (_run, _longest) switch
        {
            ({ } run, _) => new Verdict.Running(
                $"{rule.Condition} since {Wording.Utc(run.StartedAt)}; it pays if it lasts until {Wording.Utc(run.DueAt)}.", run.StartedAt, run.DueAt, run.Ends),
            (_, { } longest) => new Verdict.NotTriggered(
                $"{rule.Condition} takes {Wording.Span(rule.Dwell)} without a break; the longest run lasted {Wording.Span(longest.At - longest.StartedAt)}, from {Wording.Utc(longest.StartedAt)}, and was broken at {Wording.Utc(longest.At)} {longest.By}.",
                longest.Points),
            _ => new Verdict.NotTriggered($"{rule.Condition} was not seen within the time of the cover.", _nearest is null ? [] : [_nearest]),
        };

        private protected override Verdict? Next(ConsensusPoint point, bool ofOtherKind)
        {
            if (_run is { } silent && point.At - silent.LastKnown.At > rule.LongestGap)
            {
                BreakRun(silent, silent.LastKnown.At + rule.LongestGap, $"by more than {Wording.Span(rule.LongestGap)} without consensus", point);
            }

            if (_run is { } other && ofOtherKind)
            {
                BreakRun(other, other.LastKnown.At, "by a change between simulated and real data", point);
            }

            if (rule.Figure(point) is not { } figure)
            {
                _run?.Points.Add(point);
                return null;
            }

            if (period.Contains(point.At) && (_nearest is null || figure < rule.Figure(_nearest)))
            {
                _nearest = point;
            }

            var meets = rule.Touches(point);
            if (_run is { } run)
            {
                if (point.At > run.DueAt || (point.At == run.DueAt && meets))
                {
                    run.Points.Add(point);
                    return rule.Pay(run);
                }

                if (meets)
                {
                    run.CarryOn(point);
                }
                else
                {
                    BreakRun(run, point.At, "by a point without it", point);
                }
            }
            else if (meets && period.Contains(point.At))
            {
                _run = new Run(point, point.At + rule.Dwell);
                if (_run.DueAt > period.EndsAt)
                {
                    // A later run would be due later still.
                    return new Verdict.NotTriggered(
                        $"{rule.Condition} began at {Wording.Utc(_run.StartedAt)} and takes {Wording.Span(rule.Dwell)}; the cover ends before, at {Wording.Utc(period.EndsAt)}.",
                        [point]);
                }
            }

            return null;
        }

        private void BreakRun(Run run, DateTimeOffset at, string by, ConsensusPoint breaking)
        {
            if (_longest is null || at - run.StartedAt > _longest.At - _longest.StartedAt)
            {
                _longest = new(run.StartedAt, at, by, [.. run.Ends, breaking]);
            }

            _run = null;
        }
    }

    /// <summary>A run under way.</summary>
    private protected sealed class Run(ConsensusPoint first, DateTimeOffset dueAt)
    {
        public DateTimeOffset StartedAt { get; } = first.At;

        public DateTimeOffset DueAt { get; } = dueAt;

        /// <summary>The last that met the condition.</summary>
        public ConsensusPoint LastKnown { get; private set; } = first;

        /// <summary>Those with and without consensus.</summary>
        public List<ConsensusPoint> Points { get; } = [first];

        /// <summary>The first and the last that met the condition; one where they are the same.</summary>
        public IReadOnlyList<ConsensusPoint> Ends => ReferenceEquals(Points[0], LastKnown) ? [LastKnown] : [Points[0], LastKnown];

        public void CarryOn(ConsensusPoint point)
        {
            Points.Add(point);
            LastKnown = point;
        }
    }
}

namespace Sure.UtilizationService.Claims.Rules;

/// <summary>
/// A rule that pays when a condition holds for a time without a break.
/// <list type="bullet">
/// <item>A run begins with the first point within the cover that meets the condition, and is due its dwell time later.</item>
/// <item>Between points the last value stands. A point that does not meet the condition breaks the run, unless it is later than due: until
/// then the value before it stood. A point at the very moment it is due must still meet it.</item>
/// <item>A point that knows nothing neither breaks a run nor carries it on, but more than the longest gap from one point that knows to the
/// next breaks it, even where the run would have been due within the gap.</item>
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
    public sealed override Verdict Judge(IReadOnlyList<ConsensusPoint> points, CoverPeriod period)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(period);
        Run? run = null;
        Break? longest = null;
        foreach (var point in InOrder(points))
        {
            if (run is not null && point.At - run.LastKnownAt > LongestGap)
            {
                longest = Longer(longest, new(run.StartedAt, run.LastKnownAt + LongestGap, $"by more than {Wording.Span(LongestGap)} without consensus"));
                run = null;
            }

            if (!Knows(point))
            {
                run?.Points.Add(point);
                continue;
            }

            var meets = Touches(point);
            if (run is not null && (point.At > run.DueAt || (point.At == run.DueAt && meets)))
            {
                run.Points.Add(point);
                return Pay(run);
            }

            if (run is not null && meets)
            {
                run.CarryOn(point);
            }
            else if (run is not null)
            {
                longest = Longer(longest, new(run.StartedAt, point.At, "by a point without it"));
                run = null;
            }
            else if (meets && period.Contains(point.At))
            {
                run = new Run(point, point.At + Dwell);
                if (run.DueAt > period.EndsAt)
                {
                    // A later run would be due later still.
                    return new Verdict.NotTriggered(
                        $"{Condition} began at {Wording.Utc(run.StartedAt)} and takes {Wording.Span(Dwell)}; the cover ends before, at {Wording.Utc(period.EndsAt)}.");
                }
            }
        }

        return run is null
            ? new Verdict.NotTriggered(longest is null
                ? $"{Condition} was not seen within the time of the cover."
                : $"{Condition} takes {Wording.Span(Dwell)} without a break; the longest run lasted {Wording.Span(longest.At - longest.StartedAt)}, from {Wording.Utc(longest.StartedAt)}, and was broken at {Wording.Utc(longest.At)} {longest.By}.")
            : new Verdict.Running(
                $"{Condition} since {Wording.Utc(run.StartedAt)}; it pays if it lasts until {Wording.Utc(run.DueAt)}.", run.StartedAt, run.DueAt);
    }

    /// <summary>Whether there was consensus on what the condition is about.</summary>
    private protected abstract bool Knows(ConsensusPoint point);

    /// <summary>What a complete run pays.</summary>
    private protected abstract Verdict.Triggered Pay(Run run);

    private static Break Longer(Break? one, Break other) => one is null || other.At - other.StartedAt > one.At - one.StartedAt ? other : one;

    private sealed record Break(DateTimeOffset StartedAt, DateTimeOffset At, string By);

    /// <summary>A run under way.</summary>
    private protected sealed class Run(ConsensusPoint first, DateTimeOffset dueAt)
    {
        public DateTimeOffset StartedAt { get; } = first.At;

        public DateTimeOffset DueAt { get; } = dueAt;

        public DateTimeOffset LastKnownAt { get; private set; } = first.At;

        /// <summary>Those with and without consensus.</summary>
        public List<ConsensusPoint> Points { get; } = [first];

        public void CarryOn(ConsensusPoint point)
        {
            Points.Add(point);
            LastKnownAt = point.At;
        }
    }
}

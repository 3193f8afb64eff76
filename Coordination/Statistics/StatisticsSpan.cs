namespace Sure.Coordination.Statistics;

/// <summary>Whole intervals of time whose statistics are shown.</summary>
/// <param name="Start">The first moment of the first of them.</param>
/// <param name="End">The first moment after the last of them.</param>
/// <param name="Interval">Their length.</param>
public sealed record StatisticsSpan(DateTimeOffset Start, DateTimeOffset End, StatisticsInterval Interval)
{
    /// <summary>Length of an interval.</summary>
    public TimeSpan Step { get; } = LengthOf(Interval);

    /// <summary>How many intervals there are.</summary>
    public long Count => (End - Start).Ticks / Step.Ticks;

    /// <summary>The whole intervals that <paramref name="from"/> … <paramref name="to"/> touches. Times are after 1970.</summary>
    public static StatisticsSpan Around(DateTimeOffset from, DateTimeOffset to, StatisticsInterval interval)
    {
        var step = LengthOf(interval);
        return new StatisticsSpan(StartOf(from, step), StartOf(to, step) + step, interval);
    }

    /// <summary>A point for every interval, in order: the one that was read, or <paramref name="none"/> where there was nothing to read.</summary>
    /// <param name="read">Points by the start of their interval.</param>
    /// <param name="none">What an interval without anything is.</param>
    public IReadOnlyList<T> Fill<T>(IReadOnlyDictionary<DateTimeOffset, T> read, Func<DateTimeOffset, T> none)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(none);
        var points = new List<T>((int)Count);
        for (var at = Start; at < End; at += Step)
        {
            points.Add(read.TryGetValue(at, out var point) ? point : none(at));
        }

        return points;
    }

    private static TimeSpan LengthOf(StatisticsInterval interval) => interval switch
    {
        StatisticsInterval.Minute => TimeSpan.FromMinutes(1),
        StatisticsInterval.Hour => TimeSpan.FromHours(1),
        _ => TimeSpan.FromDays(1),
    };

    private static DateTimeOffset StartOf(DateTimeOffset moment, TimeSpan step)
    {
        var since = moment - DateTimeOffset.UnixEpoch;
        return moment.ToUniversalTime() - TimeSpan.FromTicks(since.Ticks % step.Ticks);
    }
}

namespace Sure.BridgeService.Statistics;

/// <summary>A value at a time.</summary>
/// <param name="At">When.</param>
/// <param name="Value">What.</param>
public sealed record TimedValue(DateTimeOffset At, decimal Value);

/// <summary>
/// The highest value within a time that moves along. Keeps only values that no later value reached: each is the maximum of the time from
/// itself on, so the maximum of any younger part of the window is known too.
/// </summary>
/// <param name="Candidates">Oldest first, strictly falling in value.</param>
public sealed record WindowMaximum(IReadOnlyList<TimedValue> Candidates)
{
    /// <summary>Before the first value.</summary>
    public static WindowMaximum Empty { get; } = new([]);

    /// <summary>With one more value; what is older than <paramref name="window"/> is forgotten.</summary>
    public WindowMaximum With(TimedValue value, TimeSpan window)
    {
        ArgumentNullException.ThrowIfNull(value);
        var oldest = value.At - window;
        var (first, end) = (0, Candidates.Count);
        while (first < end && Candidates[first].At < oldest)
        {
            first++;
        }

        while (end > first && Candidates[end - 1].Value <= value.Value)
        {
            end--;
        }

        var kept = new TimedValue[end - first + 1];
        for (var i = first; i < end; i++)
        {
            kept[i - first] = Candidates[i];
        }

        kept[^1] = value;
        return new WindowMaximum(kept);
    }

    /// <summary>The highest value not older than <paramref name="since"/>; null when there is none.</summary>
    public TimedValue? Since(DateTimeOffset since) => Candidates.FirstOrDefault(c => c.At >= since);
}

namespace Sure.LocalHost;

/// <summary>How long to wait before a process that ended is started again: 0.5 s, doubled each time up to 10 s.</summary>
public sealed class Backoff
{
    /// <summary>The first wait.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(0.5);

    /// <summary>No wait is longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>A process that was up for this long has recovered; its next end is a first one again.</summary>
    public static readonly TimeSpan Recovered = TimeSpan.FromSeconds(30);

    private TimeSpan _next = Shortest;

    /// <summary>The wait after a process ended that had been up for <paramref name="uptime"/>.</summary>
    public TimeSpan After(TimeSpan uptime)
    {
        var wait = uptime >= Recovered ? Shortest : _next;
        _next = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, Longest.Ticks));
        return wait;
    }
}

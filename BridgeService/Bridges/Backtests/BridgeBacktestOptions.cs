using System.ComponentModel.DataAnnotations;

namespace Sure.BridgeService.Bridges.Backtests;

/// <summary>What can be back-tested, section <c>Backtests</c>.</summary>
public sealed class BridgeBacktestOptions
{
    /// <summary>Time from one judgement to the next. 10 s … 1 h, default 60 s as the monitor's.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan Cycle { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest time from the first observation to the last. 1 h … 31 days, default 31 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "31.00:00:00")]
    public TimeSpan LongestSpan { get; set; } = TimeSpan.FromDays(31);

    /// <summary>Most sources of one back-test. 1 … 100, default 20.</summary>
    [Range(1, 100)]
    public int MostSources { get; set; } = 20;

    /// <summary>Most points of an answer. 1 … 5 000, default 5 000.</summary>
    [Range(1, 5000)]
    public int MostPoints { get; set; } = 5000;
}

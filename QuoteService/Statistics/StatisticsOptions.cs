using System.ComponentModel.DataAnnotations;

namespace Sure.QuoteService.Statistics;

/// <summary>Section <c>Statistics</c>: how quotes are counted and how long that is kept.</summary>
public sealed class StatisticsOptions
{
    /// <summary>
    /// Minutes that wait in memory while PostgreSQL is away; the oldest of more than that is lost, and counted as lost. 1 … 1 440,
    /// default 60: at most 33 600 figures.
    /// </summary>
    [Range(1, 1440)]
    public int BufferedMinutes { get; set; } = 60;

    /// <summary>How long quotes are kept by the minute. 2 … 36 600 days, default 35 days.</summary>
    [Range(typeof(TimeSpan), "2.00:00:00", "36600.00:00:00")]
    public TimeSpan MinuteRetention { get; set; } = TimeSpan.FromDays(35);

    /// <summary>How long quotes by the hour and sold policies by the minute are kept. 2 … 36 600 days, default 1 100 days.</summary>
    [Range(typeof(TimeSpan), "2.00:00:00", "36600.00:00:00")]
    public TimeSpan HourRetention { get; set; } = TimeSpan.FromDays(1100);
}

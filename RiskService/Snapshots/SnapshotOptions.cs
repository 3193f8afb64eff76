using System.ComponentModel.DataAnnotations;

namespace Sure.RiskService.Snapshots;

/// <summary>How snapshots are kept, section <c>Risk</c>.</summary>
public sealed class SnapshotOptions
{
    /// <summary>How long the figures of a snapshot are kept. 31 … 36 500 days, default 730 days.</summary>
    [Range(typeof(TimeSpan), "31.00:00:00", "36500.00:00:00")]
    public TimeSpan SnapshotRetention { get; set; } = TimeSpan.FromDays(730);

    /// <summary>How long the frequency of alerts is kept by the minute, and an alert that is over. 31 … 36 500 days, default 1 100 days.</summary>
    [Range(typeof(TimeSpan), "31.00:00:00", "36500.00:00:00")]
    public TimeSpan AlertStatisticsRetention { get; set; } = TimeSpan.FromDays(1100);

    /// <summary>
    /// How long what was forecast for a day is kept, and what was lost on it. 366 … 36 500 days, default 1 100 days: the model is checked
    /// on the last 250 days that had a forecast.
    /// </summary>
    [Range(typeof(TimeSpan), "366.00:00:00", "36500.00:00:00")]
    public TimeSpan ForecastRetention { get; set; } = TimeSpan.FromDays(1100);
}

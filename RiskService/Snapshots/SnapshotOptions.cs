using System.ComponentModel.DataAnnotations;

namespace Sure.RiskService.Snapshots;

/// <summary>How snapshots are kept, section <c>Risk</c>.</summary>
public sealed class SnapshotOptions
{
    /// <summary>How long the figures of a snapshot are kept. 31 … 36 500 days, default 730 days.</summary>
    [Range(typeof(TimeSpan), "31.00:00:00", "36500.00:00:00")]
    public TimeSpan SnapshotRetention { get; set; } = TimeSpan.FromDays(730);

    /// <summary>How long the frequency of alerts is kept by the minute. 31 … 36 500 days, default 1 100 days.</summary>
    [Range(typeof(TimeSpan), "31.00:00:00", "36500.00:00:00")]
    public TimeSpan AlertStatisticsRetention { get; set; } = TimeSpan.FromDays(1100);
}

using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Sure.BridgeService.Observations;
using Sure.BridgeService.SourceQuality;
using Sure.Coordination.Partitions;

namespace Sure.BridgeService;

/// <summary>How long history is kept, section <c>History</c>.</summary>
public sealed class HistoryOptions
{
    /// <summary>How long every point of bridges and coins is kept. 2 … 36 600 days, default 1 100 days.</summary>
    [Range(typeof(TimeSpan), "2.00:00:00", "36600.00:00:00")]
    public TimeSpan PointRetention { get; set; } = TimeSpan.FromDays(1100);

    /// <summary>
    /// How long the hours of bridges and coins are kept. 105 … 36 600 days and not below <see cref="PointRetention"/>, default 3 660 days.
    /// Spans of more than 104 days are read from them.
    /// </summary>
    [Range(typeof(TimeSpan), "105.00:00:00", "36600.00:00:00")]
    public TimeSpan HourRetention { get; set; } = TimeSpan.FromDays(3660);
}

/// <summary>The partitioned tables of this service.</summary>
internal static class HistoryTables
{
    public static IEnumerable<PartitionedTable> Of(IServiceProvider services)
    {
        var observations = services.GetRequiredService<IOptions<IngestionOptions>>().Value.ObservationRetention;
        var history = services.GetRequiredService<IOptions<HistoryOptions>>().Value;
        return
        [
            new("bridge_observation", "observed_at", PartitionSpan.Month, observations),
            new("price_observation", "observed_at", PartitionSpan.Month, observations),
            new("bridge_point", "made_at", PartitionSpan.Month, history.PointRetention),
            new("price_point", "made_at", PartitionSpan.Month, history.PointRetention),
            new("bridge_hour", "starts_at", PartitionSpan.Month, history.HourRetention),
            new("price_hour", "starts_at", PartitionSpan.Month, history.HourRetention),
            new("source_hour", "starts_at", PartitionSpan.Month, SourceLook.Watched),
        ];
    }
}

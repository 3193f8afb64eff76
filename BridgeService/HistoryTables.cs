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
}

/// <summary>The partitioned tables of this service.</summary>
internal static class HistoryTables
{
    public static IEnumerable<PartitionedTable> Of(IServiceProvider services)
    {
        var observations = services.GetRequiredService<IOptions<IngestionOptions>>().Value.ObservationRetention;
        var points = services.GetRequiredService<IOptions<HistoryOptions>>().Value.PointRetention;
        return
        [
            new("bridge_observation", "observed_at", PartitionSpan.Month, observations),
            new("price_observation", "observed_at", PartitionSpan.Month, observations),
            new("bridge_point", "made_at", PartitionSpan.Month, points),
            new("price_point", "made_at", PartitionSpan.Month, points),
            new("source_hour", "starts_at", PartitionSpan.Month, SourceLook.Watched),
        ];
    }
}

using Microsoft.Extensions.Options;
using Sure.Coordination.Partitions;
using Sure.RiskService.Correlation;
using Sure.RiskService.Snapshots;

namespace Sure.RiskService;

/// <summary>The partitioned tables of this service.</summary>
internal static class HistoryTables
{
    public static IEnumerable<PartitionedTable> Of(IServiceProvider services)
    {
        var kept = services.GetRequiredService<IOptions<SnapshotOptions>>().Value;
        return
        [
            new("snapshot", "taken_at", PartitionSpan.Month, kept.SnapshotRetention),
            new("snapshot_hour", "starts_at", PartitionSpan.Month, kept.SnapshotRetention),
            new("alert_statistics", "minute", PartitionSpan.Month, kept.AlertStatisticsRetention),
            new("var_forecast", "day", PartitionSpan.Month, kept.ForecastRetention),
            new("peg_hour", "hour", PartitionSpan.Month, services.GetRequiredService<IOptions<CorrelationOptions>>().Value.Window),
        ];
    }
}

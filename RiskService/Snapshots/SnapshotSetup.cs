using Microsoft.Extensions.Options;
using Sure.Coordination;
using Sure.Coordination.Partitions;
using Sure.RiskService.LossModel;
using Sure.RiskService.ModelCheck;

namespace Sure.RiskService.Snapshots;

/// <summary>What snapshots need.</summary>
internal static class SnapshotSetup
{
    public static void AddSnapshots(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<LossModelOptions>().BindConfiguration(LossModelOptions.Section).ValidateDataAnnotations()
            .Validate(options => !options.Faults().Any(), $"{LossModelOptions.Section}: the loadings must add up to less than 1.")
            .ValidateOnStart();
        builder.Services.AddOptions<CorrelatedGroupOptions>().BindConfiguration("Underwriting");
        builder.Services.AddOptions<SnapshotOptions>().BindConfiguration("Risk").ValidateDataAnnotations().ValidateOnStart();
        builder.AddPartitions(services =>
        [
            new PartitionedTable("snapshot", "taken_at", PartitionSpan.Month, services.GetRequiredService<IOptions<SnapshotOptions>>().Value.SnapshotRetention),
            new PartitionedTable(
                "alert_statistics", "minute", PartitionSpan.Month, services.GetRequiredService<IOptions<SnapshotOptions>>().Value.AlertStatisticsRetention),
        ]);
        builder.Services.AddSingleton<BookSimulation>();
        builder.Services.AddSingleton<RiskMeasurement>();
        builder.Services.AddSingleton<SnapshotStore>();
        builder.Services.AddSingleton<SnapshotHistory>();
        builder.Services.AddSingleton<ForecastStore>();
        builder.AddMonitor<RiskMonitor>();
    }
}

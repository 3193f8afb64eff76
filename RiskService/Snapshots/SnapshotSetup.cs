using Sure.Coordination;
using Sure.Coordination.Settings;
using Sure.RiskService.LossModel;
using Sure.RiskService.ModelCheck;

namespace Sure.RiskService.Snapshots;

/// <summary>What snapshots need.</summary>
internal static class SnapshotSetup
{
    public static void AddSnapshots(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<LossModelOptions>().BindConfiguration(LossModelOptions.Section).ValidateDataAnnotations()
            .ValidateFaults(o => o.Faults()).ValidateOnStart();
        builder.Services.AddOptions<CorrelatedGroupOptions>().BindStrictly("Underwriting:CorrelatedGroups", o => o.CorrelatedGroups).ValidateOnStart();
        builder.Services.AddOptions<SnapshotOptions>().BindConfiguration("Risk").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<BookSimulation>();
        builder.Services.AddSingleton<RiskMeasurement>();
        builder.Services.AddSingleton<SnapshotStore>();
        builder.Services.AddSingleton<SnapshotHistory>();
        builder.Services.AddSingleton<ForecastStore>();
        builder.AddMonitor<RiskMonitor>();
    }
}

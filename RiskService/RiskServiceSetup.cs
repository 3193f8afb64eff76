using Sure.Coordination;
using Sure.Coordination.Outbox;
using Sure.Coordination.Settings;
using Sure.RiskService.Alerts;
using Sure.RiskService.Correlation;
using Sure.RiskService.Exposures;
using Sure.RiskService.ModelCheck;
using Sure.RiskService.Ranking;
using Sure.RiskService.Scenarios;
using Sure.RiskService.Snapshots;
using Sure.RiskService.Statistics;
using Sure.RiskService.Stress;
using Sure.ServiceDefaults.Health;

namespace Sure.RiskService;

/// <summary>What this service has and does.</summary>
internal static class RiskServiceSetup
{
    /// <summary>The whole book may be large.</summary>
    private static readonly TimeSpan BookTimeout = TimeSpan.FromSeconds(30);

    public static void AddRiskService(this IHostApplicationBuilder builder)
    {
        builder.AddSchema();
        builder.Services.GoesOnWithout(CoordinationSetup.BrokerCheck);

        builder.Services.AddOptions<LimitOptions>().BindConfiguration("Risk:Limits").ValidateFaults(o => o.Faults()).ValidateOnStart();
        builder.Services.AddOptions<CorrelationOptions>().BindConfiguration("Risk:Correlation").ValidateDataAnnotations()
            .Validate(options => options.MediumAbove < options.HighAbove, "Risk:Correlation: MediumAbove must be below HighAbove.")
            .ValidateOnStart();
        builder.AddStress();
        builder.AddSnapshots();
        builder.AddPartitions(HistoryTables.Of);

        builder.Services.AddSingleton<RiskTelemetry>();
        builder.Services.AddSingleton<ExposureStore>();
        builder.Services.AddSingleton<BookStore>();
        builder.Services.AddSingleton<AlertStore>();
        builder.Services.AddSingleton<AlertStatistics>();
        builder.Services.AddSingleton<PegHistory>();
        builder.Services.AddSingleton<BookProjection>();
        builder.Services.AddHttpClient<BookClient>(client =>
        {
            client.BaseAddress = new Uri($"http://{RiskIntake.Utilization}");
            client.Timeout = BookTimeout;
        });

        builder.AddMonitor<TopProductsMonitor>();
        builder.AddOutbox();
        builder.AddIntake<RiskIntake>(RiskIntake.Utilization, RiskIntake.Bridges);
        builder.AddEventBus("messaging");
    }

    public static void MapRiskService(this WebApplication app)
    {
        app.MapExposure();
        app.MapAlerts();
        app.MapAnalytics();
        app.MapScenarios();
        app.MapStress();
        app.MapSnapshots();
        app.MapModelCheck();
        app.MapEvents();
    }
}

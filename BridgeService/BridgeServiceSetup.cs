using Microsoft.Extensions.Options;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Bridges.Backtests;
using Sure.BridgeService.Market;
using Sure.BridgeService.Market.Playing;
using Sure.BridgeService.Observations;
using Sure.BridgeService.Prices;
using Sure.BridgeService.SourceQuality;
using Sure.Coordination;
using Sure.Coordination.Audit;
using Sure.Coordination.Outbox;
using Sure.Coordination.Settings;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Health;

namespace Sure.BridgeService;

/// <summary>What this service has and does.</summary>
internal static class BridgeServiceSetup
{
    public static void AddBridgeService(this IHostApplicationBuilder builder)
    {
        builder.Services
            .DescribeBounds<ObservationsRequest, IngestionOptions>((bounds, options) => bounds.Items("observations", 1, options.LargestBatch))
            .DescribeBounds<BridgeBacktestRequest>(bounds => bounds.Items("observations", 1))
            .DescribeBounds<BridgeBacktestObservation, IngestionOptions>((bounds, options) => bounds
                .Text("source", BridgeBacktestEndpoints.LongestName)
                .Range("tvl_usd", 0, options.GreatestTvlUsd)
                .Range("transactions_tried", 0)
                .Range("transactions_succeeded", 0));
        builder.AddSchema();
        builder.Services.GoesOnWithout(CoordinationSetup.BrokerCheck);

        builder.Services.AddOptions<BridgeOptions>().BindStrictly("Bridges").ValidateDataAnnotations().ValidateFaults(o => o.Faults()).ValidateOnStart();
        builder.Services.AddOptions<PriceOptions>().BindStrictly("Prices").ValidateDataAnnotations().ValidateFaults(o => o.Faults()).ValidateOnStart();
        builder.Services.AddOptions<IngestionOptions>().BindConfiguration("Ingestion").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<BridgeBacktestOptions>().BindConfiguration("Backtests").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<HistoryOptions>().BindConfiguration("History").ValidateDataAnnotations()
            .Validate(options => options.HourRetention >= options.PointRetention, "History:HourRetention must not be below History:PointRetention: a longer span would show less.")
            .ValidateOnStart();
        builder.AddPartitions(HistoryTables.Of);
        builder.AddMarket();

        builder.Services.AddSingleton<BridgeTelemetry>();
        builder.Services.AddSingleton<ObservationIntake>();
        builder.Services.AddSingleton<BridgeStore>();
        builder.Services.AddSingleton<BridgeHistory>();
        builder.Services.AddSingleton<SourceQualityStore>();
        builder.Services.AddSingleton<PriceStore>();
        builder.Services.AddSingleton<PriceHistory>();
        builder.Services.AddSingleton<AuditTrail>();
        builder.AddMonitor<MarketMonitor>();
        builder.AddOutbox();
        builder.AddEventBus("messaging");
    }

    public static void MapBridgeService(this WebApplication app)
    {
        app.MapObservations();
        app.MapBridges();
        app.MapBridgeBacktests();
        app.MapExploits();
        app.MapPrices();
        app.MapPlaying();
        app.MapSources();
        app.MapAudit();
        app.MapEvents();
    }

    private static void AddMarket(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<MarketOptions>().BindConfiguration("Market").ValidateDataAnnotations()
            .Validate<IOptions<AdapterOptions>>(
                (market, adapters) => market.Source is null || market.Source == MarketSource.Http == adapters.Value.AreConfigured,
                "Market:Source must be http where Adapters names sources, and only there: simulated and real observations are not mixed.")
            .ValidateOnStart();
        builder.AddAdapters();

        var source = builder.Configuration.GetSection("Market").Get<MarketOptions>()?.Source ?? DefaultSource(builder);
        builder.Services.AddSingleton(DataSource.Of(source));
        builder.Services.AddSingleton<PlayStore>();
        if (source == MarketSource.Simulated)
        {
            builder.Services.AddSingleton<IObservationSource, SimulatedSource>();
        }
    }

    private static MarketSource DefaultSource(IHostApplicationBuilder builder)
    {
        if (AdapterSetup.Read(builder.Configuration).AreConfigured)
        {
            return MarketSource.Http;
        }

        return builder.Environment.IsDevelopment() ? MarketSource.Simulated : MarketSource.None;
    }
}

using StackExchange.Redis;
using Sure.Coordination;
using Sure.Coordination.Audit;
using Sure.Coordination.Outbox;
using Sure.Coordination.Settings;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Health;
using Sure.UtilizationService.Breaker;
using Sure.UtilizationService.Capacity;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Claims.Backtests;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Figures;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;
using Sure.UtilizationService.Statistics;
using Sure.UtilizationService.Tranches;
using Sure.UtilizationService.Triggers;
using Sure.UtilizationService.Vault;

namespace Sure.UtilizationService;

/// <summary>What this service has and does.</summary>
internal static class UtilizationServiceSetup
{
    /// <summary>A buyer waits for the quote no longer than this.</summary>
    private static readonly TimeSpan QuoteTimeout = TimeSpan.FromSeconds(2);

    /// <summary>A cache that takes longer than the database is none.</summary>
    private static readonly TimeSpan CacheTimeout = TimeSpan.FromMilliseconds(200);

    public static void AddUtilizationService(this IHostApplicationBuilder builder)
    {
        builder.AddRedisClient("cache", configureOptions: redis =>
        {
            // While Redis is away figures are read from PostgreSQL at once; nothing queues up for it.
            redis.BacklogPolicy = BacklogPolicy.FailFast;
            redis.AsyncTimeout = (int)CacheTimeout.TotalMilliseconds;
            redis.ReconnectRetryPolicy = new LinearRetry(500);
        });
        builder.AddSchema();
        builder.Services.GoesOnWithout(CoordinationSetup.BrokerCheck);
        builder.Services.GoesOnWithout("StackExchange.Redis");

        builder.Services.AddOptions<CapitalOptions>().BindStrictly("Capital").ValidateDataAnnotations().ValidateFaults(o => o.Faults()).ValidateOnStart();
        builder.Services.AddOptions<UnderwritingOptions>().BindStrictly("Underwriting").ValidateDataAnnotations().ValidateFaults(o => o.Faults()).ValidateOnStart();

        builder.Services
            .DescribeBounds<BindRequest>(bounds => bounds.Text("holder", PolicyEndpoints.LongestName))
            .DescribeBounds<DeploymentRequest>(bounds => bounds.Above("amount_usd", 0))
            .DescribeBounds<DepositRequest, CapitalOptions>((bounds, options) => bounds
                .Range("amount_usd", options.LeastDepositUsd, options.MostCapitalUsd).Text("account", VaultEndpoints.LongestName))
            .DescribeBounds<WithdrawalRequest>(bounds => bounds.Above("amount_usd", 0).Text("account", VaultEndpoints.LongestName))
            .DescribeBounds<PreviewRequest>(bounds => bounds.Text("account", VaultEndpoints.LongestName))
            .DescribeBounds<IncidentRequest>(bounds => bounds.Text("evidence_url", IncidentEndpoints.LongestText).Above("loss_fraction", 0).Range("loss_fraction", least: null, 1))
            .DescribeBounds<BacktestRequest, BacktestOptions>((bounds, options) => bounds.Range("min_sources", 1, options.MostSources).Items("observations", 1))
            .DescribeBounds<BacktestTerms, BacktestOptions>((bounds, options) => bounds.Terms(options.Terms))
            .DescribeBounds<BacktestObservation, BacktestOptions>((bounds, options) => bounds
                .Text("source", BacktestChecks.LongestText)
                .Above("price", 0).Range("price", least: null, options.GreatestPriceUsd)
                .Above("nav", 0).Range("nav", least: null, options.GreatestPriceUsd));

        builder.Services.AddSingleton<UtilizationTelemetry>();
        builder.Services.AddSingleton<LedgerStore>();
        builder.Services.AddSingleton<PoolStore>();
        builder.Services.AddSingleton<PoolQueue>();
        builder.Services.AddSingleton<ClaimQueue>();
        builder.Services.AddSingleton<PolicyStore>();
        builder.Services.AddSingleton<TrancheReport>();
        builder.Services.AddSingleton<TrancheHistory>();
        builder.Services.AddSingleton<ForeseenPremium>();
        builder.Services.AddSingleton<VaultMovements>();
        builder.Services.AddSingleton<VaultPreview>();
        builder.Services.AddSingleton<VaultAccounts>();
        builder.Services.AddSingleton<Deployment>();
        builder.Services.AddSingleton<FigureCache>();
        builder.Services.AddSingleton<CapacityReport>();
        builder.Services.AddHostedService<PoolListener>();
        builder.Services.AddSingleton<AuditTrail>();
        builder.Services.AddSingleton<IncidentStore>();
        builder.Services.AddOptions<IncidentOptions>().BindConfiguration("Incidents").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<MarketStore>();
        builder.Services.AddOptions<KnownEventOptions>().BindConfiguration("KnownEvents").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<BreakerOptions>().BindConfiguration("Breaker").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<TriggerOptions>().BindStrictly(TriggerOptions.Section).ValidateDataAnnotations().ValidateFaults(o => o.Faults()).ValidateOnStart();
        builder.Services.AddOptions<BacktestOptions>().BindConfiguration(BacktestOptions.Section).ValidateDataAnnotations()
            .ValidateFaults(o => o.Terms.Faults($"{BacktestOptions.Section}:Terms")).ValidateOnStart();
        builder.Services.AddSingleton<ExploitStore>();
        builder.Services.AddSingleton<ConsensusStore>();
        builder.Services.AddSingleton<WatchStore>();
        builder.Services.AddSingleton<ClaimStore>();
        builder.Services.AddSingleton<EvidenceStore>();
        builder.Services.AddSingleton<ClaimJudge>();
        builder.Services.AddSingleton<Settlement>();
        builder.Services.AddSingleton<ClaimFiling>();
        builder.Services.AddSingleton<ClaimPayments>();
        builder.Services.AddOptions<StatisticsOptions>().BindConfiguration("Statistics").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<ClaimStatistics>();
        builder.Services.AddOptions<HistoryOptions>().BindConfiguration("History").ValidateDataAnnotations().ValidateOnStart();
        builder.AddPartitions(HistoryTables.Of);
        builder.Services.AddSingleton<BindDesk>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BindDesk>());
        builder.Services.AddTransient<PolicyBinder>();
        builder.Services.AddHttpClient<QuoteClient>(client =>
        {
            client.BaseAddress = new Uri("http://quoteservice");
            client.Timeout = QuoteTimeout;
        });

        builder.AddMonitor<TrancheMonitor>();
        builder.AddMonitor<PremiumMonitor>();
        builder.AddMonitor<TriggerWatch>();
        builder.AddMonitor<ExpiryMonitor>();
        builder.AddOutbox();
        builder.AddIntake<MarketIntake>("bridgeservice", "riskservice");
        builder.AddEventBus("messaging");
    }

    public static void MapUtilizationService(this WebApplication app)
    {
        app.MapPolicies();
        app.MapTranches();
        app.MapPool();
        app.MapVault();
        app.MapLedger();
        app.MapCapacity();
        app.MapClaims();
        app.MapAnalytics();
        app.MapIncidents();
        app.MapBreaker();
        app.MapAudit();
        app.MapBacktests();
        app.MapStoredEvents();
        app.MapEvents();
    }
}

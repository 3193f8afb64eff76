using StackExchange.Redis;
using Sure.Coordination;
using Sure.Coordination.Outbox;
using Sure.Coordination.Settings;
using Sure.QuoteService.Figures;
using Sure.QuoteService.Pricing;
using Sure.QuoteService.Products;
using Sure.QuoteService.Quotes;
using Sure.QuoteService.Statistics;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Health;

namespace Sure.QuoteService;

/// <summary>What this service has and does.</summary>
internal static class QuoteServiceSetup
{
    /// <summary>A dynamic quote waits for the pool's figures no longer than this.</summary>
    private static readonly TimeSpan PoolTimeout = TimeSpan.FromSeconds(1);

    public static void AddQuoteService(this IHostApplicationBuilder builder)
    {
        builder.AddRedisClient("cache", configureOptions: redis =>
        {
            // While Redis is away a quote is answered at once as not bindable; nothing queues up for it.
            redis.BacklogPolicy = BacklogPolicy.FailFast;
            redis.AsyncTimeout = (int)QuoteStore.Patience.TotalMilliseconds;
            redis.ReconnectRetryPolicy = new LinearRetry(500);
        });
        builder.AddSchema();
        builder.Services.GoesOnWithout("PostgreSql", "schema", "StackExchange.Redis", CoordinationSetup.BrokerCheck);

        builder.Services.AddOptions<PricingOptions>().BindStrictly("Pricing").ValidateDataAnnotations().ValidateFaults(o => o.Faults()).ValidateOnStart();
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, QuoteJson.Default));

        builder.Services
            .DescribeBounds<QuoteRequest, PricingOptions>((bounds, options) => bounds
                .Range("coverage_amount", options.LeastCoverageUsd, options.GreatestCoverageUsd)
                .Range("duration_days", 1, options.LongestDays)
                .Terms(options.Terms))
            .DescribeBounds<BatchRequest>(bounds => bounds.Items("quotes", 1, QuoteEndpoints.LargestBatch));

        builder.Services.AddSingleton<QuoteStore>();
        builder.Services.AddSingleton<QuoteIssuer>();
        builder.Services.AddSingleton<ConditionsReader>();
        builder.Services.AddHttpClient(ConditionsReader.ClientName, client =>
        {
            client.BaseAddress = new Uri("http://utilizationservice");
            client.Timeout = PoolTimeout;
        });
        builder.AddStatistics();

        builder.AddOutbox();
        builder.AddIntake<QuoteIntake>("bridgeservice", "riskservice", "utilizationservice");
        builder.AddEventBus("messaging");
    }

    public static void MapQuoteService(this WebApplication app)
    {
        app.MapQuotes();
        app.MapProducts();
        app.MapAnalytics();
        app.MapEvents();
    }
}

using Microsoft.Extensions.Options;
using Sure.Coordination;
using Sure.Coordination.Partitions;

namespace Sure.QuoteService.Statistics;

/// <summary>What statistics need.</summary>
internal static class StatisticsSetup
{
    public static void AddStatistics(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<StatisticsOptions>().BindConfiguration("Statistics").ValidateDataAnnotations().ValidateOnStart();
        builder.AddPartitions(services =>
        {
            var options = services.GetRequiredService<IOptions<StatisticsOptions>>().Value;
            return
            [
                new PartitionedTable("quote_statistics", "minute", PartitionSpan.Month, options.MinuteRetention),
                new PartitionedTable("quote_hour", "starts_at", PartitionSpan.Month, options.HourRetention),
                new PartitionedTable("policy_statistics", "minute", PartitionSpan.Month, options.HourRetention),
            ];
        });
        builder.Services.AddSingleton<StatisticsReader>();
        builder.Services.AddSingleton<QuoteStatistics>();
        builder.Services.AddHostedService(services => services.GetRequiredService<QuoteStatistics>());
    }
}

using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;
using Sure.Coordination.Partitions;
using Sure.UtilizationService.Statistics;

namespace Sure.UtilizationService;

/// <summary>How long history is kept, section <c>History</c>.</summary>
public sealed class HistoryOptions
{
    /// <summary>How long the figures of tranches are kept as they were told. 31 … 36 500 days, default 1 100 days.</summary>
    [Range(typeof(TimeSpan), "31.00:00:00", "36500.00:00:00")]
    public TimeSpan TrancheRetention { get; set; } = TimeSpan.FromDays(1100);
}

/// <summary>
/// The partitioned tables of this service. Consensus points are not among them, however many they become: a claim is decided by those of
/// its policy's time whenever it is filed, so they stay as policies, claims and the journal do.
/// </summary>
internal static class HistoryTables
{
    public static IEnumerable<PartitionedTable> Of(IServiceProvider services) =>
    [
        new("tranche_history", "at", PartitionSpan.Month, services.GetRequiredService<IOptions<HistoryOptions>>().Value.TrancheRetention),
        new("claim_statistics", "minute", PartitionSpan.Month, services.GetRequiredService<IOptions<StatisticsOptions>>().Value.ClaimRetention),
    ];
}

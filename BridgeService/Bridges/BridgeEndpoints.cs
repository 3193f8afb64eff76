using Microsoft.AspNetCore.Http.HttpResults;
using Sure.BridgeService.Market;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.ServiceDefaults.Problems;

namespace Sure.BridgeService.Bridges;

/// <summary>A bridge as the API shows it. Figures are null and the status is <c>Unknown</c> where nothing is known.</summary>
public sealed record BridgeDocument(
    string BridgeId,
    Chain SourceChain,
    Chain DestChain,
    decimal? HealthScore,
    BridgeStatus HealthStatus,
    decimal? TvlUsd,
    decimal? TvlChangePct,
    decimal? TvlDrawdownPct,
    bool ExploitDetected,
    bool ExploitConfirmed,
    IReadOnlyList<BridgeAlert> ActiveAlerts,
    decimal? OracleConsensus,
    decimal? TransactionSuccessRate,
    IReadOnlyList<BridgeSourceFigure> Sources,
    string DataSource,
    decimal? DataAgeSeconds,
    DateTimeOffset? LastUpdated,
    DateTimeOffset Timestamp);

/// <summary>All bridges.</summary>
public sealed record BridgeList(IReadOnlyList<BridgeDocument> Bridges, DateTimeOffset Timestamp);

/// <summary>A bridge over time.</summary>
public sealed record BridgeHistoryAnswer(
    string BridgeId, IReadOnlyList<BridgeHistoryPoint> Points, long ResolutionSeconds, string DataSource, DateTimeOffset Timestamp);

/// <summary>Health of the bridges.</summary>
internal static class BridgeEndpoints
{
    public static void MapBridges(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/bridge-health").WithTags("Bridges");
        group.MapGet("/", ListAsync).WithName("ListBridges").WithSummary("Health of every monitored bridge.");
        group.MapGet("/{bridge_id}", FindAsync).WithName("GetBridge").WithSummary("Health of one bridge.");
        group.MapGet("/{bridge_id}/history", ReadHistoryAsync).WithName("GetBridgeHistory").WithSummary("A bridge over time, at most 5 000 points.");
    }

    private static async Task<Ok<BridgeList>> ListAsync(BridgeStore store, DataSource source, TimeProvider time, CancellationToken cancellationToken)
    {
        var reports = await store.ReadReportsAsync(cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Ok(new BridgeList([.. Bridge.All.Select(b => Describe(b, reports.GetValueOrDefault(b.Id), source, now))], now));
    }

    private static async Task<Results<Ok<BridgeDocument>, ProblemHttpResult>> FindAsync(
        string bridge_id, BridgeStore store, DataSource source, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Bridge.Find(bridge_id) is not { } bridge)
        {
            return NoSuchBridge();
        }

        var reports = await store.ReadReportsAsync(cancellationToken);
        return TypedResults.Ok(Describe(bridge, reports.GetValueOrDefault(bridge.Id), source, time.GetUtcNow()));
    }

    private static async Task<Results<Ok<BridgeHistoryAnswer>, ProblemHttpResult>> ReadHistoryAsync(
        string bridge_id, decimal? from, decimal? to, BridgeHistory history, DataSource source, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Bridge.Find(bridge_id) is not { } bridge)
        {
            return NoSuchBridge();
        }

        var now = time.GetUtcNow();
        return HistorySpan.TryRead(from, to, now, out var span, out var fault)
            ? TypedResults.Ok(new BridgeHistoryAnswer(
                bridge.Id, await history.ReadAsync(bridge.Id, span, cancellationToken), span.ResolutionSeconds, source.Name, now))
            : Problem.Malformed(fault.Field, fault.Sentence);
    }

    public static ProblemHttpResult NoSuchBridge() =>
        Problem.NotFound($"There is no such bridge; known are {string.Join(", ", Bridge.All.Select(b => b.Id))}.");

    public static BridgeDocument Describe(Bridge bridge, BridgeReport? report, DataSource source, DateTimeOffset now) => new(
        bridge.Id,
        bridge.SourceChain,
        bridge.DestinationChain,
        report?.HealthScore,
        report?.HealthStatus ?? BridgeStatus.Unknown,
        report?.TvlUsd,
        report?.TvlChangePct,
        report?.TvlDrawdownPct,
        report?.ExploitDetected ?? false,
        report?.ExploitConfirmed ?? false,
        report?.ActiveAlerts ?? [],
        report?.OracleConsensus,
        // Within the score it is 1 where nothing was tried; of a bridge that was never observed it is as unknown as all else.
        report?.LastObservedAt is null ? null : report.TransactionSuccessRate,
        report?.Sources ?? [],
        source.Name,
        report?.LastObservedAt is { } seen ? Age.Of(seen, now) : null,
        report?.MadeAt,
        now);
}

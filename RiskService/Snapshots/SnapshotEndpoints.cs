using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Coordination.Reading;
using Sure.RiskService.Exposures;
using Sure.ServiceDefaults.Problems;

namespace Sure.RiskService.Snapshots;

/// <summary>What the tranches bear over one horizon.</summary>
/// <param name="Days">Horizon.</param>
/// <param name="Tranches">The six, first loss first.</param>
public sealed record TrancheHorizon(int Days, IReadOnlyList<TrancheRisk> Tranches);

/// <summary>The simulated losses of the tranches, as of the last snapshot.</summary>
/// <param name="Horizons">Each horizon, the shortest first.</param>
/// <param name="AsOf">The time of the book it rests on.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record TrancheRiskDocument(IReadOnlyList<TrancheHorizon> Horizons, DateTimeOffset AsOf, DateTimeOffset Timestamp);

/// <summary>Snapshots over time.</summary>
/// <param name="Points">In order, at most 5 000.</param>
/// <param name="ResolutionSeconds">Length of the bucket of time that a point stands for.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record SnapshotHistoryDocument(IReadOnlyList<SnapshotPoint> Points, long ResolutionSeconds, DateTimeOffset Timestamp);

/// <summary>The measured risk of the book.</summary>
internal static class SnapshotEndpoints
{
    public static void MapSnapshots(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/risk").WithTags("Risk");
        group.MapGet("/snapshot", ReadAsync).WithName("GetRiskSnapshot").WithSummary("The last measurement of the book's risk, whole.");
        group.MapGet("/snapshots", ReadHistoryAsync).WithName("GetRiskHistory").WithSummary("The book's risk over time, at most 5 000 points.");
        group.MapGet("/tranches", ReadTranchesAsync).WithName("GetTrancheRisk").WithSummary("What each tranche may lose over each horizon.");
    }

    private static async Task<Results<Ok<RiskSnapshot>, ProblemHttpResult>> ReadAsync(SnapshotStore store, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is { } snapshot ? TypedResults.Ok(snapshot) : ExposureEndpoints.NotYetKnown();

    private static async Task<Results<Ok<SnapshotHistoryDocument>, ProblemHttpResult>> ReadHistoryAsync(
        decimal? from, decimal? to, SnapshotHistory history, TimeProvider time, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return HistorySpan.TryRead(from, to, now, out var span, out var fault)
            ? TypedResults.Ok(new SnapshotHistoryDocument(await history.ReadAsync(span, cancellationToken), span.ResolutionSeconds, now))
            : Problem.Malformed(fault.Field, fault.Sentence);
    }

    private static async Task<Results<Ok<TrancheRiskDocument>, ProblemHttpResult>> ReadTranchesAsync(
        SnapshotStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is { } snapshot
            ? TypedResults.Ok(new TrancheRiskDocument(
                [.. snapshot.Horizons.Select(h => new TrancheHorizon(h.Days, h.Tranches))], snapshot.AsOf, time.GetUtcNow()))
            : ExposureEndpoints.NotYetKnown();
}

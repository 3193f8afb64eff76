using Microsoft.AspNetCore.Http.HttpResults;
using Sure.RiskService.Exposures;

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

/// <summary>The measured risk of the book.</summary>
internal static class SnapshotEndpoints
{
    public static void MapSnapshots(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/risk").WithTags("Risk");
        group.MapGet("/snapshot", ReadAsync).WithName("GetRiskSnapshot").WithSummary("The last measurement of the book's risk, whole.");
        group.MapGet("/tranches", ReadTranchesAsync).WithName("GetTrancheRisk").WithSummary("What each tranche may lose over each horizon.");
    }

    private static async Task<Results<Ok<RiskSnapshot>, ProblemHttpResult>> ReadAsync(SnapshotStore store, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is { } snapshot ? TypedResults.Ok(snapshot) : ExposureEndpoints.NotYetKnown();

    private static async Task<Results<Ok<TrancheRiskDocument>, ProblemHttpResult>> ReadTranchesAsync(
        SnapshotStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is { } snapshot
            ? TypedResults.Ok(new TrancheRiskDocument(
                [.. snapshot.Horizons.Select(h => new TrancheHorizon(h.Days, h.Tranches))], snapshot.AsOf, time.GetUtcNow()))
            : ExposureEndpoints.NotYetKnown();
}

using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Figures;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Tranches;

/// <summary>The six tranches.</summary>
internal static class TrancheEndpoints
{
    /// <summary>Steps in which the curves are given.</summary>
    private const int CurveSteps = 100;

    public static void MapTranches(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/tranches").WithTags("Tranches");
        group.MapGet("/apy", ReadAsync).WithName("GetTrancheApy").WithSummary("Target and realised yield, utilization and capacity of each tranche.");
        group.MapGet("/curves", ReadCurves).WithName("GetTrancheCurves").WithSummary("Target yield over utilization, as points and as formula. A curve has no realised yield: that is of a tranche as it stands.");
        group.MapGet("/{id}/history", ReadHistoryAsync).WithName("GetTrancheHistory").WithSummary("A tranche over time, at most 5 000 points; kept every 10 s at most.");
    }

    private static async Task<Results<Ok<HistoryAnswer>, ProblemHttpResult>> ReadHistoryAsync(
        string id, decimal? from, decimal? to, TrancheHistory history, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Words<Tranche>.TryParse(id, out var tranche))
        {
            return Problem.NotFound("There is no such tranche.");
        }

        var now = time.GetUtcNow();
        if (!HistorySpan.TryRead(from, to, now, out var span, out var fault))
        {
            return Problem.Malformed(fault.Field, fault.Sentence);
        }

        return TypedResults.Ok(new HistoryAnswer(tranche, await history.ReadAsync(tranche, span, cancellationToken), span.ResolutionSeconds, now));
    }

    private static async Task<Ok<TranchesAnswer>> ReadAsync(PoolStore store, FigureCache cache, TrancheReport report, TimeProvider time) =>
        TypedResults.Ok(await cache.ReadAsync(Figure.Tranches, async () =>
        {
            var now = time.GetUtcNow();
            var pool = await store.ReadAsync(CancellationToken.None);
            var figures = await report.ReadAsync(pool.Position, now, CancellationToken.None);
            var prices = await report.ReadSharePricesAsync(CancellationToken.None);
            var tranches = figures.Zip(pool.Position.Tranches, (f, p) => new TrancheAnswer(
                f.TrancheId,
                f.Apy,
                f.RealisedApy30d,
                f.Utilization,
                f.TotalCapitalUsd,
                f.CoverageSoldUsd,
                report.AvailableCapacityUsd(p),
                prices[f.TrancheId],
                f.LastUpdated));
            return (pool.Version, new TranchesAnswer([.. tranches], now));
        }));

    private static Ok<CurvesAnswer> ReadCurves(TimeProvider time) => TypedResults.Ok(new CurvesAnswer(
        [
            .. Words<Tranche>.Members.Select(t => new Curve(
                t,
                ApyCurve.Formula(t),
                [.. Enumerable.Range(0, CurveSteps + 1).Select(i => (decimal)i / CurveSteps).Select(u => new CurvePoint(u, ApyCurve.TargetPercent(t, u)))])),
        ],
        time.GetUtcNow()));

    /// <summary>A tranche now.</summary>
    /// <param name="TrancheId">Which.</param>
    /// <param name="Apy">
    /// Target yield at its utilization, in % per year; what is paid is what premiums earn. What they earn beyond every target goes to
    /// <c>SURE_EQT</c>, and while that has no capital to the most junior tranche that has.
    /// </param>
    /// <param name="RealisedApy30d">
    /// Premium credited in the last 30 days over the mean capital of all 30 of them, × 365/30, in %. A day without capital counts with 0.
    /// </param>
    /// <param name="Utilization">Attributed coverage over capital, 0 … 1.</param>
    /// <param name="TotalCapitalUsd">Its capital.</param>
    /// <param name="CoverageSoldUsd">Coverage attributed to it.</param>
    /// <param name="AvailableCapacityUsd">Coverage it can still take.</param>
    /// <param name="SharePrice">USD per share, 18 decimals.</param>
    /// <param name="LastUpdated">The time the figures are true for.</param>
    internal sealed record TrancheAnswer(
        Tranche TrancheId,
        decimal Apy,
        decimal RealisedApy30d,
        decimal Utilization,
        decimal TotalCapitalUsd,
        decimal CoverageSoldUsd,
        decimal AvailableCapacityUsd,
        string SharePrice,
        DateTimeOffset LastUpdated);

    internal sealed record TranchesAnswer(IReadOnlyList<TrancheAnswer> Tranches, DateTimeOffset Timestamp);

    internal sealed record CurvePoint(decimal Utilization, decimal Apy);

    internal sealed record Curve(Tranche TrancheId, string Formula, IReadOnlyList<CurvePoint> Points);

    internal sealed record CurvesAnswer(IReadOnlyList<Curve> Curves, DateTimeOffset Timestamp);

    internal sealed record HistoryAnswer(Tranche TrancheId, IReadOnlyList<TranchePoint> Points, long ResolutionSeconds, DateTimeOffset Timestamp);
}

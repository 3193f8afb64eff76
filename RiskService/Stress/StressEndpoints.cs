using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;
using Sure.RiskService.Scenarios;
using Sure.RiskService.Snapshots;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.RiskService.Stress;

/// <summary>Body of <c>POST /api/v2/risk/stress-test</c>: one of the two.</summary>
/// <param name="Scenario">Id of a scenario of the library.</param>
/// <param name="Custom">A shock of one's own.</param>
public sealed record StressRequest(string? Scenario = null, Shock? Custom = null);

/// <summary>What a tranche loses, in USD.</summary>
/// <param name="TrancheId">Which.</param>
/// <param name="LossUsd">Of claims and deployed capital together; negative is a gain.</param>
public sealed record TrancheLoss(Tranche TrancheId, decimal LossUsd);

/// <summary>What a shock would cost.</summary>
/// <param name="Scenario">Id of the scenario, or <c>custom</c>.</param>
/// <param name="LossUsd">Claims and what deployed capital loses; the tranches' losses and the uncovered add up to it.</param>
/// <param name="TriggeredUsd">Cover that triggers.</param>
/// <param name="ClaimsUsd">What it pays.</param>
/// <param name="DeployedChangeUsd">Change of the value of deployed capital.</param>
/// <param name="ByTranche">The six tranches in order of seniority.</param>
/// <param name="UncoveredUsd">What no tranche can bear.</param>
/// <param name="LtvAfter">All cover, triggered or not, over effective capital; null where there is cover and no capital.</param>
/// <param name="ReserveRatioAfter">Liquid reserves over capital; 1 with no capital.</param>
/// <param name="AsOf">The time of the book it rests on.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record StressDocument(
    string Scenario,
    decimal LossUsd,
    decimal TriggeredUsd,
    decimal ClaimsUsd,
    decimal DeployedChangeUsd,
    IReadOnlyList<TrancheLoss> ByTranche,
    decimal UncoveredUsd,
    decimal? LtvAfter,
    decimal ReserveRatioAfter,
    DateTimeOffset AsOf,
    DateTimeOffset Timestamp);

/// <summary>The smallest fall that breaches a limit.</summary>
/// <param name="Stablecoin">What falls; null for all coins at once.</param>
/// <param name="Drop">1 − peg ratio; 0 when a limit is breached already, null when no fall breaches any.</param>
/// <param name="PegRatio">Where it falls to.</param>
/// <param name="Limits">What it breaches.</param>
public sealed record ReverseStressEntry(Stablecoin? Stablecoin, decimal? Drop, decimal? PegRatio, IReadOnlyList<StressLimit> Limits);

/// <summary>The reverse stress test, as of the last snapshot.</summary>
/// <param name="ByStablecoin">Every coin alone, the most fragile first.</param>
/// <param name="All">All coins at once, by the same.</param>
/// <param name="AsOf">The time of the book it rests on.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record ReverseStressDocument(
    IReadOnlyList<ReverseStressEntry> ByStablecoin, ReverseStressEntry All, DateTimeOffset AsOf, DateTimeOffset Timestamp);

/// <summary>Stress tests of the book as it stands.</summary>
internal static class StressEndpoints
{
    private const string Custom = "custom";

    public static void MapStress(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/risk").WithTags("Risk");
        group.MapPost("/stress-test", TestAsync).RequireScope(Scope.Read).WithName("RunStressTest").WithSummary("What a scenario or a shock of one's own would cost.")
            .WithExample(new StressRequest(Custom: new Shock { PegRatios = new Dictionary<Stablecoin, decimal> { [Stablecoin.USDC] = 0.92m }, BtcMove = -0.3m }));
        group.MapGet("/reverse-stress", ReverseAsync).WithName("GetReverseStress").WithSummary("The smallest fall of each coin, and of all, that breaches a limit.");
    }

    private static async Task<Results<Ok<StressDocument>, ProblemHttpResult>> TestAsync(
        StressRequest request, ScenarioLibrary library, BookStore store, StressRules rules, TimeProvider time, CancellationToken cancellationToken)
    {
        if (Refuse(request, library) is { } refusal)
        {
            return refusal;
        }

        if (await store.ReadAsync(cancellationToken) is not { } book)
        {
            return ExposureEndpoints.NotYetKnown();
        }

        var shock = request.Custom ?? library.Find(request.Scenario!)!;
        var result = StressTest.Run(shock, book.Covers, book.Capital, rules);
        return TypedResults.Ok(new StressDocument(
            request.Scenario ?? Custom,
            result.LossUsd,
            result.TriggeredUsd,
            result.ClaimsUsd,
            result.DeployedChangeUsd,
            [.. Words<Tranche>.Members.Select(t => new TrancheLoss(t, result.LossByTrancheUsd.GetValueOrDefault(t)))],
            result.UncoveredUsd,
            result.LtvAfter is { } ltv ? Shown.Ratio(ltv) : null,
            Shown.Ratio(result.ReserveRatioAfter),
            book.AsOf,
            time.GetUtcNow()));
    }

    /// <summary>Why the request cannot be answered; null when it can.</summary>
    internal static ProblemHttpResult? Refuse(StressRequest request, ScenarioLibrary library)
    {
        if (request.Custom is { } custom)
        {
            if (request.Scenario is not null)
            {
                return Problem.Malformed("scenario", "Give scenario or custom, not both.");
            }

            if (!custom.Bridges.All(Shock.IsBridge))
            {
                return Problem.Malformed("custom.bridges", custom.Faults("custom.")["custom.bridges"][0]);
            }

            return custom.Faults("custom.") is { Count: > 0 } faults ? Problem.OutsideBounds(faults) : null;
        }

        if (request.Scenario is null)
        {
            return Problem.Malformed("scenario", $"scenario is missing: the id of a scenario, or {Custom} with a shock of your own.");
        }

        return library.Find(request.Scenario) is null
            ? Problem.Malformed("scenario", $"scenario must be one of {string.Join(", ", library.All.Select(s => s.Id))}.")
            : null;
    }

    private static async Task<Results<Ok<ReverseStressDocument>, ProblemHttpResult>> ReverseAsync(
        SnapshotStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is { } snapshot
            ? TypedResults.Ok(new ReverseStressDocument(
                [.. snapshot.ReverseStress.Where(e => e.Stablecoin is not null)],
                snapshot.ReverseStress.Single(e => e.Stablecoin is null),
                snapshot.AsOf,
                time.GetUtcNow()))
            : ExposureEndpoints.NotYetKnown();
}

using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;

namespace Sure.RiskService.Exposures;

/// <summary>Coverage by coverage type.</summary>
public sealed record CoverageTypeExposure(CoverageType CoverageType, decimal ExposureUsd);

/// <summary>Coverage by chain.</summary>
public sealed record ChainExposure(Chain Chain, decimal ExposureUsd);

/// <summary>Coverage by stablecoin.</summary>
public sealed record StablecoinExposure(Stablecoin Stablecoin, decimal ExposureUsd);

/// <summary>The exposure as the API shows it; lists hold what has coverage, largest first.</summary>
public sealed record ExposureDocument(
    IReadOnlyList<CoverageTypeExposure> ByCoverageType,
    IReadOnlyList<ChainExposure> ByChain,
    IReadOnlyList<StablecoinExposure> ByStablecoin,
    IReadOnlyList<ProductExposure> Top10Products,
    int TotalPolicies,
    DateTimeOffset AsOf,
    DateTimeOffset Timestamp);

/// <summary>Exposure of the book.</summary>
internal static class ExposureEndpoints
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void MapExposure(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/risk/exposure").WithTags("Risk");
        group.MapGet("/", ReadAsync).WithName("GetExposure").WithSummary("Active coverage by every dimension.");
        group.MapPost("/rebuild", RebuildAsync).RequireScope(Scope.Admin).WithName("RebuildExposure").WithSummary("Reads the whole book anew from its owner.");
    }

    /// <summary>What is answered before the book was read for the first time.</summary>
    public static ProblemHttpResult NotYetKnown() => Problem.Unavailable("The exposure is not known yet; try again shortly.", RetryAfter);

    private static async Task<Results<Ok<ExposureDocument>, ProblemHttpResult>> RebuildAsync(
        RiskIntake intake, ExposureStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await intake.RebuildBookAsync(cancellationToken) ? await ReadAsync(store, time, cancellationToken) : NotYetKnown();

    private static async Task<Results<Ok<ExposureDocument>, ProblemHttpResult>> ReadAsync(
        ExposureStore store, TimeProvider time, CancellationToken cancellationToken) =>
        await store.ReadAsync(cancellationToken) is { } exposure
            ? TypedResults.Ok(new ExposureDocument(
                [.. exposure.By(p => p.CoverageType).Select(e => new CoverageTypeExposure(e.Key, e.Value))],
                [.. exposure.By(p => p.Chain).Select(e => new ChainExposure(e.Key, e.Value))],
                [.. exposure.By(p => p.Stablecoin).Select(e => new StablecoinExposure(e.Key, e.Value))],
                exposure.Top,
                exposure.Products.Sum(p => p.PolicyCount),
                exposure.AsOf,
                time.GetUtcNow()))
            : NotYetKnown();
}

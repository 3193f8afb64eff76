using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Queries;

namespace Sure.UtilizationService.Capacity;

/// <summary>How much cover can be sold now.</summary>
internal static class CapacityEndpoints
{
    public static void MapCapacity(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/capacity", ReadAsync).WithTags("Capacity")
            .WithName("GetCapacity").WithSummary("The most cover that would pass every check now, or up to a second ago, and the check that binds.");

    private static async Task<Results<Ok<CapacityAnswer>, ProblemHttpResult>> ReadAsync(
        CapacityReport report,
        [OneOf<CoverageType>] string? coverage_type,
        [OneOf<Chain>] string? chain,
        [OneOf<Stablecoin>] string? stablecoin,
        CancellationToken cancellationToken)
    {
        if (!Filter.TryRead<CoverageType>("coverage_type", coverage_type, out var type, out var refusal)
            || !Filter.TryRead<Chain>("chain", chain, out var where, out refusal)
            || !Filter.TryRead<Stablecoin>("stablecoin", stablecoin, out var coin, out refusal))
        {
            return refusal;
        }

        var look = await report.ReadAsync(cancellationToken);
        return TypedResults.Ok(new CapacityAnswer(
            [
                .. look.Products
                    .Where(p => (type is null || p.Product.CoverageType == type) && (where is null || p.Product.Chain == where) && (coin is null || p.Product.Stablecoin == coin))
                    .Select(p => p.Capacity.Value),
            ],
            look.At));
    }

    internal sealed record CapacityAnswer(IReadOnlyList<ProductCapacity> Items, DateTimeOffset Timestamp);
}

using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Pricing;
using Sure.ServiceDefaults.Problems;
using Sure.ServiceDefaults.Queries;

namespace Sure.QuoteService.Products;

/// <summary>A product with its rates, or a combination that is not offered with the reason.</summary>
public sealed record ProductDocument(
    string ProductHash,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    decimal BaseRate,
    decimal ChainMultiplier,
    decimal StablecoinAdjustment,
    decimal TotalRate,
    bool Offered,
    string? Reason);

/// <summary>Products that match.</summary>
public sealed record ProductList(IReadOnlyList<ProductDocument> Products, int Total, DateTimeOffset Timestamp);

/// <summary>The catalogue.</summary>
internal static class ProductEndpoints
{
    public static void MapProducts(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/products").WithTags("Products");
        group.MapGet("/", List).WithName("ListProducts").WithSummary("The 560 products; with offered=false the 70 combinations that are not.");
        group.MapGet("/{product_hash}", Find).WithName("GetProduct").WithSummary("One product by its hash.");
    }

    private static Results<Ok<ProductList>, ProblemHttpResult> List(
        IOptions<PricingOptions> options, TimeProvider time, [OneOf<CoverageType>] string? coverage_type, [OneOf<Chain>] string? chain, [OneOf<Stablecoin>] string? stablecoin, [OneOf("true", "false")] string? offered)
    {
        if (!Filter.TryRead<CoverageType>("coverage_type", coverage_type, out var byType, out var refusal)
            || !Filter.TryRead<Chain>("chain", chain, out var byChain, out refusal)
            || !Filter.TryRead<Stablecoin>("stablecoin", stablecoin, out var byCoin, out refusal))
        {
            return refusal;
        }

        if (offered is not null and not "true" and not "false")
        {
            return Problem.Malformed("offered", "offered must be true or false.");
        }

        var wanted = offered is not "false";
        var products = Product.All
            .Where(p => p.IsOffered == wanted && (byType ?? p.CoverageType) == p.CoverageType && (byChain ?? p.Chain) == p.Chain && (byCoin ?? p.Stablecoin) == p.Stablecoin)
            .Select(p => Describe(p, options.Value))
            .ToList();
        return TypedResults.Ok(new ProductList(products, products.Count, time.GetUtcNow()));
    }

    private static Results<Ok<ProductDocument>, ProblemHttpResult> Find(string product_hash, IOptions<PricingOptions> options) =>
        Product.Find(product_hash) is { } product
            ? TypedResults.Ok(Describe(product, options.Value))
            : Problem.NotFound("There is no product with this hash.");

    private static ProductDocument Describe(Product product, PricingOptions options)
    {
        var baseRate = options.BaseRates[product.CoverageType];
        var multiplier = options.ChainMultipliers[product.Chain];
        var adjustment = options.StablecoinAdjustments[product.Stablecoin];
        return new ProductDocument(
            product.Hash,
            product.CoverageType,
            product.Chain,
            product.Stablecoin,
            baseRate,
            multiplier,
            adjustment,
            Premium.TotalRate(product, options),
            product.IsOffered,
            product.ReasonNotOffered);
    }
}

using Microsoft.AspNetCore.Http.HttpResults;
using Sure.BridgeService.Market;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Prices;

/// <summary>A coin's price as the API shows it. Figures are null where nothing is known.</summary>
public sealed record PriceDocument(
    Stablecoin Stablecoin,
    decimal? PegRatio,
    decimal? Price,
    decimal? Reference,
    decimal? Consensus,
    int LiveSources,
    IReadOnlyList<PriceSourceFigure> Sources,
    string DataSource,
    decimal? DataAgeSeconds,
    DateTimeOffset Timestamp);

/// <summary>All coins.</summary>
public sealed record PriceList(IReadOnlyList<PriceDocument> Prices, DateTimeOffset Timestamp);

/// <summary>Prices of the coins.</summary>
internal static class PriceEndpoints
{
    public static void MapPrices(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGroup("/api/v2/oracles").WithTags("Prices")
            .MapGet("/prices", ListAsync).WithName("ListPrices").WithSummary("What the price sources of every coin agree on.");

    private static async Task<Ok<PriceList>> ListAsync(PriceStore store, DataSource source, TimeProvider time, CancellationToken cancellationToken)
    {
        var reports = await store.ReadReportsAsync(cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Ok(new PriceList([.. Words<Stablecoin>.Members.Select(c => Describe(c, reports.GetValueOrDefault(c), source, now))], now));
    }

    private static PriceDocument Describe(Stablecoin coin, PriceReport? report, DataSource source, DateTimeOffset now) => new(
        coin,
        report?.PegRatio,
        report?.Price,
        report?.Reference,
        report?.Consensus,
        report?.LiveSources ?? 0,
        report?.Sources ?? [],
        source.Name,
        report?.LastObservedAt is { } seen ? Age.Of(seen, now) : null,
        now);
}

using Microsoft.AspNetCore.Http.HttpResults;
using Sure.BridgeService.Market;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.ServiceDefaults.Problems;

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

/// <summary>A coin over time.</summary>
public sealed record PriceHistoryAnswer(
    Stablecoin Stablecoin, IReadOnlyList<PriceHistoryPoint> Points, long ResolutionSeconds, string DataSource, DateTimeOffset Timestamp);

/// <summary>Prices of the coins.</summary>
internal static class PriceEndpoints
{
    public static void MapPrices(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/oracles").WithTags("Prices");
        group.MapGet("/prices", ListAsync).WithName("ListPrices").WithSummary("What the price sources of every coin agree on.");
        group.MapGet("/{stablecoin}/history", ReadHistoryAsync).WithName("GetPriceHistory").WithSummary("A coin over time, at most 5 000 points.");
    }

    private static async Task<Ok<PriceList>> ListAsync(PriceStore store, DataSource source, TimeProvider time, CancellationToken cancellationToken)
    {
        var reports = await store.ReadReportsAsync(cancellationToken);
        var now = time.GetUtcNow();
        return TypedResults.Ok(new PriceList([.. Words<Stablecoin>.Members.Select(c => Describe(c, reports.GetValueOrDefault(c), source, now))], now));
    }

    private static async Task<Results<Ok<PriceHistoryAnswer>, ProblemHttpResult>> ReadHistoryAsync(
        string stablecoin, decimal? from, decimal? to, PriceHistory history, DataSource source, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Words<Stablecoin>.TryParse(stablecoin, out var coin))
        {
            return Problem.NotFound($"There is no such stablecoin; known are {string.Join(", ", Words<Stablecoin>.All)}.");
        }

        var now = time.GetUtcNow();
        return HistorySpan.TryRead(from, to, now, out var span, out var fault)
            ? TypedResults.Ok(new PriceHistoryAnswer(coin, await history.ReadAsync(coin, span, cancellationToken), span.ResolutionSeconds, source.Name, now))
            : Problem.Malformed(fault.Field, fault.Sentence);
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

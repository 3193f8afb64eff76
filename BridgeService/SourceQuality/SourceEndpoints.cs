using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Market;
using Sure.BridgeService.Observations;
using Sure.BridgeService.Prices;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.SourceQuality;

/// <summary>One series of a source as the API shows it.</summary>
/// <param name="Kind">What of.</param>
/// <param name="Stablecoin">The coin; null for a bridge.</param>
/// <param name="BridgeId">The bridge; null for a coin.</param>
/// <param name="Value">Last word in USD: price, net asset value, or value locked, that with at most 2 decimals.</param>
/// <param name="ObservedAt">When that was so.</param>
/// <param name="AgeSeconds">How long ago.</param>
/// <param name="Live">Whether that is young enough to count.</param>
/// <param name="LiveShare">Share of the cycles of the window in which it was live, 0 … 1; null when no cycle looked.</param>
/// <param name="Gaps">How often it ceased to be live within the window.</param>
/// <param name="DisagreementMean">Mean distance from what the live sources agreed on, as a fraction of that; null where nothing could be compared.</param>
/// <param name="DisagreementMax">Greatest such distance.</param>
public sealed record SeriesDocument(
    ObservationKind Kind,
    Stablecoin? Stablecoin,
    string? BridgeId,
    decimal Value,
    DateTimeOffset ObservedAt,
    decimal AgeSeconds,
    bool Live,
    decimal? LiveShare,
    long Gaps,
    double? DisagreementMean,
    double? DisagreementMax);

/// <summary>A source as the API shows it.</summary>
/// <param name="Source">Its name.</param>
/// <param name="Counts">Whether it has a part in what is agreed on; real sources have none while the market is simulated.</param>
/// <param name="Refused">Observations of it that were refused within the window.</param>
/// <param name="Series">What it speaks of.</param>
public sealed record SourceDocument(string Source, bool Counts, long Refused, IReadOnlyList<SeriesDocument> Series);

/// <summary>All sources of the last 30 days.</summary>
public sealed record SourceList(IReadOnlyList<SourceDocument> Sources, long WindowSeconds, string DataSource, DateTimeOffset Timestamp);

/// <summary>How good the sources are.</summary>
internal static class SourceEndpoints
{
    private static readonly TimeSpan Window = TimeSpan.FromHours(24);

    public static void MapSources(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/oracles/sources", ListAsync).WithTags("Prices")
            .WithName("ListSources").WithSummary("Last word, age, gaps, disagreement and refusals of every source of prices and bridge figures.");

    private static async Task<Ok<SourceList>> ListAsync(
        SourceQualityStore store,
        DataSource dataSource,
        IOptions<BridgeOptions> bridges,
        IOptions<PriceOptions> prices,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var known = await store.ReadAsync(now - SourceLook.Watched, now - Window, cancellationToken);
        var maxAges = new MaxAges(bridges.Value, prices.Value);
        var series = known.Series.ToLookup(s => s.Series.Source, StringComparer.Ordinal);
        return TypedResults.Ok(new SourceList(
            [
                .. series.Select(s => s.Key).Union(known.Refused.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(source => new SourceDocument(
                    source,
                    dataSource.Counts(source),
                    known.Refused.GetValueOrDefault(source),
                    [.. series[source].Select(s => Describe(s, maxAges, now))])),
            ],
            (long)Window.TotalSeconds,
            dataSource.Name,
            now));
    }

    private static SeriesDocument Describe(KeptSeries kept, MaxAges maxAges, DateTimeOffset now)
    {
        var (series, record) = (kept.Series, kept.Record);
        var isBridge = series.Kind is ObservationKind.Bridge;
        return new SeriesDocument(
            series.Kind,
            isBridge ? null : Words<Stablecoin>.Parse(series.Subject),
            isBridge ? series.Subject : null,
            isBridge ? BridgeAssessor.Cents(kept.Value)!.Value : kept.Value,
            kept.ObservedAt,
            Age.Of(kept.ObservedAt, now),
            now - kept.ObservedAt < maxAges.Of(series),
            record is null ? null : Math.Round(decimal.Divide(record.LiveCycles, record.Cycles), 4, MidpointRounding.AwayFromZero),
            record?.Gaps ?? 0,
            record?.DisagreementMean,
            record?.DisagreementMax);
    }
}

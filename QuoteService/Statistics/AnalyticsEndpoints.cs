using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Sure.Coordination.Reading;
using Sure.Coordination.Statistics;
using Sure.ServiceDefaults.Problems;

namespace Sure.QuoteService.Statistics;

/// <summary>The products that were quoted most.</summary>
/// <param name="Products">By interval, most first.</param>
/// <param name="ResolutionSeconds">Length of an interval; of the whole span where no interval was asked for.</param>
/// <param name="From">Start of the span.</param>
/// <param name="To">End of the span; it may lie ahead.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record TopProductsDocument(
    IReadOnlyList<TopProduct> Products, long ResolutionSeconds, DateTimeOffset From, DateTimeOffset To, DateTimeOffset Timestamp);

/// <summary>What was quoted and what became of it.</summary>
internal static class AnalyticsEndpoints
{
    private const int DefaultTop = 10;
    private const int LargestTop = 200;

    public static void MapAnalytics(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/analytics").AsAnalytics();
        group.MapGet("/quotes", ReadQuotesAsync).WithName("GetQuoteAnalytics").WithSummary("Quotes per minute, hour or day; format=csv for a spreadsheet.");
        group.MapGet("/conversion", ReadConversionAsync).WithName("GetConversionAnalytics").WithSummary("Quotes and the policies they became.");
        group.MapGet("/top-products", ReadTopAsync).WithName("GetTopProductAnalytics").WithSummary("The products that were quoted most.");
    }

    private static async Task<Results<Ok<StatisticsDocument<QuotePoint>>, FileContentHttpResult, ProblemHttpResult>> ReadQuotesAsync(
        [AsParameters] AnalyticsQuery query,
        StatisticsReader reader,
        IOptions<StatisticsOptions> statistics,
        IOptions<JsonOptions> json,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!query.TryRead(now, statistics.Value.MinuteRetention, out var request, out var filter, out var refusal))
        {
            return refusal;
        }

        var points = await reader.ReadQuotesAsync(request.Span, filter, cancellationToken);
        return request.AsCsv
            ? Csv.File("quotes", points, json.Value.SerializerOptions)
            : TypedResults.Ok(StatisticsDocument<QuotePoint>.Of(request.Span, points, now));
    }

    private static async Task<Results<Ok<StatisticsDocument<ConversionPoint>>, FileContentHttpResult, ProblemHttpResult>> ReadConversionAsync(
        [AsParameters] AnalyticsQuery query,
        StatisticsReader reader,
        IOptions<StatisticsOptions> statistics,
        IOptions<JsonOptions> json,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!query.TryRead(now, statistics.Value.MinuteRetention, out var request, out var filter, out var refusal))
        {
            return refusal;
        }

        var points = await reader.ReadConversionAsync(request.Span, filter, cancellationToken);
        return request.AsCsv
            ? Csv.File("conversion", points, json.Value.SerializerOptions)
            : TypedResults.Ok(StatisticsDocument<ConversionPoint>.Of(request.Span, points, now));
    }

    private static async Task<Results<Ok<TopProductsDocument>, FileContentHttpResult, ProblemHttpResult>> ReadTopAsync(
        [AsParameters] AnalyticsQuery query,
        [Range(1, LargestTop)] int? limit,
        StatisticsReader reader,
        IOptions<StatisticsOptions> statistics,
        IOptions<JsonOptions> json,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!query.TryRead(now, statistics.Value.MinuteRetention, out var request, out var filter, out var refusal))
        {
            return refusal;
        }

        if (limit is < 1 or > LargestTop)
        {
            return Problem.Malformed("limit", $"limit must be 1 … {LargestTop}.");
        }

        var span = request.Span;
        var step = query.Interval is null ? span.End - span.Start : span.Step;
        var top = limit ?? DefaultTop;
        if (top * ((span.End - span.Start) / step) > HistorySpan.MostPoints)
        {
            return Problem.NotAllowed(
                "outside-bounds", $"limit times the intervals of the span must not exceed {HistorySpan.MostPoints}; ask for fewer products or a shorter time.", "limit");
        }

        var products = await reader.ReadTopAsync(span, step, top, filter, cancellationToken);
        return request.AsCsv
            ? Csv.File("top-products", products, json.Value.SerializerOptions)
            : TypedResults.Ok(new TopProductsDocument(products, (long)step.TotalSeconds, span.Start, span.End, now));
    }
}

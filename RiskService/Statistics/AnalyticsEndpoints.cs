using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Statistics;
using Sure.ServiceDefaults.Queries;

namespace Sure.RiskService.Statistics;

/// <summary>The frequency of alerts, risk and bridge alerts together.</summary>
/// <param name="Points">By interval, oldest first, at most 5 000.</param>
/// <param name="Frequencies">By kind over the whole span, the most frequent first.</param>
/// <param name="ResolutionSeconds">Length of an interval.</param>
/// <param name="From">Start of the first interval.</param>
/// <param name="To">End of the last one; it may lie ahead.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record AlertAnalytics(
    IReadOnlyList<AlertPoint> Points,
    IReadOnlyList<AlertFrequency> Frequencies,
    long ResolutionSeconds,
    DateTimeOffset From,
    DateTimeOffset To,
    DateTimeOffset Timestamp);

/// <summary>How often alerts were raised.</summary>
internal static class AnalyticsEndpoints
{
    public static void MapAnalytics(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/analytics/alerts", ReadAsync).AsAnalytics()
            .WithName("GetAlertAnalytics").WithSummary("Risk and bridge alerts per minute, hour or day; format=csv for a spreadsheet.");

    private static async Task<Results<Ok<AlertAnalytics>, FileContentHttpResult, ProblemHttpResult>> ReadAsync(
        decimal? from,
        decimal? to,
        [OneOf<StatisticsInterval>] string? interval,
        [OneOf("json", "csv")] string? format,
        [OneOf<AlertSource>] string? source,
        [OneOf<Severity>] string? severity,
        AlertStatistics statistics,
        IOptions<JsonOptions> json,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!StatisticsRequest.TryRead(from, to, interval, format, now, out var request, out var fault))
        {
            return fault.ToProblem();
        }

        if (!Filter.TryRead<AlertSource>("source", source, out var bySource, out var refusal)
            || !Filter.TryRead<Severity>("severity", severity, out var bySeverity, out refusal))
        {
            return refusal;
        }

        var span = request.Span;
        var (points, frequencies) = await statistics.ReadAsync(span, new AlertFilter(bySource, bySeverity), cancellationToken);
        return request.AsCsv
            ? Csv.File("alerts", points, json.Value.SerializerOptions)
            : TypedResults.Ok(new AlertAnalytics(points, frequencies, (long)span.Step.TotalSeconds, span.Start, span.End, now));
    }
}

using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Statistics;
using Sure.ServiceDefaults.Queries;

namespace Sure.UtilizationService.Statistics;

/// <summary>What became of claims.</summary>
internal static class AnalyticsEndpoints
{
    public static void MapAnalytics(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/analytics/claims", ReadAsync).AsAnalytics()
            .WithName("GetClaimAnalytics").WithSummary("Claims per minute, hour or day; format=csv for a spreadsheet.");

    private static async Task<Results<Ok<StatisticsDocument<ClaimPoint>>, FileContentHttpResult, ProblemHttpResult>> ReadAsync(
        decimal? from,
        decimal? to,
        [OneOf<StatisticsInterval>] string? interval,
        [OneOf("json", "csv")] string? format,
        [OneOf<CoverageType>] string? coverage_type,
        ClaimStatistics statistics,
        IOptions<JsonOptions> json,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!StatisticsRequest.TryRead(from, to, interval, format, now, out var request, out var fault))
        {
            return fault.ToProblem();
        }

        if (!Filter.TryRead<CoverageType>("coverage_type", coverage_type, out var coverageType, out var refusal))
        {
            return refusal;
        }

        var points = await statistics.ReadAsync(request.Span, coverageType, cancellationToken);
        return request.AsCsv
            ? Csv.File("claims", points, json.Value.SerializerOptions)
            : TypedResults.Ok(StatisticsDocument<ClaimPoint>.Of(request.Span, points, now));
    }
}

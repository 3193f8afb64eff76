using Microsoft.AspNetCore.Http.HttpResults;

namespace Sure.RiskService.ModelCheck;

/// <summary>The model held against what came.</summary>
/// <param name="Days">Days compared, at most 250: those that are over and had a forecast.</param>
/// <param name="Exceptions">Days on which more was lost than the forecast.</param>
/// <param name="ExpectedExceptions">One in a hundred of the days.</param>
/// <param name="LikelihoodRatio">Kupiec's; null with no day.</param>
/// <param name="PValue">Its p-value; null with no day.</param>
/// <param name="TrafficLight">Basel's zone, drawn up for 250 days; null with no day.</param>
/// <param name="ExceptionDays">The days with exceptions, in order.</param>
/// <param name="From">First day; null with none.</param>
/// <param name="To">Last day; null with none.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record ModelCheckDocument(
    int Days,
    int Exceptions,
    decimal ExpectedExceptions,
    double? LikelihoodRatio,
    double? PValue,
    TrafficLight? TrafficLight,
    IReadOnlyList<DayOutcome> ExceptionDays,
    DateOnly? From,
    DateOnly? To,
    DateTimeOffset Timestamp);

/// <summary>Whether the loss model holds.</summary>
internal static class ModelCheckEndpoints
{
    private const int Digits = 8;

    public static void MapModelCheck(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/risk/model-check", ReadAsync).WithTags("Risk")
            .WithName("GetModelCheck").WithSummary("One-day VaR forecasts against what was lost: Kupiec's test and Basel's traffic light.");

    private static async Task<Ok<ModelCheckDocument>> ReadAsync(ForecastStore store, TimeProvider time, CancellationToken cancellationToken)
    {
        var days = await store.ReadAsync(cancellationToken);
        var exceptions = days.Where(d => d.IsException).ToList();
        var test = days.Count > 0 ? KupiecTest.Of(exceptions.Count, days.Count) : null;
        return TypedResults.Ok(new ModelCheckDocument(
            days.Count,
            exceptions.Count,
            KupiecTest.Frequency * days.Count,
            test is null ? null : Math.Round(test.LikelihoodRatio, Digits),
            test is null ? null : Math.Round(test.PValue, Digits),
            test?.Light,
            exceptions,
            days.Count > 0 ? days[0].Day : null,
            days.Count > 0 ? days[^1].Day : null,
            time.GetUtcNow()));
    }
}

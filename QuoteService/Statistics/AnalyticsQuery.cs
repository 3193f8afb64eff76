using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Statistics;
using Sure.ServiceDefaults.Problems;
using Sure.ServiceDefaults.Queries;

namespace Sure.QuoteService.Statistics;

/// <summary>What every statistic of quotes may be asked for: a span, how it is shown, and of which products.</summary>
/// <param name="From">Start in Unix seconds.</param>
/// <param name="To">End in Unix seconds.</param>
/// <param name="Interval">Length of a point.</param>
/// <param name="Format"><c>json</c> or <c>csv</c>.</param>
/// <param name="CoverageType">Of this coverage type alone.</param>
/// <param name="Chain">On this chain alone.</param>
/// <param name="Stablecoin">On this coin alone.</param>
internal sealed record AnalyticsQuery(
    [FromQuery(Name = "from")] decimal? From,
    [FromQuery(Name = "to")] decimal? To,
    [FromQuery(Name = "interval"), OneOf<StatisticsInterval>] string? Interval,
    [FromQuery(Name = "format"), OneOf("json", "csv")] string? Format,
    [FromQuery(Name = "coverage_type"), OneOf<CoverageType>] string? CoverageType,
    [FromQuery(Name = "chain"), OneOf<Chain>] string? Chain,
    [FromQuery(Name = "stablecoin"), OneOf<Stablecoin>] string? Stablecoin)
{
    /// <summary>
    /// Reads it; a refusal names the parameter at fault. By the minute no more is told than is certainly kept by the minute
    /// (<paramref name="keptByMinute"/>): what is gone would read as nothing quoted.
    /// </summary>
    public bool TryRead(
        DateTimeOffset now,
        TimeSpan keptByMinute,
        [NotNullWhen(true)] out StatisticsRequest? request,
        [NotNullWhen(true)] out ProductFilter? filter,
        [NotNullWhen(false)] out ProblemHttpResult? refusal)
    {
        filter = null;
        refusal = null;
        if (!StatisticsRequest.TryRead(From, To, Interval, Format, now, out request, out var fault))
        {
            refusal = fault.ToProblem();
            return false;
        }

        if (request.Span.Interval is StatisticsInterval.Minute && request.Span.Start < now - keptByMinute)
        {
            refusal = Problem.NotAllowed("outside-bounds", $"from must not be longer ago than {keptByMinute.TotalDays:0.##} days by the minute; ask by the hour or day.", "from");
            return false;
        }

        if (!Filter.TryRead<CoverageType>("coverage_type", CoverageType, out var byType, out refusal)
            || !Filter.TryRead<Chain>("chain", Chain, out var byChain, out refusal)
            || !Filter.TryRead<Stablecoin>("stablecoin", Stablecoin, out var byCoin, out refusal))
        {
            return false;
        }

        filter = new ProductFilter(byType, byChain, byCoin);
        return true;
    }
}

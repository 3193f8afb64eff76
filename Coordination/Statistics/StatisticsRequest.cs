using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.ServiceDefaults.Problems;

namespace Sure.Coordination.Statistics;

/// <summary>What <c>GET /api/v2/analytics/…</c> is asked for.</summary>
/// <param name="Span">The time.</param>
/// <param name="AsCsv">Whether the answer is CSV instead of JSON.</param>
public sealed record StatisticsRequest(StatisticsSpan Span, bool AsCsv)
{
    /// <summary>Up to this length a span that names no interval is shown by the hour, beyond it by the day.</summary>
    private static readonly TimeSpan LongestByHour = TimeSpan.FromDays(7);

    /// <summary>The end of the last interval must still be a time.</summary>
    private static readonly DateTimeOffset Latest = DateTimeOffset.MaxValue.AddDays(-2);

    /// <summary>
    /// Reads <c>from</c> and <c>to</c> (Unix seconds: to <paramref name="now"/> and from a day before where they are left out),
    /// <c>interval</c> (<c>minute</c>, <c>hour</c> or <c>day</c>) and <c>format</c> (<c>json</c> or <c>csv</c>).
    /// </summary>
    public static bool TryRead(
        decimal? from,
        decimal? to,
        string? interval,
        string? format,
        DateTimeOffset now,
        [NotNullWhen(true)] out StatisticsRequest? request,
        [NotNullWhen(false)] out StatisticsFault? fault)
    {
        request = null;
        fault = null;
        if (!HistorySpan.TryRead(from, to, now, out var span, out var spanFault))
        {
            fault = new StatisticsFault(spanFault.Field, spanFault.Sentence, IsOutsideBounds: false);
            return false;
        }

        if (span.To > Latest)
        {
            fault = new StatisticsFault("to", "to must be a time before the end of the year 9999.", IsOutsideBounds: false);
            return false;
        }

        var by = span.To - span.From <= LongestByHour ? StatisticsInterval.Hour : StatisticsInterval.Day;
        if (interval is not null && !Words<StatisticsInterval>.TryParse(interval, out by))
        {
            fault = new StatisticsFault("interval", $"interval must be one of {string.Join(", ", Words<StatisticsInterval>.All)}.", IsOutsideBounds: false);
            return false;
        }

        if (format is not (null or "json" or "csv"))
        {
            fault = new StatisticsFault("format", "format must be json or csv.", IsOutsideBounds: false);
            return false;
        }

        var around = StatisticsSpan.Around(span.From, span.To, by);
        if (around.Count > HistorySpan.MostPoints)
        {
            fault = new StatisticsFault(
                "from", $"from … to must not span more than {HistorySpan.MostPoints} points; ask for a shorter time or a longer interval.", IsOutsideBounds: true);
            return false;
        }

        request = new StatisticsRequest(around, format is "csv");
        return true;
    }
}

/// <summary>Why statistics cannot be had as they were asked for.</summary>
/// <param name="Field">The parameter at fault.</param>
/// <param name="Sentence">What is expected of it.</param>
/// <param name="IsOutsideBounds">Whether it could be read and asks for too much, rather than that it could not be read.</param>
public sealed record StatisticsFault(string Field, string Sentence, bool IsOutsideBounds)
{
    /// <summary>The answer: 422 to what asks for too much, 400 to what cannot be read.</summary>
    public ProblemHttpResult ToProblem() => IsOutsideBounds ? Problem.NotAllowed("outside-bounds", Sentence, Field) : Problem.Malformed(Field, Sentence);
}

/// <summary>Statistics over a span, oldest first.</summary>
/// <param name="Points">At most 5 000.</param>
/// <param name="ResolutionSeconds">Length of the interval that a point adds up.</param>
/// <param name="From">Start of the first interval.</param>
/// <param name="To">End of the last one; it may lie ahead, then the last interval is not over.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record StatisticsDocument<T>(
    IReadOnlyList<T> Points, long ResolutionSeconds, DateTimeOffset From, DateTimeOffset To, DateTimeOffset Timestamp)
{
    /// <summary>The document of <paramref name="points"/> over <paramref name="span"/>.</summary>
    public static StatisticsDocument<T> Of(StatisticsSpan span, IReadOnlyList<T> points, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(span);
        return new(points, (long)span.Step.TotalSeconds, span.Start, span.End, now);
    }
}

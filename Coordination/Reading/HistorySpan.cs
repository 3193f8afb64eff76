using System.Diagnostics.CodeAnalysis;
using Sure.Contracts.Json;

namespace Sure.Coordination.Reading;

/// <summary>A span of time whose history is shown in buckets, at most <see cref="MostPoints"/> of them whatever the span.</summary>
/// <param name="From">Its first moment.</param>
/// <param name="To">Its last moment, not before <paramref name="From"/>.</param>
public sealed record HistorySpan(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Points of an answer.</summary>
    public const int MostPoints = 5000;

    private const long Minute = 60;
    private const long Hour = 60 * Minute;
    private const long Day = 24 * Hour;

    /// <summary>The last second of the year 9999, in Unix seconds.</summary>
    private const decimal LatestSecond = 253_402_300_799m;

    /// <summary>How far a history goes back that does not say from when.</summary>
    private static readonly TimeSpan DefaultLength = TimeSpan.FromDays(1);

    /// <summary>Lengths of buckets that people can read; the last is enough for all the time that can be asked for.</summary>
    private static readonly long[] Resolutions =
    [
        1, 2, 5, 10, 15, 30,
        Minute, 2 * Minute, 5 * Minute, 10 * Minute, 15 * Minute, 30 * Minute,
        Hour, 2 * Hour, 4 * Hour, 6 * Hour, 12 * Hour,
        Day, 2 * Day, 7 * Day, 30 * Day, 365 * Day, 730 * Day,
    ];

    /// <summary>
    /// Seconds of a bucket. Buckets begin at multiples of it since 1970, so that they stay where they are while the span moves; a span
    /// then touches up to two buckets more than fit into it.
    /// </summary>
    public long ResolutionSeconds { get; } = Resolutions.First(r => (MostPoints - 2) * r >= (To - From).TotalSeconds);

    /// <summary>Whether its buckets are of whole hours, so that it can be read from hours instead of single points.</summary>
    public bool IsOfHours => ResolutionSeconds % Hour == 0;

    /// <summary><see cref="From"/>, or the start of its hour where the buckets are of hours.</summary>
    public DateTimeOffset First => IsOfHours ? DateTimeOffset.FromUnixTimeSeconds(From.ToUnixTimeSeconds() / Hour * Hour) : From;

    /// <summary>Start of the bucket that a moment belongs to, in Unix seconds.</summary>
    public long BucketOf(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / ResolutionSeconds * ResolutionSeconds;

    /// <summary>Reads <c>from</c> and <c>to</c> of a request, in Unix seconds: to <paramref name="now"/> and from a day before where they are left out.</summary>
    public static bool TryRead(
        decimal? from, decimal? to, DateTimeOffset now, [NotNullWhen(true)] out HistorySpan? span, [NotNullWhen(false)] out HistoryFault? fault)
    {
        span = null;
        fault = null;
        foreach (var (field, seconds) in new[] { ("from", from), ("to", to) })
        {
            if (seconds is < 0 or > LatestSecond)
            {
                fault = new HistoryFault(field, $"{field} must be a time in Unix seconds, 0 … {LatestSecond}.");
                return false;
            }
        }

        var until = to is { } last ? UnixSecondsConverter.FromSeconds(last) : now;
        var since = from is { } first ? UnixSecondsConverter.FromSeconds(first) : DayBefore(until);
        if (since > until)
        {
            fault = new HistoryFault("from", "from must not be after to.");
            return false;
        }

        span = new HistorySpan(since, until);
        return true;
    }

    private static DateTimeOffset DayBefore(DateTimeOffset until) =>
        until - DateTimeOffset.UnixEpoch > DefaultLength ? until - DefaultLength : DateTimeOffset.UnixEpoch;
}

/// <summary>Why what was asked for is no span.</summary>
/// <param name="Field">The parameter at fault.</param>
/// <param name="Sentence">What is expected of it.</param>
public sealed record HistoryFault(string Field, string Sentence);

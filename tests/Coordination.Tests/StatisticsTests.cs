using System.Text.Json;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Statistics;

namespace Sure.Coordination.Tests;

/// <summary>Which intervals a request for statistics names, and how rows become CSV.</summary>
public sealed class StatisticsTests
{
    /// <summary>2026-01-05 12:34:56 UTC, a Monday.</summary>
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 34, 56, TimeSpan.Zero);

    private static readonly JsonSerializerOptions Json = SureJson.Internal;

    [Fact]
    public void Without_a_word_it_is_the_last_day_by_the_hour()
    {
        var span = Read(from: null, to: null, interval: null).Span;

        // 12:34:56 of the day before lies in the hour from 12:00, now in that of 12:00: 25 hours are touched.
        Assert.Equal((new DateTimeOffset(2026, 1, 4, 12, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 5, 13, 0, 0, TimeSpan.Zero)), (span.Start, span.End));
        Assert.Equal((25, StatisticsInterval.Hour), (span.Count, span.Interval));
    }

    [Theory]
    [InlineData(7 * 86_400, null, StatisticsInterval.Hour)]
    [InlineData((7 * 86_400) + 1, null, StatisticsInterval.Day)]
    [InlineData(86_400, "day", StatisticsInterval.Day)]
    [InlineData(86_400, "MINUTE", StatisticsInterval.Minute)]
    public void The_interval_is_the_one_asked_for_or_that_of_the_length(long seconds, string? interval, StatisticsInterval expected) =>
        Assert.Equal(expected, Read(0, seconds, interval).Span.Interval);

    [Fact]
    public void Days_begin_at_midnight_UTC_whatever_the_offset_of_the_times()
    {
        var span = StatisticsSpan.Around(
            new DateTimeOffset(2026, 1, 5, 1, 30, 0, TimeSpan.FromHours(3)), new DateTimeOffset(2026, 1, 5, 1, 30, 0, TimeSpan.FromHours(-3)), StatisticsInterval.Day);

        Assert.Equal((new DateTimeOffset(2026, 1, 4, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 1, 6, 0, 0, 0, TimeSpan.Zero)), (span.Start, span.End));
    }

    /// <summary>5 000 points at most: 5 000 hours are 18 000 000 s, and an end in the middle of an hour touches one more.</summary>
    [Theory]
    [InlineData(17_999_999, "hour", true)]
    [InlineData(18_000_000, "hour", false)]
    [InlineData(299_999, "minute", true)]
    [InlineData(300_000, "minute", false)]
    [InlineData(431_999_999, "day", true)]
    [InlineData(432_000_000, "day", false)]
    public void More_points_than_allowed_are_refused_as_too_many(long seconds, string interval, bool allowed)
    {
        Assert.Equal(allowed, StatisticsRequest.TryRead(0, seconds, interval, format: null, Now, out _, out var fault));
        Assert.True(allowed || fault is { Field: "from", IsOutsideBounds: true });
    }

    [Theory]
    [InlineData(-1.0, null, null, null, "from")]
    [InlineData(2.0, 1.0, null, null, "from")]
    [InlineData(253_402_300_799.0, 253_402_300_799.0, null, null, "to")]
    [InlineData(null, null, "week", null, "interval")]
    [InlineData(null, null, "0", null, "interval")]
    [InlineData(null, null, null, "xml", "format")]
    public void What_cannot_be_read_names_its_parameter(double? from, double? to, string? interval, string? format, string field)
    {
        Assert.False(StatisticsRequest.TryRead((decimal?)from, (decimal?)to, interval, format, Now, out _, out var fault));
        Assert.Equal((field, false), (fault.Field, fault.IsOutsideBounds));
    }

    [Fact]
    public void Every_interval_has_a_point()
    {
        var span = StatisticsSpan.Around(DateTimeOffset.FromUnixTimeSeconds(0), DateTimeOffset.FromUnixTimeSeconds(179), StatisticsInterval.Minute);

        var points = span.Fill(new Dictionary<DateTimeOffset, string> { [DateTimeOffset.FromUnixTimeSeconds(60)] = "read" }, at => $"none at {at.ToUnixTimeSeconds()}");

        Assert.Equal(["none at 0", "read", "none at 120"], points);
    }

    /// <summary>RFC 4180, section 2: rules 1 to 3 (lines end with CRLF, a header), 5 to 7 (quotes).</summary>
    [Fact]
    public void Rows_are_written_as_RFC_4180_says()
    {
        var csv = Csv.Write<Row>(
            [
                new(DateTimeOffset.FromUnixTimeMilliseconds(1_767_614_400_500), CoverageType.CexLiquidation, 1_234.50m, "plain", IsOpen: true),
                new(DateTimeOffset.FromUnixTimeSeconds(0), CoverageType.Depeg, UsdOrNull: null, "a,b \"c\"\r\nd", IsOpen: false),
            ],
            Json);

        Assert.Equal(
            "time,type,usd_or_null,text,is_open\r\n1767614400.5,cex_liquidation,1234.50,plain,true\r\n0,depeg,,\"a,b \"\"c\"\"\r\nd\",false\r\n", csv);
    }

    [Fact]
    public void Without_rows_there_is_still_the_header() => Assert.Equal("time,type,usd_or_null,text,is_open\r\n", Csv.Write<Row>([], Json));

    private static StatisticsRequest Read(decimal? from, decimal? to, string? interval)
    {
        Assert.True(StatisticsRequest.TryRead(from, to, interval, format: null, Now, out var request, out _));
        return request;
    }

    private sealed record Row(DateTimeOffset Time, CoverageType Type, decimal? UsdOrNull, string Text, bool IsOpen);
}

using Sure.Coordination.Reading;

namespace Sure.Coordination.Tests;

public sealed class HistorySpanTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_767_614_400);

    /// <summary>4 998 buckets must hold the span, the two of its ends may stick out.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(4_998, 1)]
    [InlineData(4_999, 2)]
    [InlineData(86_400, 30)]
    [InlineData(7 * 86_400, 300)]
    [InlineData(30 * 86_400, 600)]
    [InlineData(365 * 86_400, 2 * 3_600)]
    [InlineData(3_650L * 86_400, 86_400)]
    [InlineData(253_402_300_799, 730 * 86_400)]
    public void The_finest_resolution_is_taken_that_keeps_the_points_within_their_limit(long seconds, long resolution) =>
        Assert.Equal(resolution, new HistorySpan(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddSeconds(seconds)).ResolutionSeconds);

    [Fact]
    public void No_span_touches_more_buckets_than_points_are_allowed()
    {
        var random = new Random(3);
        for (var i = 0; i < 10_000; i++)
        {
            var from = DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(0, 4_000_000_000));
            var span = new HistorySpan(from, from.AddSeconds(Math.Pow(10, random.NextDouble() * 10)));

            Assert.InRange(((span.BucketOf(span.To) - span.BucketOf(span.From)) / span.ResolutionSeconds) + 1, 1, HistorySpan.MostPoints);
        }
    }

    [Fact]
    public void Without_ends_it_is_the_last_day()
    {
        Assert.True(HistorySpan.TryRead(from: null, to: null, Now, out var span, out _));

        Assert.Equal((Now.AddDays(-1), Now), (span.From, span.To));
    }

    [Fact]
    public void The_day_before_the_second_day_of_1970_begins_with_1970()
    {
        Assert.True(HistorySpan.TryRead(from: null, to: 60, Now, out var span, out _));

        Assert.Equal(DateTimeOffset.UnixEpoch, span.From);
    }

    [Theory]
    [InlineData(2.0, 1.0, "from")]
    [InlineData(-1.0, null, "from")]
    [InlineData(null, -0.5, "to")]
    [InlineData(null, 253_402_300_800.0, "to")]
    [InlineData(99_999_999_999.0, null, "from")]
    public void What_is_no_span_names_the_end_at_fault(double? from, double? to, string field)
    {
        Assert.False(HistorySpan.TryRead((decimal?)from, (decimal?)to, Now, out _, out var fault));

        Assert.Equal(field, fault.Field);
        Assert.StartsWith(field, fault.Sentence, StringComparison.Ordinal);
    }
}

using Sure.Contracts.Consensus;
using Sure.Contracts.Events;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>Points that tests make up; times in minutes from <see cref="Start"/>.</summary>
internal static class Series
{
    public static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    public static readonly CoverPeriod Year = new(Start, Start.AddDays(365));

    public static DateTimeOffset At(double minute) => Start.AddMinutes(minute);

    /// <summary>Three live sources at the same ratio; none of it where it is null.</summary>
    public static ConsensusPoint Point(double minute, decimal? ratio) =>
        ratio is { } known ? Point(minute, [known, known, known]) : new((long)(minute * 60), At(minute), PegRatio: null, Consensus: null, []);

    /// <summary>Live sources at these ratios, their median, and a score that says they contradict each other.</summary>
    public static ConsensusPoint Point(double minute, decimal[] ratios) => new(
        (long)(minute * 60),
        At(minute),
        ratios.Order().ElementAt(ratios.Length / 2),
        0.3m,
        [.. ratios.Select((r, i) => new PriceSourceFigure($"source-{i}", r, r, At(minute), Live: true))]);

    /// <summary>A yield-bearing coin that three live sources price alike, held against the median of what live sources say it can be redeemed for.</summary>
    public static ConsensusPoint Redeemable(double minute, decimal price, params decimal[] navs)
    {
        var reference = Sample.Median(navs);
        var point = Point(minute, PriceAgreement.PegRatio(price, reference));
        return point with
        {
            Sources = [.. point.Sources.Select(s => s with { Price = price })],
            Navs = [.. navs.Select((n, i) => new NavFigure($"source-{i}", n, At(minute), Live: true))],
        };
    }

    /// <summary>The same, as observed by <paramref name="dataSource"/>.</summary>
    public static IEnumerable<ConsensusPoint> Of(string? dataSource, params IEnumerable<ConsensusPoint> points) =>
        points.Select(p => p with { DataSource = dataSource });

    /// <summary>One ratio every <paramref name="step"/> minutes, first and last included.</summary>
    public static IEnumerable<ConsensusPoint> Every(double step, double from, double to, decimal ratio)
    {
        for (var minute = from; minute <= to; minute += step)
        {
            yield return Point(minute, ratio);
        }
    }
}

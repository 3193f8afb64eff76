using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Rules;
using static Sure.UtilizationService.Tests.Claims.Series;

namespace Sure.UtilizationService.Tests.Claims;

public sealed class CexLiquidationRuleTests
{
    /// <summary>Trigger 0.95, floor 0.80, window 1 h.</summary>
    private static readonly PriceRule Rule = PriceRule.For(CoverageType.CexLiquidation, terms: null, new TriggerOptions());

    /// <summary>Lowest 0.86 at minute 70, the very end of the window: (0.95 − 0.86) / 0.15 = 0.6.</summary>
    [Fact]
    public void The_lowest_within_the_hour_counts()
    {
        var verdict = Triggered([Point(0, 1m), Point(10, 0.95m), Point(30, 0.90m), Point(40, 1m), Point(70, 0.86m), Point(71, 0.5m)], Year);

        Assert.Equal((At(10), At(10), 0.6m), (verdict.At, verdict.RunStartedAt, verdict.PayoutFraction));
        Assert.Equal([At(10), At(30), At(40), At(70)], verdict.Points.Select(p => p.At));
    }

    [Fact]
    public void Until_the_hour_is_over_the_lowest_is_open()
    {
        var verdict = Assert.IsType<Verdict.Running>(Rule.Judge([Point(10, 0.90m), Point(69, 1m)], Year));

        Assert.Equal((At(10), At(70)), (verdict.StartedAt, verdict.DueAt));
    }

    /// <summary>The window ends with the cover: 0.90, not the 0.81 after it; (0.95 − 0.90) / 0.15 = 1/3.</summary>
    [Fact]
    public void The_end_of_the_cover_ends_the_window() =>
        Assert.Equal(0.05m / 0.15m, Triggered([Point(10, 0.90m), Point(31, 0.81m)], new CoverPeriod(Start, At(30))).PayoutFraction);

    /// <summary>The 0.70 is said by one source only; the lowest that two say is 0.92.</summary>
    [Fact]
    public void What_one_source_says_alone_does_not_count()
    {
        Assert.IsType<Verdict.NotTriggered>(Rule.Judge([Point(0, [0.70m, 0.96m]) with { PegRatio = 0.83m }, Point(80, 1m)], Year));
        Assert.Equal(
            0.03m / 0.15m,
            Triggered([Point(0, [0.92m, 0.92m]), Point(10, [0.70m, 0.96m]) with { PegRatio = 0.83m }, Point(60, 1m)], Year).PayoutFraction);
    }

    /// <summary>
    /// Three honest prices of 1.20. Against 1.35 they are at 0.889, against the median of 1.20 and 1.35 at 0.941; but one source alone says
    /// 1.35, and against 1.20 they are at 1.
    /// </summary>
    [Theory]
    [InlineData(1.35)]
    [InlineData(1.20, 1.35)]
    [InlineData(1.35, 1.20)]
    public void A_net_asset_value_that_one_source_says_alone_triggers_nothing(params double[] navs)
    {
        var said = navs.Select(n => (decimal)n).ToArray();

        Assert.IsType<Verdict.NotTriggered>(Rule.Judge([Redeemable(0, 1.20m, said), Redeemable(60, 1.20m, said)], Year));
    }

    /// <summary>The trigger by the value that two say, 1.12 / 1.20 = 0.933; p by the peg ratio, 1.12 / 1.25 = 0.896: (0.95 − 0.896) / 0.15 = 0.36.</summary>
    [Fact]
    public void A_net_asset_value_that_two_sources_say_triggers()
    {
        Assert.Equal(0.36m, Triggered([Redeemable(0, 1.12m, 1.30m, 1.20m), Redeemable(60, 1.12m, 1.30m, 1.20m)], Year).PayoutFraction);
        // 1.25 of three: two say at least that.
        Assert.IsType<Verdict.NotTriggered>(Rule.Judge([Redeemable(0, 1.19m, 1.20m, 1.25m, 1.50m)], Year));
        Assert.IsType<Verdict.Running>(Rule.Judge([Redeemable(0, 1.18m, 1.20m, 1.25m, 1.50m)], Year));
    }

    [Fact]
    public void A_value_that_is_not_live_bears_nothing_out()
    {
        var point = Redeemable(0, 1.20m, 1.35m, 1.35m);

        Assert.IsType<Verdict.Running>(Rule.Judge([point], Year));
        Assert.IsType<Verdict.NotTriggered>(Rule.Judge([point with { Navs = [point.Navs![0], point.Navs[1] with { Live = false }] }], Year));
    }

    /// <summary>The window from minute 10 to 70 is of the one kind; the point that would lower it, and the one that would end it, are of the other.</summary>
    [Theory]
    [InlineData("simulated", "http", 40)]
    [InlineData("http", "simulated", 40)]
    [InlineData("simulated", "keepers", 80)]
    public void A_window_with_simulated_and_real_points_pays_nothing(string before, string after, double change)
    {
        var verdict = Assert.IsType<Verdict.NotTriggered>(
            Rule.Judge([.. Of(before, Point(0, 1m), Point(10, 0.90m), Point(30, 1m)), .. Of(after, Point(change, 1m), Point(change + 60, 1m))], Year));

        Assert.Equal([At(10), At(change)], verdict.Points.Select(p => p.At));
        Assert.Contains("data changed between simulated and real", verdict.Reason, StringComparison.Ordinal);
    }

    /// <summary>The 0.82 at minute 20 is simulated; by what is real, 0.89 at minute 40 is the lowest: (0.95 − 0.89) / 0.15 = 0.4.</summary>
    [Fact]
    public void After_a_change_of_data_a_window_begins_anew()
    {
        var verdict = Triggered([.. Of("simulated", Point(10, 0.90m), Point(20, 0.82m)), .. Of("http", Point(40, 0.89m), Point(100, 1m))], Year);

        Assert.Equal((At(40), 0.4m), (verdict.At, verdict.PayoutFraction));
        Assert.Equal([At(40), At(100)], verdict.Points.Select(p => p.At));
    }

    [Fact]
    public void Points_outside_of_the_cover_trigger_nothing() =>
        Assert.IsType<Verdict.NotTriggered>(Rule.Judge([Point(0, 0.5m), Point(10, 1m), Point(40, 0.5m), Point(200, 1m)], new CoverPeriod(At(5), At(30))));

    /// <summary>The cover begins at minute 5 and ends at minute 30; within it 0.96 is the lowest.</summary>
    [Fact]
    public void Where_nothing_met_the_trigger_the_nearest_point_is_told() => Assert.Equal(
        [At(20)],
        Rule.Judge([Point(0, 0.5m), Point(10, 1m), Point(20, 0.96m), Point(25, ratio: null), Point(40, 0.5m)], new CoverPeriod(At(5), At(30))).Points.Select(p => p.At));

    [Fact]
    public void While_the_lowest_is_open_the_point_that_met_the_trigger_is_told() =>
        Assert.Equal([At(10)], Rule.Judge([Point(0, 1m), Point(10, 0.90m), Point(69, 0.85m)], Year).Points.Select(p => p.At));

    [Fact]
    public void A_policy_pays_by_the_terms_it_was_sold_with() => Assert.Equal(
        0.5m,
        Assert.IsType<Verdict.Triggered>(PriceRule.For(CoverageType.CexLiquidation, new PolicyTerms(0.90m, 0.80m, 1), new TriggerOptions())
            .Judge([Point(0, 0.94m), Point(10, 0.85m), Point(70, 1m)], Year)).PayoutFraction);

    private static Verdict.Triggered Triggered(IReadOnlyList<ConsensusPoint> points, CoverPeriod period) =>
        Assert.IsType<Verdict.Triggered>(Rule.Judge(points, period));
}

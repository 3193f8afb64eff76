using Sure.Contracts.MarketEvents;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Backtests;
using Sure.UtilizationService.Claims.Rules;
using static Sure.UtilizationService.Tests.Claims.Series;

namespace Sure.UtilizationService.Tests.Claims;

public sealed class BacktestTests
{
    private static readonly TriggerOptions Triggers = new();
    private static readonly BacktestOptions Options = new();

    /// <summary>The worked example of the domain, §5.</summary>
    [Fact]
    public void The_rounds_of_march_2023_trigger_default_terms_as_worked_out()
    {
        var stored = StoredEvents.Find("usdc-svb-2023-03")!;
        var series = ObservedSeries.Make(
            Stablecoin.USDC, [.. stored.Prices.Select(p => new BacktestObservation("chainlink", p.Price, p.ObservedAt))], minSources: 1, Triggers, Options);
        var period = new CoverPeriod(stored.Prices[0].ObservedAt, stored.Prices[^1].ObservedAt);

        var verdict = Assert.IsType<Verdict.Triggered>(
            PriceRule.For(CoverageType.Depeg, terms: null, Triggers with { MinSources = 1 }).Judge(series.Points, period));

        Assert.Equal(1678505351, verdict.RunStartedAt.ToUnixTimeSeconds());
        Assert.Equal(1678519751, verdict.At.ToUnixTimeSeconds());
        Assert.Equal(0.516m, Math.Round(verdict.PayoutFraction, 3));
        Assert.Equal(0.93388m, Math.Round(0.97m - (verdict.PayoutFraction * 0.07m), 5));
    }

    /// <summary>
    /// Closing prices of hours: at or below 0.97 from 2019-04-26 18:00, 0.97 0.9682 0.9692 0.9687 for an hour each: mean 0.969025, and
    /// (0.97 − 0.969025) / 0.07 = 0.01392857. The two hours before, from 02:00, were broken.
    /// </summary>
    [Fact]
    public void The_hours_of_april_2019_trigger_and_pay_little()
    {
        var answer = Run(new BacktestRequest(CoverageType.Depeg, Event: "usdt-nyag-2019-04"));

        Assert.Equal((true, 0.01392857m), (answer.Triggered, answer.PayoutFraction));
        Assert.Equal(new DateTimeOffset(2019, 4, 26, 18, 0, 0, TimeSpan.Zero), answer.RunStartedAt);
        Assert.Equal(new DateTimeOffset(2019, 4, 26, 22, 0, 0, TimeSpan.Zero), answer.TriggeredAt);
        Assert.Equal(38, answer.Points.Count);
    }

    /// <summary>Until minute 40 both are live; then only one is, so that there is no consensus, and minute 60 is more than 15 min from the last.</summary>
    [Fact]
    public void Of_several_sources_a_word_is_live_for_ten_minutes()
    {
        var both = Enumerable.Range(0, 9).SelectMany(i => new[] { Said("a", 5 * i, 0.96m), Said("b", 5 * i, 0.95m) });
        var one = Enumerable.Range(9, 10).Select(i => Said("a", 5 * i, 0.96m));

        var broken = Run(new BacktestRequest(CoverageType.Depeg, Terms: new BacktestTerms(DwellHours: 1), Observations: [.. both, .. one]));
        var lone = Run(new BacktestRequest(CoverageType.Depeg, Terms: new BacktestTerms(DwellHours: 1), MinSources: 1, Observations: [.. both, .. one]));

        Assert.False(broken.Triggered);
        Assert.Contains("lasted 1 h", broken.Reason, StringComparison.Ordinal);
        Assert.Equal([0.955m, 0.955m, null], new[] { broken.Points[0].PegRatio, broken.Points[9].PegRatio, broken.Points[10].PegRatio });
        Assert.Equal(At(60), lone.TriggeredAt);
    }

    /// <summary>1.0428 / 1.10 = 0.948; without a live net asset value nothing is known.</summary>
    [Fact]
    public void A_yield_bearing_coin_is_measured_by_its_net_asset_value()
    {
        var answer = Run(new BacktestRequest(
            CoverageType.CexLiquidation, Stablecoin.sUSDe, Observations: [Said("a", 0, 1.10m) with { Nav = 1.10m }, Said("a", 60, 1.0428m), Said("a", 24 * 60, 1.04m)]));

        Assert.Equal([1m, 0.948m, null], answer.Points.Select(p => p.PegRatio));
        Assert.Equal([false, true, false], answer.Points.Select(p => p.Below));
        Assert.Equal((true, At(60), 0.01333333m), (answer.Triggered, answer.TriggeredAt, answer.PayoutFraction));
    }

    /// <summary>1.20 / 1.35 = 0.889: (0.97 − 0.88888889) / 0.07 is more than everything. With one source asked for, one says what the coin is worth too.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData(1, true)]
    public void Of_several_sources_one_alone_does_not_say_what_a_coin_is_worth(int? minSources, bool triggered)
    {
        var said = Enumerable.Range(0, 30).SelectMany(i => new[] { Said("a", 5 * i, 1.20m) with { Nav = 1.35m }, Said("b", 5 * i, 1.20m) });

        var answer = Run(new BacktestRequest(
            CoverageType.Depeg, Stablecoin.sUSDe, new BacktestTerms(DwellHours: 1), MinSources: minSources, Observations: [.. said]));

        Assert.Equal((0.88888889m, triggered, triggered), (answer.Points[0].PegRatio, answer.Points[0].Below, answer.Triggered));
    }

    [Fact]
    public void Three_sources_that_contradict_each_other_for_an_hour_trigger_oracle_cover()
    {
        var torn = Enumerable.Range(0, 13).SelectMany(i => new[] { Said("a", 5 * i, 0.97m), Said("b", 5 * i, 1m), Said("c", 5 * i, 1.03m) });

        var answer = Run(new BacktestRequest(CoverageType.Oracle, Observations: [.. torn]));

        Assert.Equal((true, 1m, At(60)), (answer.Triggered, answer.PayoutFraction, answer.TriggeredAt));
    }

    [Fact]
    public void What_is_under_way_at_the_end_is_told()
    {
        var answer = Run(new BacktestRequest(CoverageType.Depeg, EndsAt: At(1000), Observations: [Said("a", 0, 1m), Said("a", 10, 0.96m), Said("a", 20, 0.96m)]));

        Assert.Equal((false, At(10)), (answer.Triggered, answer.RunStartedAt));
    }

    [Fact]
    public void Of_more_points_than_can_be_shown_the_lowest_of_neighbours_are()
    {
        var many = Enumerable.Range(0, 10).Select(i => Said("a", i, i == 4 ? 0.5m : 1m)).ToList();
        var (backtest, _) = BacktestChecks.Check(new BacktestRequest(CoverageType.Depeg, Observations: many), Triggers, Options);

        var answer = backtest!.Run(Triggers, new BacktestOptions { MostPoints = 4 });

        Assert.Equal([At(0), At(4), At(6), At(9)], answer.Points.Select(p => p.Time));
    }

    private static BacktestObservation Said(string source, double minute, decimal price) => new(source, price, At(minute));

    private static BacktestAnswer Run(BacktestRequest request)
    {
        var (backtest, refusal) = BacktestChecks.Check(request, Triggers, Options);
        Assert.Null(refusal?.ProblemDetails.Detail);
        return backtest!.Run(Triggers, Options);
    }
}

using Sure.BridgeService.Observations;
using Sure.BridgeService.Prices;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests;

public sealed class PriceConsensusTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Two prices 1 ± d vary by d.</summary>
    [Theory]
    [InlineData(0.0019, 1.0)]
    [InlineData(0.002, 0.9)]
    [InlineData(0.0049, 0.9)]
    [InlineData(0.005, 0.7)]
    [InlineData(0.01, 0.3)]
    public void Consensus_falls_with_the_variation_of_prices(double spread, double consensus)
    {
        var report = Make(Stablecoin.USDC, Price("a", 1 - (decimal)spread), Price("b", 1 + (decimal)spread));

        Assert.Equal((1m, (decimal)consensus, 2), (report.PegRatio, report.Consensus, report.LiveSources));
    }

    [Fact]
    public void The_median_is_not_moved_by_one_that_errs() =>
        Assert.Equal(0.999m, Make(Stablecoin.DAI, Price("a", 0.999m), Price("b", 0.9991m), Price("c", 0.5m)).PegRatio);

    [Fact]
    public void One_source_is_no_price()
    {
        var report = Make(Stablecoin.USDT, Price("a", 0.5m), Price("b", 1m, minutesAgo: 10));

        Assert.Equal((null, null, null, 1), (report.PegRatio, report.Price, report.Consensus, report.LiveSources));
        Assert.Equal([true, false], report.Sources.Select(s => s.Live));
    }

    [Fact]
    public void A_slow_source_may_be_given_more_time()
    {
        var options = new PriceOptions { SourceMaxAges = { ["slow"] = TimeSpan.FromHours(1) } };

        var report = PriceConsensus.Make(
            Stablecoin.USDT, [Price("a", 1m), Price("slow", 0.99m, minutesAgo: 59), Price("b", 0.5m, minutesAgo: 59)], Now, options);

        Assert.Equal((0.995m, 2), (report.PegRatio, report.LiveSources));
    }

    /// <summary>1.08 / 1.10 = 0.98181818.</summary>
    [Fact]
    public void A_yield_bearing_coin_is_measured_by_its_net_asset_value()
    {
        var report = Make(Stablecoin.sUSDe, Price("a", 1.08m), Price("b", 1.08m), Nav("a", 1.10m, hoursAgo: 23));

        Assert.Equal((0.98181818m, 1.08m, 1.10m), (report.PegRatio, report.Price, report.Reference));
    }

    /// <summary>(1.20 + 1.35) / 2 = 1.275, and 1.20 / 1.275 = 0.94117647; who holds a source against a value must know who says it.</summary>
    [Fact]
    public void The_net_asset_values_behind_a_reference_are_told()
    {
        var report = Make(
            Stablecoin.sUSDe, Price("a", 1.20m), Price("b", 1.20m), Nav("b", 1.35m, hoursAgo: 1), Nav("a", 1.20m, hoursAgo: 23), Nav("c", 1.50m, hoursAgo: 24));

        Assert.Equal((0.94117647m, 1.275m), (report.PegRatio, report.Reference));
        Assert.Equal(
            [("a", 1.20m, true), ("b", 1.35m, true), ("c", 1.50m, false)], report.ToEvent("keepers").Navs!.Select(n => (n.Source, n.Value, n.Live)));
        Assert.Null(Make(Stablecoin.USDC, Price("a", 1m), Price("b", 1m)).ToEvent("keepers").Navs);
    }

    [Fact]
    public void Without_a_live_net_asset_value_a_yield_bearing_coin_has_no_peg_ratio()
    {
        var report = Make(Stablecoin.USDY, Price("a", 1.08m), Price("b", 1.08m), Nav("a", 1.10m, hoursAgo: 24));

        Assert.Equal((null, 1.08m, null), (report.PegRatio, report.Price, report.Reference));
    }

    private static PriceObservation Price(string source, decimal value, double minutesAgo = 1) =>
        new(source, default, PriceKind.Price, Now.AddMinutes(-minutesAgo), value);

    private static PriceObservation Nav(string source, decimal value, double hoursAgo) =>
        new(source, default, PriceKind.Nav, Now.AddHours(-hoursAgo), value);

    private static PriceReport Make(Stablecoin coin, params PriceObservation[] observations) =>
        PriceConsensus.Make(coin, observations.Select(o => o with { Stablecoin = coin }), Now, new PriceOptions());
}

using Sure.BridgeService.Market;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests;

public sealed class SimulatedMarketTests
{
    private static readonly DateTimeOffset Then = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_same_seed_gives_the_same_market_at_the_same_time()
    {
        var minutes = SimulatedMarket.MinutesAt(Then, speed: 1);

        var (one, other) = (new SimulatedMarket(7).Observe(minutes, 1, Then), new SimulatedMarket(7).Observe(minutes, 1, Then));

        Assert.Equal(one.Prices, other.Prices);
        Assert.Equal(one.Bridges, other.Bridges);
        Assert.NotEqual(one.Prices, new SimulatedMarket(8).Observe(minutes, 1, Then).Prices);
    }

    [Fact]
    public void Three_sources_speak_of_every_coin_every_bridge_and_the_two_net_asset_values()
    {
        var seen = new SimulatedMarket(1).Observe(1000, 1, Then);

        Assert.All(Words<Stablecoin>.Members, c => Assert.Equal(3, seen.Prices.Count(p => p.Stablecoin == c && p.Kind == PriceKind.Price)));
        Assert.All(Bridge.All, b => Assert.Equal(3, seen.Bridges.Count(o => o.BridgeId == b.Id)));
        Assert.Equal([Stablecoin.sUSDe, Stablecoin.USDY], seen.Prices.Where(p => p.Kind == PriceKind.Nav).Select(p => p.Stablecoin).Distinct());
    }

    /// <summary>A market in which no peg holds or every peg always does is not like the real one.</summary>
    [Fact]
    public void Over_a_year_pegs_hold_nearly_always_and_break_now_and_then()
    {
        var market = new SimulatedMarket(20260101);
        var deviations = Enumerable.Range(0, 365 * 4)
            .SelectMany(i => market.Observe(i * 360, 1, Then).Prices.Where(p => p.Source == "sim-alpha" && p.Kind == PriceKind.Price && !p.Stablecoin.IsYieldBearing()))
            .Select(p => Math.Abs(p.Value - 1))
            .Order()
            .ToList();

        Assert.True(deviations[deviations.Count / 2] < 0.001m, "half of the time within 10 basis points");
        Assert.True(deviations[^1] > 0.005m, "once at least beyond half a percent");
        Assert.True(deviations[^1] < 0.2m, "never beyond all measure");
    }

    [Fact]
    public void Numbers_by_address_are_uniform_and_normal()
    {
        var noise = new Noise(5);
        var uniform = Enumerable.Range(0, 100_000).Select(i => noise.Uniform(1, i)).ToList();
        var normal = Enumerable.Range(0, 100_000).Select(i => noise.Normal(2, i)).ToList();

        // Means of n draws err by σ/√n: five of those are 0.0046 and 0.016.
        Assert.InRange(uniform.Average(), 0.5 - 0.0046, 0.5 + 0.0046);
        Assert.InRange(normal.Average(), -0.016, 0.016);
        Assert.InRange(normal.Average(x => x * x), 1 - 0.023, 1 + 0.023);
    }
}

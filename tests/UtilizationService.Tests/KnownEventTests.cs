using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Market;

namespace Sure.UtilizationService.Tests;

/// <summary>No cover is sold into an event that may have begun (domain, §4, check 11).</summary>
public sealed class KnownEventTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly KnownEventOptions Options = new();
    private static readonly TimeSpan LongestGap = new TriggerOptions().LongestGap;
    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);
    private static readonly Product Oracle = new(CoverageType.Oracle, Chain.Ethereum, Stablecoin.USDC);
    private static readonly Product OverBridge = new(CoverageType.Bridge, Chain.Base, Stablecoin.USDC);

    [Fact]
    public void Cover_is_sold_while_all_is_well()
    {
        foreach (var product in new[] { Depeg, Oracle, OverBridge })
        {
            Assert.Null(WhyNotSold(product, Market()));
        }
    }

    [Theory]
    [InlineData(9951, false)]
    [InlineData(9950, true)]
    public void Sales_stop_at_a_peg_ratio_of_0_995(int tenThousandths, bool stop)
    {
        var peg = KnownPeg.After(before: null, Noon, tenThousandths / 10_000m, 1m, "simulated", Options, LongestGap);

        Assert.Equal(stop, WhyNotSold(Depeg, Market(peg)) is not null);
    }

    /// <summary>A point a minute: 0.9969 from 12:05, 0.997 from 12:10; a dip to 0.996 at 12:50 begins the hour anew, which is over at 13:51.</summary>
    [Fact]
    public void Sales_resume_after_an_hour_at_0_997_without_a_break()
    {
        var peg = Recovering(minute => minute switch { < 5 => 0.995m, < 10 => 0.9969m, < 50 => 0.997m, 50 => 0.996m, _ => 0.998m }, Minutes(0, 110));
        Assert.True(peg.Troubled);
        Assert.False(KnownPeg.After(peg, Noon.AddMinutes(111), 0.998m, 1m, "simulated", Options, LongestGap).Troubled);
    }

    /// <summary>Back from 12:01; nothing is agreed on at 12:30, so the hour is over at 13:31.</summary>
    [Fact]
    public void Without_consensus_nothing_is_known_to_have_recovered()
    {
        var peg = Recovering(minute => minute switch { 0 => 0.99m, 30 => null, _ => 1m }, Minutes(0, 90));
        Assert.True(peg.Troubled);
        Assert.False(KnownPeg.After(peg, Noon.AddMinutes(91), 1m, 1m, "simulated", Options, LongestGap).Troubled);
    }

    /// <summary>
    /// Back from 12:01, and nothing is said from 12:10 to 12:26, which is more than a quarter of an hour: the hour is over at 13:26. From 12:40
    /// to 12:55 it is no more.
    /// </summary>
    [Fact]
    public void More_than_a_quarter_of_an_hour_without_points_is_not_one_of_recovery()
    {
        var peg = Recovering(minute => minute == 0 ? 0.99m : 1m, [.. Minutes(0, 10), .. Minutes(26, 40), .. Minutes(55, 85)]);
        Assert.True(peg.Troubled);
        Assert.False(KnownPeg.After(peg, Noon.AddMinutes(86), 1m, 1m, "simulated", Options, LongestGap).Troubled);
    }

    /// <summary>Keepers and adapters are one kind. Of which kind a peg is that an older version keeps is not known: it goes on.</summary>
    [Theory]
    [InlineData("simulated", "http", false)]
    [InlineData("simulated", "keepers", false)]
    [InlineData("http", "simulated", false)]
    [InlineData("keepers", "http", true)]
    [InlineData("simulated", "simulated", true)]
    [InlineData(null, "http", true)]
    public void What_fell_on_a_simulated_market_stops_no_real_sales_nor_the_reverse(string? before, string after, bool stop)
    {
        var fell = KnownPeg.After(before: null, Noon, 0.90m, 1m, before, Options, LongestGap);

        var peg = KnownPeg.After(fell, Noon.AddMinutes(1), 1m, 1m, after, Options, LongestGap);

        Assert.Equal((stop, after), (peg.Troubled, peg.DataSource));
        Assert.Equal(stop, WhyNotSold(Depeg, Market(peg with { At = Noon })) is not null);
    }

    [Fact]
    public void A_consensus_that_is_missing_or_older_than_two_minutes_stops_sales()
    {
        Assert.NotNull(WhyNotSold(Depeg, Market(Peg(1m) with { PegRatio = null })));
        Assert.Null(WhyNotSold(Depeg, Market(Peg(1m) with { At = Noon.AddSeconds(-120) })));
        Assert.NotNull(WhyNotSold(Depeg, Market(Peg(1m) with { At = Noon.AddSeconds(-121) })));
        Assert.NotNull(WhyNotSold(Depeg, Market() with { Pegs = new Dictionary<Stablecoin, KnownPeg>() }));
    }

    /// <summary>Null of a coin whose reference is 1.</summary>
    [Theory]
    [InlineData(null, false)]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void A_net_asset_value_that_fewer_than_two_say_stops_sales(int? navs, bool stop)
    {
        var market = Market(Peg(1m) with { LiveNavs = navs });

        Assert.Equal(stop, WhyNotSold(Depeg, market) is not null);
        Assert.Equal(stop, WhyUnknown([Stablecoin.USDC], [], market) is not null);
    }

    [Fact]
    public void Sources_that_disagree_stop_oracle_cover_only()
    {
        var market = Market(Peg(1m) with { Consensus = 0.3m });

        Assert.NotNull(WhyNotSold(Oracle, market));
        Assert.Null(WhyNotSold(Depeg, market));
    }

    [Theory]
    [InlineData(true, 0, true)]
    [InlineData(false, 0, false)]
    [InlineData(false, 121, true)]
    public void An_exploit_or_an_unknown_bridge_stops_bridge_cover_of_its_chain(bool exploit, int age, bool stop)
    {
        var market = Market() with
        {
            Bridges = new Dictionary<string, KnownBridge> { ["wormhole_base_ton"] = new(Noon.AddSeconds(-age), Known: true, exploit, DrawdownPct: 0) },
        };

        Assert.Equal(stop, WhyNotSold(OverBridge, market) is not null);
        Assert.Null(WhyNotSold(Depeg, market));
        // No bridge of Polygon is known here.
        Assert.NotNull(WhyNotSold(new(CoverageType.Bridge, Chain.Polygon, Stablecoin.USDC), market));
    }

    /// <summary>It is detected with the next point only, and whoever reads the chain need not wait for that. TON is reached by every bridge.</summary>
    [Theory]
    [InlineData(-19.9, false)]
    [InlineData(-20.0, true)]
    [InlineData(-54.0, true)]
    public void A_bridge_that_is_a_fifth_below_its_peak_stops_cover_of_it(double drawdown, bool stop)
    {
        var market = Market();
        market = market with
        {
            Bridges = new Dictionary<string, KnownBridge>(market.Bridges) { ["wormhole_base_ton"] = new(Noon, Known: true, ExploitDetected: false, (decimal)drawdown) },
        };

        Assert.Equal(stop, WhyNotSold(OverBridge, market) is not null);
        Assert.Equal(stop, WhyNotSold(OverBridge with { Chain = Chain.TON }, market) is not null);
        Assert.Null(WhyNotSold(OverBridge with { Chain = Chain.Polygon }, market));
        Assert.Null(WhyNotSold(Depeg, market));
    }

    [Fact]
    public void An_open_incident_stops_every_cover_on_its_chain_and_coin()
    {
        var market = Market() with { OpenIncidents = [new(CoverageType.SmartContract, Chain.Ethereum, Stablecoin.USDC)] };

        Assert.NotNull(WhyNotSold(Depeg, market));
        Assert.Null(WhyNotSold(new(CoverageType.Depeg, Chain.Base, Stablecoin.USDC), market));
    }

    [Fact]
    public void What_cover_depends_on_is_unknown_after_two_minutes()
    {
        Assert.Null(WhyUnknown([Stablecoin.USDC], [Chain.Base], Market()));
        Assert.Null(WhyUnknown([Stablecoin.USDC], [], Market(Peg(1m) with { At = Noon.AddSeconds(-120) })));
        Assert.Contains("USDC is 121 seconds old", WhyUnknown([Stablecoin.USDC], [], Market(Peg(1m) with { At = Noon.AddSeconds(-121) })), StringComparison.Ordinal);
        Assert.Contains("no consensus on the price of USDC", WhyUnknown([Stablecoin.USDC], [], Market(Peg(1m) with { PegRatio = null })), StringComparison.Ordinal);
        Assert.Contains("DAI", WhyUnknown([Stablecoin.USDC, Stablecoin.DAI], [], Market()), StringComparison.Ordinal);
    }

    /// <summary>Cover on TON rests on every bridge, cover on Base on one of them.</summary>
    [Theory]
    [InlineData(true, 120, false)]
    [InlineData(true, 121, true)]
    [InlineData(false, 0, true)]
    public void A_bridge_is_unknown_where_nothing_young_is_known_of_it(bool known, int age, bool unknown)
    {
        var market = Market();
        market = market with
        {
            Bridges = new Dictionary<string, KnownBridge>(market.Bridges) { ["wormhole_base_ton"] = new(Noon.AddSeconds(-age), known, ExploitDetected: true, DrawdownPct: 0) },
        };

        foreach (var chain in new[] { Chain.Base, Chain.TON })
        {
            Assert.Equal(unknown, WhyUnknown([], [Chain.Ethereum, chain], market) == "Nothing is known of the bridge wormhole_base_ton now.");
            Assert.Equal(unknown, WhyUnknown([], [chain], market) is not null);
        }

        Assert.Null(WhyUnknown([Stablecoin.USDC], [Chain.Ethereum], market));
    }

    /// <summary>A price that fell is known; what follows from it is for the trigger watch.</summary>
    [Fact]
    public void A_coin_in_trouble_is_not_unknown() =>
        Assert.Null(WhyUnknown([Stablecoin.USDC], [], Market(Peg(0.9m) with { Troubled = true })));

    private static string? WhyUnknown(Stablecoin[] coins, Chain[] bridgeChains, MarketKnowledge market) =>
        KnownEvents.WhyUnknown(coins, bridgeChains, market, Noon, Options);

    private static string? WhyNotSold(Product product, MarketKnowledge market) => KnownEvents.WhyNotSold(product, market, Noon, Options);

    private static IEnumerable<int> Minutes(int first, int last) => Enumerable.Range(first, last - first + 1);

    private static KnownPeg Recovering(Func<int, decimal?> ratioAt, IEnumerable<int> minutes) => minutes.Aggregate(
        (KnownPeg?)null, (peg, minute) => KnownPeg.After(peg, Noon.AddMinutes(minute), ratioAt(minute), 1m, "simulated", Options, LongestGap))!;

    private static KnownPeg Peg(decimal ratio) => new(Noon, ratio, 1m, Troubled: false, RecoveredSince: null, "simulated");

    private static MarketKnowledge Market(KnownPeg? peg = null) => new(
        new Dictionary<Stablecoin, KnownPeg> { [Stablecoin.USDC] = peg ?? Peg(1m) },
        Bridge.All.ToDictionary(b => b.Id, _ => new KnownBridge(Noon, Known: true, ExploitDetected: false, DrawdownPct: 0), StringComparer.Ordinal),
        OpenIncidents: [],
        Stress: null);
}

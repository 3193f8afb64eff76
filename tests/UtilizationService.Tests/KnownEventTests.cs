using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Market;

namespace Sure.UtilizationService.Tests;

/// <summary>No cover is sold into an event that may have begun (domain, §4, check 11).</summary>
public sealed class KnownEventTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly KnownEventOptions Options = new();
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
        var peg = KnownPeg.After(before: null, Noon, tenThousandths / 10_000m, 1m, Options);

        Assert.Equal(stop, WhyNotSold(Depeg, Market(peg)) is not null);
    }

    /// <summary>0.9969 at first, then 0.997 from 12:10; a dip to 0.996 at 12:50 begins the hour anew.</summary>
    [Fact]
    public void Sales_resume_after_an_hour_at_0_997_without_a_break()
    {
        KnownPeg? peg = null;
        foreach (var (minute, ratio, troubled) in new[]
        {
            (0, 0.995m, true), (5, 0.9969m, true), (10, 0.997m, true), (50, 0.996m, true), (60, 0.998m, true), (119, 0.998m, true), (120, 0.998m, false),
        })
        {
            peg = KnownPeg.After(peg, Noon.AddMinutes(minute), ratio, 1m, Options);
            Assert.True(troubled == peg.Troubled, $"minute {minute}");
        }
    }

    [Fact]
    public void Without_consensus_nothing_is_known_to_have_recovered()
    {
        var peg = KnownPeg.After(KnownPeg.After(before: null, Noon, 0.99m, 1m, Options), Noon.AddMinutes(1), 1m, 1m, Options);
        peg = KnownPeg.After(peg, Noon.AddMinutes(30), pegRatio: null, consensus: null, Options);
        peg = KnownPeg.After(peg, Noon.AddMinutes(61), 1m, 1m, Options);

        Assert.True(peg.Troubled);
        Assert.False(KnownPeg.After(peg, Noon.AddMinutes(121), 1m, 1m, Options).Troubled);
    }

    [Fact]
    public void A_consensus_that_is_missing_or_older_than_two_minutes_stops_sales()
    {
        Assert.NotNull(WhyNotSold(Depeg, Market(Peg(1m) with { PegRatio = null })));
        Assert.Null(WhyNotSold(Depeg, Market(Peg(1m) with { At = Noon.AddSeconds(-120) })));
        Assert.NotNull(WhyNotSold(Depeg, Market(Peg(1m) with { At = Noon.AddSeconds(-121) })));
        Assert.NotNull(WhyNotSold(Depeg, Market() with { Pegs = new Dictionary<Stablecoin, KnownPeg>() }));
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
            Bridges = new Dictionary<string, KnownBridge> { ["wormhole_base_ton"] = new(Noon.AddSeconds(-age), Known: true, exploit) },
        };

        Assert.Equal(stop, WhyNotSold(OverBridge, market) is not null);
        Assert.Null(WhyNotSold(Depeg, market));
        // No bridge of Polygon is known here.
        Assert.NotNull(WhyNotSold(new(CoverageType.Bridge, Chain.Polygon, Stablecoin.USDC), market));
    }

    [Fact]
    public void An_open_incident_stops_every_cover_on_its_chain_and_coin()
    {
        var market = Market() with { OpenIncidents = [new(CoverageType.SmartContract, Chain.Ethereum, Stablecoin.USDC)] };

        Assert.NotNull(WhyNotSold(Depeg, market));
        Assert.Null(WhyNotSold(new(CoverageType.Depeg, Chain.Base, Stablecoin.USDC), market));
    }

    private static string? WhyNotSold(Product product, MarketKnowledge market) => KnownEvents.WhyNotSold(product, market, Noon, Options);

    private static KnownPeg Peg(decimal ratio) => new(Noon, ratio, 1m, Troubled: false, RecoveredSince: null);

    private static MarketKnowledge Market(KnownPeg? peg = null) => new(
        new Dictionary<Stablecoin, KnownPeg> { [Stablecoin.USDC] = peg ?? Peg(1m) },
        Bridge.All.ToDictionary(b => b.Id, _ => new KnownBridge(Noon, Known: true, ExploitDetected: false), StringComparer.Ordinal),
        OpenIncidents: [],
        Stress: null);
}

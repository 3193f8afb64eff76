using FsCheck;
using FsCheck.Fluent;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Pricing;

namespace Sure.QuoteService.Tests;

/// <summary>Premiums worked by hand from the tables of the domain, §2.</summary>
public sealed class PremiumTests
{
    private static readonly PricingOptions Options = new();

    /// <summary>
    /// 10 000 × 0.008 × 90/365 = 19.726; 1 000 000 × (0.015 × 1.4 + 0.002) = 23 000; 50 000 × (0.025 × 1.3 + 0.0007) × 30/365 = 136.438;
    /// 1 234.56 × (0.020 × 1.0 + 0.0015) × 17/365 = 1.2363; 100 × (0.012 × 1.2 + 0) × 365/365 = 1.44.
    /// </summary>
    [Theory]
    [InlineData(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 10_000, 90, 19.73)]
    [InlineData(CoverageType.SmartContract, Chain.Solana, Stablecoin.sUSDe, 1_000_000, 365, 23_000)]
    [InlineData(CoverageType.CexLiquidation, Chain.Lightning, Stablecoin.mkUSD, 50_000, 30, 136.44)]
    [InlineData(CoverageType.Bridge, Chain.TON, Stablecoin.USDe, 1_234.56, 17, 1.24)]
    [InlineData(CoverageType.Oracle, Chain.Polygon, Stablecoin.USDC, 100, 365, 1.44)]
    public void The_standard_premium_is_coverage_times_rate_times_time(
        CoverageType type, Chain chain, Stablecoin coin, double coverage, int days, double premium)
    {
        var price = Premium.Standard(new Cover(new Product(type, chain, coin), (decimal)coverage, days, Terms: null), Options);

        Assert.Equal((decimal)premium, price.PremiumUsd);
        Assert.False(price.MinimumApplied);
    }

    [Fact]
    public void Small_cover_costs_the_least_premium()
    {
        var price = Premium.Standard(new Cover(new Product(CoverageType.Depeg, Chain.Bitcoin, Stablecoin.USDC), 100, 1, PolicyTerms.DepegDefault), Options);

        Assert.Equal(1.00m, price.PremiumUsd);
        Assert.True(price.MinimumApplied);
    }

    /// <summary>Trigger 0.98: 1.1; floor 0.80: (0.07/0.18)^0.5 = 0.62360956; dwell 8: 0.5^0.25 = 0.84089642 (bc, scale 10).</summary>
    [Fact]
    public void Chosen_terms_load_the_rate()
    {
        var loads = Premium.TermLoads(new PolicyTerms(0.98m, 0.80m, 8), Options.Terms);

        Assert.Equal([1.1m, 0.62360956m, 0.84089642m], loads.Select(l => l.Factor));
    }

    [Fact]
    public void Default_terms_load_nothing() => Assert.Empty(Premium.TermLoads(PolicyTerms.DepegDefault, Options.Terms));

    /// <summary>
    /// Pool of 10 m capital, 8 m effective, 4 m sold of which 2.4 m USDC, reserves 0.15. Cover 800 000: LTV 4.8/8 = 0.60 → 1.05;
    /// concentration 3.2/10 = 0.32 → 1 + 4 × 0.07 = 1.28; reserves 1 + 5 × 0.05 = 1.25; size (100 k + 700 k × 0.95)/800 k = 0.95625.
    /// Premium 800 000 × 0.008 × 90/365 × 1.05 × 1.28 × 1.25 × 0.95625 = 2 535.19.
    /// </summary>
    [Fact]
    public void Dynamic_loads_are_those_of_the_table()
    {
        var pool = new PoolCondition(10_000_000, 8_000_000, 4_000_000, 0.15m, new Dictionary<Stablecoin, decimal> { [Stablecoin.USDC] = 2_400_000 });
        var cover = new Cover(new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC), 800_000, 90, PolicyTerms.DepegDefault);

        var price = Premium.Dynamic(cover, Options, new MarketConditions(pool, new Dictionary<string, BridgeCondition>(), Correlation: null));

        Assert.Equal(
            [("utilization", 1.05m), ("asset_concentration", 1.28m), ("reserves", 1.25m), ("size", 0.95625m)],
            price.Loads.Select(l => (l.Name, l.Factor)));
        Assert.Equal(["correlation_regime"], price.StaleInputs);
        Assert.Equal(2535.19m, price.PremiumUsd);
    }

    [Fact]
    public void Missing_figures_leave_their_factor_at_one_and_are_named()
    {
        var cover = new Cover(new Product(CoverageType.Bridge, Chain.Ethereum, Stablecoin.USDC), 50_000, 90, Terms: null);

        var price = Premium.Dynamic(cover, Options, new MarketConditions(Pool: null, new Dictionary<string, BridgeCondition>(), Correlation: null));

        Assert.Equal(["utilization", "asset_concentration", "reserves", "correlation_regime", "bridge_health"], price.StaleInputs);
        Assert.Equal(Premium.Standard(cover, Options).PremiumUsd, price.PremiumUsd);
    }

    [Theory]
    [InlineData(0.95, 1.0)]
    [InlineData(0.90, 1.1)]
    [InlineData(0.70, 1.3)]
    [InlineData(0.50, 1.6)]
    [InlineData(0.30, 2.0)]
    public void Bridge_cover_is_loaded_by_the_worst_bridge_of_its_chain(double worst, double factor)
    {
        var status = worst >= 0.9 ? BridgeStatus.Healthy : worst >= 0.7 ? BridgeStatus.Caution : worst >= 0.5 ? BridgeStatus.Warning : BridgeStatus.Critical;

        Assert.Equal((decimal)factor, LoadWith(new BridgeCondition((decimal)worst, status)));
    }

    /// <summary>Only what is <c>Unknown</c> is loaded as that; a bridge that fell silent while an exploit was detected is critical, which is no better than a score of 0.</summary>
    [Theory]
    [InlineData(BridgeStatus.Unknown, 1.5)]
    [InlineData(BridgeStatus.Critical, 2.0)]
    public void A_bridge_without_a_score_is_loaded_by_its_status(BridgeStatus status, double factor) =>
        Assert.Equal((decimal)factor, LoadWith(new BridgeCondition(Score: null, status)));

    [Theory]
    [InlineData(CorrelationRegime.Low, 1.0)]
    [InlineData(CorrelationRegime.Medium, 1.1)]
    [InlineData(CorrelationRegime.High, 1.3)]
    public void Cover_costs_more_while_the_coins_move_as_one(CorrelationRegime regime, double factor)
    {
        var cover = new Cover(new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC), 50_000, 90, PolicyTerms.DepegDefault);

        var price = Premium.Dynamic(cover, Options, new MarketConditions(Pool: null, new Dictionary<string, BridgeCondition>(), regime));

        Assert.Equal((decimal)factor, Assert.Single(price.Loads, l => l.Name == "correlation_regime").Factor);
        Assert.DoesNotContain("correlation_regime", price.StaleInputs);
    }

    [Fact]
    public void A_chain_without_a_monitored_bridge_is_loaded_as_unknown()
    {
        var cover = new Cover(new Product(CoverageType.Bridge, Chain.Optimism, Stablecoin.USDC), 50_000, 90, Terms: null);

        var price = Premium.Dynamic(cover, Options, new MarketConditions(Pool: null, new Dictionary<string, BridgeCondition>(), Correlation: null));

        Assert.Equal(1.5m, Assert.Single(price.Loads, l => l.Name == "bridge_health").Factor);
    }

    /// <summary>Of cover on Ethereum, of whose bridges one is like this and the others are well.</summary>
    private static decimal LoadWith(BridgeCondition worst)
    {
        var bridges = Bridge.OfChain(Chain.Ethereum).ToDictionary(b => b.Id, _ => new BridgeCondition(1m, BridgeStatus.Healthy));
        bridges["orbit_eth_ton"] = worst;
        var cover = new Cover(new Product(CoverageType.Bridge, Chain.Ethereum, Stablecoin.USDC), 50_000, 90, Terms: null);
        return Assert.Single(Premium.Dynamic(cover, Options, new MarketConditions(Pool: null, bridges, Correlation: null)).Loads, l => l.Name == "bridge_health").Factor;
    }

    [Fact]
    public void More_cover_or_more_days_never_cost_less() => Prop.ForAll((PositiveInt cover, PositiveInt more, byte days) =>
    {
        var product = new Product(CoverageType.Oracle, Chain.Base, Stablecoin.DAI);
        decimal Charge(decimal coverage, int duration) => Premium.Standard(new Cover(product, coverage, duration, Terms: null), Options).PremiumUsd;
        var (amount, time) = (100m + cover.Get, 1 + (days % 364));
        return Charge(amount, time) <= Charge(amount + more.Get, time) && Charge(amount, time) <= Charge(amount, time + 1);
    }).QuickCheckThrowOnFailure();
}

using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;
using Sure.RiskService.Scenarios;
using Sure.RiskService.Stress;

namespace Sure.RiskService.Tests;

/// <summary>What a shock costs; every expectation is worked out by hand.</summary>
public sealed class StressTestTests
{
    private static readonly StressRules Rules = new(0.20m, new RiskCapacityOptions().RiskCapacities.AsReadOnly());

    /// <summary>1 000 000 of capital, of which 400 000 is deployed.</summary>
    private static readonly StressCapital Capital = new(
        new Dictionary<Tranche, decimal>
        {
            [Tranche.Bitcoin] = 400_000,
            [Tranche.Senior] = 250_000,
            [Tranche.Mezzanine] = 150_000,
            [Tranche.Junior] = 100_000,
            [Tranche.JuniorPlus] = 50_000,
            [Tranche.Equity] = 50_000,
        },
        600_000);

    /// <summary>
    /// 10 000 USD on default terms (trigger 0.97, floor 0.90): (0.97 − 0.88) / 0.07 is above 1, so all of it;
    /// (0.97 − 0.93) / 0.07 = 0.571428…, so 5 714.29; at the trigger itself it triggers and pays nothing.
    /// </summary>
    [Theory]
    [InlineData(0.88, 10_000, 10_000)]
    [InlineData(0.90, 10_000, 10_000)]
    [InlineData(0.93, 5_714.29, 10_000)]
    [InlineData(0.97, 0, 10_000)]
    [InlineData(0.9701, 0, 0)]
    [InlineData(1.02, 0, 0)]
    public void Depeg_pays_by_its_terms(double ratio, double claims, double triggered)
    {
        var result = Run(Peg(Stablecoin.USDC, (decimal)ratio), Cover(CoverageType.Depeg));

        Assert.Equal(((decimal)claims, (decimal)triggered), (result.ClaimsUsd, result.TriggeredUsd));
    }

    /// <summary>Chosen terms: (0.99 − 0.93) / (0.99 − 0.50) = 0.122448…</summary>
    [Fact]
    public void Depeg_pays_by_the_terms_that_were_chosen() =>
        Assert.Equal(1_224.49m, Run(Peg(Stablecoin.USDC, 0.93m), Cover(CoverageType.Depeg) with { Terms = new(0.99m, 0.50m, 4) }).ClaimsUsd);

    /// <summary>Trigger 0.95, floor 0.80: (0.95 − 0.90) / 0.15 = 1/3.</summary>
    [Theory]
    [InlineData(0.9501, 0)]
    [InlineData(0.90, 3_333.33)]
    [InlineData(0.75, 10_000)]
    public void Cex_liquidation_pays_between_its_trigger_and_floor(double ratio, double claims) =>
        Assert.Equal((decimal)claims, Run(Peg(Stablecoin.USDC, (decimal)ratio), Cover(CoverageType.CexLiquidation)).ClaimsUsd);

    [Fact]
    public void A_price_concerns_its_own_coin_and_price_triggered_types_only() => Assert.Equal(
        0,
        Run(
            Peg(Stablecoin.USDC, 0.5m),
            Cover(CoverageType.Depeg, coin: Stablecoin.DAI),
            Cover(CoverageType.Oracle),
            Cover(CoverageType.SmartContract),
            Cover(CoverageType.Bridge)).TriggeredUsd);

    /// <summary>The bridge locks on Ethereum and issues on TON: two of three policies pay 10 000 each.</summary>
    [Fact]
    public void A_failed_bridge_pays_in_full_on_both_its_chains()
    {
        var result = Run(
            new Shock { Bridges = ["multichain_eth_ton"] },
            Cover(CoverageType.Bridge, Chain.Ethereum),
            Cover(CoverageType.Bridge, Chain.TON),
            Cover(CoverageType.Bridge, Chain.Arbitrum),
            Cover(CoverageType.SmartContract, Chain.Ethereum));

        Assert.Equal(20_000, result.ClaimsUsd);
    }

    /// <summary>0.8 of smart_contract and bridge cover on the chain: 2 × 8 000.</summary>
    [Fact]
    public void A_failed_chain_pays_its_fraction_of_smart_contract_and_bridge_cover()
    {
        var result = Run(
            new Shock { Chains = new Dictionary<Chain, decimal> { [Chain.Solana] = 0.8m } },
            Cover(CoverageType.SmartContract, Chain.Solana),
            Cover(CoverageType.Bridge, Chain.Solana),
            Cover(CoverageType.Depeg, Chain.Solana),
            Cover(CoverageType.Oracle, Chain.Solana),
            Cover(CoverageType.SmartContract, Chain.Ethereum));

        Assert.Equal(16_000, result.ClaimsUsd);
    }

    [Fact]
    public void A_failed_type_pays_its_fraction_everywhere() => Assert.Equal(
        10_000,
        Run(
            new Shock { Types = new Dictionary<CoverageType, decimal> { [CoverageType.Oracle] = 0.5m } },
            Cover(CoverageType.Oracle, Chain.Ethereum),
            Cover(CoverageType.Oracle, Chain.Solana, Stablecoin.DAI),
            Cover(CoverageType.Depeg)).ClaimsUsd);

    /// <summary>In full by the bridge, 0.5 by the chain, 0.2 by the type: 10 000, not 17 000.</summary>
    [Fact]
    public void A_policy_with_several_causes_pays_once() => Assert.Equal(
        10_000,
        Run(
            new Shock
            {
                Bridges = ["celer_eth_ton", "orbit_eth_ton"],
                Chains = new Dictionary<Chain, decimal> { [Chain.Ethereum] = 0.5m },
                Types = new Dictionary<CoverageType, decimal> { [CoverageType.Bridge] = 0.2m },
            },
            Cover(CoverageType.Bridge)).ClaimsUsd);

    /// <summary>
    /// Deployed 400 000 × 0.20 × −0.5 = −40 000, 4 % of each tranche. Then claims of 60 000: EQT has 48 000 left, JNR+ bears 12 000.
    /// Capital after 900 000, reserves 600 000 − 60 000 = 540 000: ratio 0.6.
    /// Effective 36 000 · 0.9 + 96 000 · 0.8 + 144 000 · 0.7 + 240 000 · 0.6 + 384 000 · 0.5 = 546 000, coverage 273 000: LTV 0.5.
    /// </summary>
    [Fact]
    public void The_market_moves_first_and_claims_go_down_the_waterfall()
    {
        var result = StressTest.Run(
            Peg(Stablecoin.USDC, 0.88m) with { BtcMove = -0.5m },
            [Cover(CoverageType.Depeg) with { CoverageUsd = 60_000 }, Cover(CoverageType.Oracle) with { CoverageUsd = 213_000 }],
            Capital,
            Rules);

        Assert.Equal((100_000m, 60_000m, -40_000m, 0m), (result.LossUsd, result.ClaimsUsd, result.DeployedChangeUsd, result.UncoveredUsd));
        Assert.Equal([50_000, 14_000, 4_000, 6_000, 10_000, 16_000], Words<Tranche>.Members.OrderDescending().Select(t => result.LossByTrancheUsd[t]));
        Assert.Equal((900_000m, 0.5m, 0.6m), (result.CapitalAfterUsd, result.LtvAfter, result.ReserveRatioAfter));
    }

    /// <summary>A gain of 400 000 × 0.20 × 0.5 = 40 000 is a loss of −40 000.</summary>
    [Fact]
    public void Deployed_capital_can_gain()
    {
        var result = Run(new Shock { BtcMove = 0.5m });

        Assert.Equal((-40_000m, -40_000m, 1_040_000m), (result.LossUsd, result.LossByTrancheUsd.Values.Sum(), result.CapitalAfterUsd));
    }

    /// <summary>100 000 of capital and 10 000 of surplus: 60 000 × 0.20 × −0.5. What is not told is 100 000 − 50 000 of capital that is not liquid.</summary>
    [Theory]
    [InlineData(60_000.0, -6_000)]
    [InlineData(null, -5_000)]
    public void What_is_deployed_beyond_capital_falls_with_it(double? deployed, double change)
    {
        var capital = new StressCapital(new Dictionary<Tranche, decimal> { [Tranche.Equity] = 100_000 }, 50_000, (decimal?)deployed);

        Assert.Equal((decimal)change, StressTest.Run(new Shock { BtcMove = -0.5m }, [], capital, Rules).DeployedChangeUsd);
    }

    /// <summary>Three equal tranches and a change of 0.20 · 500 · −0.0001 = −0.01: a third of a cent each is nothing; the cent is borne by EQT.</summary>
    [Fact]
    public void A_change_that_does_not_divide_is_shared_whole()
    {
        var capital = new StressCapital(
            new Dictionary<Tranche, decimal> { [Tranche.Senior] = 200, [Tranche.Junior] = 200, [Tranche.Equity] = 200 }, 100);

        var result = StressTest.Run(new Shock { BtcMove = -0.0001m }, [], capital, Rules);

        Assert.Equal(0.01m, result.LossByTrancheUsd[Tranche.Equity]);
        Assert.Equal(0.01m, result.LossByTrancheUsd.Values.Sum());
    }

    /// <summary>Capital 100, claims 150: 50 is borne by nobody, and there is cover without capital.</summary>
    [Fact]
    public void What_no_tranche_bears_is_uncovered()
    {
        var result = StressTest.Run(
            Peg(Stablecoin.USDC, 0.5m),
            [Cover(CoverageType.Depeg) with { CoverageUsd = 150 }],
            new StressCapital(new Dictionary<Tranche, decimal> { [Tranche.Equity] = 100 }, 100),
            Rules);

        Assert.Equal((150m, 100m, 50m, 0m), (result.LossUsd, result.LossByTrancheUsd[Tranche.Equity], result.UncoveredUsd, result.CapitalAfterUsd));
        Assert.Null(result.LtvAfter);
        Assert.Equal(1, result.ReserveRatioAfter);
    }

    /// <summary>
    /// 10 000 each of depeg USDC at 0.88 → 1, DAI at 0.885938 → 1, USDP at 0.9482 → (0.97 − 0.9482) / 0.07 = 0.311428…, BUSD → nothing.
    /// </summary>
    [Fact]
    public void Svb_weekend_on_four_policies()
    {
        Stablecoin[] coins = [Stablecoin.USDC, Stablecoin.DAI, Stablecoin.USDP, Stablecoin.BUSD];

        var result = Run(ScenarioLibrary.Read().Find("svb-2023-03")!, [.. coins.Select(c => Cover(CoverageType.Depeg, coin: c))]);

        Assert.Equal(23_114.29m, result.LossUsd);
    }

    private static StressResult Run(Shock shock, params Cover[] covers) => StressTest.Run(shock, covers, Capital, Rules);

    private static Shock Peg(Stablecoin coin, decimal ratio) => new() { PegRatios = new Dictionary<Stablecoin, decimal> { [coin] = ratio } };

    private static Cover Cover(CoverageType type, Chain chain = Chain.Ethereum, Stablecoin coin = Stablecoin.USDC) => new(type, chain, coin, Terms: null, 10_000);
}

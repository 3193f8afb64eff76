using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Tests;

/// <summary>Each check at its limit and a cent beyond it, on a pool of 10 m (effective capital 6.99 m).</summary>
public sealed class UnderwritingTests
{
    private static readonly CapitalOptions Capital = new();
    private static readonly UnderwritingOptions Limits = new();

    /// <summary>
    /// LTV 0.85 × 6.99 m = 5 941 500; by coin 0.30 × 10 m; by chain Solana 0.10 × 10 m; by type bridge 0.15 × 10 m; stress
    /// 10 m / (0.5 × sold + cover) ≥ 1.5 with 6 m sold: cover ≤ 3 666 666.66.
    /// </summary>
    [Theory]
    [InlineData("ltv", CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 5_000_000, 941_500)]
    [InlineData("single_asset", CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDY, 0, 3_000_000)]
    [InlineData("chain", CoverageType.Depeg, Chain.Solana, Stablecoin.USDC, 0, 1_000_000)]
    [InlineData("chain", CoverageType.Depeg, Chain.Polygon, Stablecoin.USDC, 0, 2_000_000)]
    [InlineData("coverage_type", CoverageType.Bridge, Chain.Ethereum, Stablecoin.USDC, 0, 1_500_000)]
    [InlineData("coverage_type", CoverageType.Oracle, Chain.Ethereum, Stablecoin.USDC, 0, 2_000_000)]
    [InlineData("stress_buffer", CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 6_000_000, 3_666_666.66)]
    public void A_check_passes_at_its_limit_and_fails_a_cent_beyond(string check, CoverageType type, Chain chain, Stablecoin coin, double sold, double cover)
    {
        Assert.True(Check(check, new Product(type, chain, coin), (decimal)sold, (decimal)cover).Passed);
        Assert.False(Check(check, new Product(type, chain, coin), (decimal)sold, (decimal)cover + 0.01m).Passed);
    }

    /// <summary>USDC, USDT and BUSD together at most 0.50 × 10 m: 2 m USDT and 1 m BUSD leave 2 m for USDC.</summary>
    [Fact]
    public void Coins_that_fall_together_are_limited_together()
    {
        var pool = Positions.TenMillion() with
        {
            CoverageByStablecoin = new Dictionary<Stablecoin, decimal> { [Stablecoin.USDT] = 2_000_000, [Stablecoin.BUSD] = 1_000_000 },
        };
        var product = new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

        Assert.True(Check("correlated_group", product, pool, 2_000_000m).Passed);
        Assert.False(Check("correlated_group", product, pool, 2_000_000.01m).Passed);
    }

    /// <summary>Liquid reserves 1.5 m of 10 m are 0.15.</summary>
    [Theory]
    [InlineData(8_500_000, true)]
    [InlineData(8_500_000.01, false)]
    public void Reserves_must_be_liquid(double deployed, bool passes)
    {
        var product = new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);
        Assert.Equal(passes, Check("reserve_ratio", product, Positions.TenMillion(deployedUsd: (decimal)deployed), 100m).Passed);
    }

    [Fact]
    public void Nothing_is_sold_without_capital()
    {
        var empty = Positions.TenMillion() with { CashUsd = 0 };
        empty = empty with { Tranches = [.. empty.Tranches.Select(t => t with { CapitalUsd = 0 })] };

        var failed = All(new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC), empty, 100m).Where(c => !c.Passed).Select(c => c.Check).Distinct();

        Assert.Equal(["ltv", "tranche_utilization", "equity_utilization", "single_asset", "correlated_group", "chain", "coverage_type", "stress_buffer"], failed);
    }

    /// <summary>10 m / (3 m + cover) ≥ 1.5 up to a cover of 3 666 666.66, whatever is sold.</summary>
    [Fact]
    public void The_worst_stress_loss_counts_where_it_is_known()
    {
        var product = new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

        bool Passes(decimal cover) => All(product, Positions.TenMillion(coverageUsd: 1_000_000), cover, 3_000_000).Single(c => c.Check == "stress_buffer").Passed;

        Assert.True(Passes(3_666_666.66m));
        Assert.False(Passes(3_666_666.67m));
    }

    /// <summary>"With no snapshot younger than 5 min".</summary>
    [Theory]
    [InlineData(300, true)]
    [InlineData(301, false)]
    public void A_stress_loss_counts_for_five_minutes(int ageSeconds, bool counts)
    {
        var now = new DateTimeOffset(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
        var known = new MarketKnowledge(
            new Dictionary<Stablecoin, KnownPeg>(), new Dictionary<string, KnownBridge>(), [], new KnownStress(now.AddSeconds(-ageSeconds), 5m));

        Assert.Equal(counts ? 5m : null, known.WorstStressLossUsd(now, Limits));
    }

    [Fact]
    public void Each_tranche_has_its_own_utilization_limit()
    {
        var pool = Positions.TenMillion();
        pool = pool with { Tranches = [.. pool.Tranches.Select(t => t.Tranche == Tranche.Junior ? t with { CapitalUsd = 100 } : t)] };

        var failed = All(new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC), pool, 1_000m).Single(c => !c.Passed);

        // 0.15 × 1 000 on a capital of 100.
        Assert.Equal(("tranche_utilization", "SURE_JNR", 1.5m, 0.95m), (failed.Check, failed.Subject, failed.Value, failed.Limit));
    }

    private static UnderwritingCheck Check(string check, Product product, decimal sold, decimal cover) =>
        Check(check, product, Positions.TenMillion(coverageUsd: sold), cover);

    private static UnderwritingCheck Check(string check, Product product, PoolPosition pool, decimal cover) => All(product, pool, cover).Single(c => c.Check == check);

    private static IReadOnlyList<UnderwritingCheck> All(Product product, PoolPosition pool, decimal cover, decimal? worstStressLossUsd = null) =>
        Underwriting.Check(pool, new ProposedCover(product, cover, Attribution.Of(cover, Capital.LossShares)), SalesStops.None, worstStressLossUsd, Capital, Limits);
}

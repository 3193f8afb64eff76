using Sure.Contracts.Vocabulary;
using Sure.RiskService.Alerts;
using Sure.RiskService.Exposures;
using Sure.RiskService.Scenarios;
using Sure.RiskService.Stress;

namespace Sure.RiskService.Tests;

/// <summary>The smallest fall that breaches a limit. All capital, 100 000, is first-loss, of which every dollar is effective.</summary>
public sealed class ReverseStressTests
{
    private static readonly StressRules Rules = new(0.20m, new RiskCapacityOptions().RiskCapacities.AsReadOnly());

    /// <summary>LTV 0.75, reserve ratio 0.15, capital 1.00 of coverage.</summary>
    private static readonly StressLimits Limits = StressLimits.Of(new LimitOptions(), new StressOptions());

    /// <summary>
    /// 70 000 / (100 000 − L) ≥ 0.75 from L = 6 666.67 on. Of 60 000: (0.97 − p) / 0.07 ≥ 0.1111…, p ≤ 0.96222, a fall of 0.0378.
    /// </summary>
    [Fact]
    public void Ltv_limit()
    {
        var breach = Find([Stablecoin.USDC], 100_000, Limits, Depeg(Stablecoin.USDC, 60_000), Oracle(10_000));

        Assert.Equal(0.0378m, breach!.Drop);
        Assert.Equal([StressLimit.Ltv], breach.Limits);
    }

    /// <summary>
    /// Two coins of 30 000 each. Both: as one of 60 000. One: 30 000 · (0.97 − p) / 0.07 ≥ 6 666.67 from p ≤ 0.954444, a fall of 0.0456.
    /// </summary>
    [Fact]
    public void All_at_once_breaches_before_one_alone()
    {
        Cover[] covers = [Depeg(Stablecoin.USDC, 30_000), Depeg(Stablecoin.DAI, 30_000), Oracle(10_000)];

        Assert.Equal(0.0378m, Find([Stablecoin.USDC, Stablecoin.DAI], 100_000, Limits, covers)!.Drop);
        Assert.Equal(0.0456m, Find([Stablecoin.DAI], 100_000, Limits, covers)!.Drop);
        Assert.Null(Find([Stablecoin.FRAX], 100_000, Limits, covers));
    }

    /// <summary>
    /// 80 000 deployed: (20 000 − L) / (100 000 − L) ≤ 0.15 from L = 5 000 / 0.85 = 5 882.35 on. Of 30 000: p ≤ 0.956275, a fall of 0.0438.
    /// </summary>
    [Fact]
    public void Reserve_limit()
    {
        var breach = Find([Stablecoin.USDC], 20_000, Limits, Depeg(Stablecoin.USDC, 30_000));

        Assert.Equal(0.0438m, breach!.Drop);
        Assert.Equal([StressLimit.ReserveRatio], breach.Limits);
    }

    /// <summary>Without an LTV limit: 100 000 − L &lt; 90 000 from L above 10 000. Of 90 000: p &lt; 0.962222, a fall of 0.0378.</summary>
    [Fact]
    public void Capital_limit()
    {
        var breach = Find([Stablecoin.USDC], 100_000, Limits with { Ltv = 100 }, Depeg(Stablecoin.USDC, 90_000));

        Assert.Equal(0.0378m, breach!.Drop);
        Assert.Equal([StressLimit.Capital], breach.Limits);
    }

    /// <summary>All of 10 000 paid: LTV 10 000 / 90 000.</summary>
    [Fact]
    public void A_small_book_breaches_nothing() => Assert.Null(Find([Stablecoin.USDC], 100_000, Limits, Depeg(Stablecoin.USDC, 10_000)));

    /// <summary>LTV 0.80 before anything falls.</summary>
    [Fact]
    public void What_is_breached_already_needs_no_fall() => Assert.Equal(0, Find([Stablecoin.USDC], 100_000, Limits, Oracle(80_000))!.Drop);

    [Fact]
    public void An_empty_pool_breaches_nothing() =>
        Assert.Null(ReverseStress.Find(Words<Stablecoin>.Members, [], new StressCapital(new Dictionary<Tranche, decimal>(), 0), Rules, Limits));

    /// <summary>Against trying every step in turn, over books with mixed terms, tranches and deployed capital.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Bisection_finds_what_trying_every_step_finds(int seed)
    {
        var random = new Random(seed);
        Cover[] covers =
        [
            .. Enumerable.Range(0, 12).Select(i => new Cover(
                i % 3 == 0 ? CoverageType.CexLiquidation : CoverageType.Depeg,
                Chain.Base,
                i % 2 == 0 ? Stablecoin.USDC : Stablecoin.USDT,
                i % 3 == 1 ? new PolicyTerms(0.90m + (0.01m * random.Next(10)), 0.60m, 4) : null,
                random.Next(100, 6_000))),
        ];
        var capital = new StressCapital(Words<Tranche>.Members.ToDictionary(t => t, _ => (decimal)random.Next(10_000, 20_000)), random.Next(30_000, 60_000));

        var tried = Enumerable.Range(0, 10_001).Select(n => n / 10_000m).FirstOrDefault(
            drop => Limits.BreachedBy(StressTest.Run(
                new Shock { PegRatios = new Dictionary<Stablecoin, decimal> { [Stablecoin.USDC] = 1 - drop } }, covers, capital, Rules)).Count > 0,
            -1);

        Assert.Equal(tried, ReverseStress.Find([Stablecoin.USDC], covers, capital, Rules, Limits)?.Drop ?? -1);
    }

    private static Breach? Find(Stablecoin[] coins, decimal liquidUsd, StressLimits limits, params Cover[] covers) => ReverseStress.Find(
        coins, covers, new StressCapital(new Dictionary<Tranche, decimal> { [Tranche.Equity] = 100_000 }, liquidUsd), Rules, limits);

    private static Cover Depeg(Stablecoin coin, decimal coverageUsd) => new(CoverageType.Depeg, Chain.Ethereum, coin, Terms: null, coverageUsd);

    private static Cover Oracle(decimal coverageUsd) => new(CoverageType.Oracle, Chain.Ethereum, Stablecoin.PYUSD, Terms: null, coverageUsd);
}

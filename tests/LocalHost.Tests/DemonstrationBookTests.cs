using Sure.LocalHost.Demonstration;

namespace Sure.LocalHost.Tests;

/// <summary>The book must pass underwriting at every point, with room for what others sell beside it.</summary>
public class DemonstrationBookTests
{
    private static readonly Dictionary<string, decimal> ChainLimits = new(StringComparer.Ordinal)
    {
        ["Ethereum"] = 0.40m,
        ["Bitcoin"] = 0.40m,
        ["Arbitrum"] = 0.30m,
        ["Optimism"] = 0.30m,
        ["Base"] = 0.30m,
        ["Polygon"] = 0.20m,
        ["TON"] = 0.20m,
        ["Solana"] = 0.10m,
        ["Lightning"] = 0.10m,
    };

    private static readonly Dictionary<string, decimal> TypeLimits = new(StringComparer.Ordinal)
    {
        ["depeg"] = 0.50m,
        ["smart_contract"] = 0.30m,
        ["cex_liquidation"] = 0.25m,
        ["oracle"] = 0.20m,
        ["bridge"] = 0.15m,
    };

    /// <summary>All of it, though some is left over at the target.</summary>
    private static IReadOnlyList<DemonstrationPolicy> All => DemonstrationBook.Policies;

    [Fact]
    public void Is_enough_for_the_target_with_about_300_policies()
    {
        const decimal effectiveCapital = 6_990_000m;
        var covered = 0m;

        var needed = All.TakeWhile(p => (covered += p.CoverageAmount) <= DemonstrationBook.TargetLtv * effectiveCapital).Count();

        Assert.InRange(needed, 270, 350);
        Assert.True(needed < All.Count, "No policy is left in place of one that is declined.");
    }

    [Fact]
    public void No_coin_has_a_quarter_of_the_capital() =>
        Assert.All(Shares(p => p.Stablecoin), s => Assert.True(s.Share < 0.25m * 0.8m, $"{s.Subject}: {s.Share}"));

    [Fact]
    public void Chains_and_types_stay_below_their_limits()
    {
        Assert.All(Shares(p => p.Chain), s => Assert.True(s.Share < ChainLimits[s.Subject] * 0.8m, $"{s.Subject}: {s.Share}"));
        Assert.All(Shares(p => p.CoverageType), s => Assert.True(s.Share < TypeLimits[s.Subject] * 0.8m, $"{s.Subject}: {s.Share}"));
    }

    [Fact]
    public void Every_dimension_is_there_and_many_products()
    {
        Assert.Equal(5, All.Select(p => p.CoverageType).Distinct().Count());
        Assert.Equal(9, All.Select(p => p.Chain).Distinct().Count());
        Assert.Equal(14, All.Select(p => p.Stablecoin).Distinct().Count());
        Assert.True(All.Take(300).Select(p => (p.CoverageType, p.Chain, p.Stablecoin)).Distinct().Count() > 150);
    }

    [Fact]
    public void Capital_is_ten_million_in_loss_shares()
    {
        Assert.Equal(DemonstrationBook.CapitalUsd, DemonstrationBook.Deposits.Values.Sum());
        Assert.Equal([2_500_000m, 2_000_000m, 1_800_000m, 1_500_000m, 1_200_000m, 1_000_000m], DemonstrationBook.Deposits.Values);
    }

    private static IEnumerable<(string Subject, decimal Share)> Shares(Func<DemonstrationPolicy, string> by) =>
        All.GroupBy(by).Select(g => (g.Key, g.Sum(p => p.CoverageAmount) / DemonstrationBook.CapitalUsd));
}

using FsCheck;
using FsCheck.Fluent;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Tests;

public sealed class CapitalTests
{
    private static readonly CapitalOptions Options = new();

    /// <summary>100.01 × (0.25, 0.20, 0.18, 0.15, 0.12) cut to cents is 25.00 20.00 18.00 15.00 12.00; equity takes the rest.</summary>
    [Fact]
    public void Coverage_is_attributed_by_loss_share_and_cents_left_go_to_equity() =>
        Assert.Equal([25.00m, 20.00m, 18.00m, 15.00m, 12.00m, 10.01m], Words<Tranche>.Members.Select(t => Attribution.Of(100.01m, Options.LossShares)[t]));

    [Fact]
    public void What_is_attributed_adds_up_to_the_coverage() => Prop.ForAll((PositiveInt cents) =>
        Attribution.Of(cents.Get / 100m, Options.LossShares).Values.Sum() == cents.Get / 100m).QuickCheckThrowOnFailure();

    [Fact]
    public void Effective_capital_weighs_each_tranche_by_its_risk_capacity() =>
        Assert.Equal(6_990_000m, Positions.TenMillion().EffectiveCapitalUsd(Options));

    [Fact]
    public void Ltv_is_coverage_over_effective_capital()
    {
        Assert.Equal(0m, Positions.TenMillion().Ltv(Options));
        Assert.Equal(0.5m, Positions.TenMillion(coverageUsd: 3_495_000m).Ltv(Options));
    }

    [Fact]
    public void Coverage_without_capital_has_no_ltv()
    {
        var ruined = Positions.TenMillion(coverageUsd: 1000);
        Assert.Null((ruined with { Tranches = [.. ruined.Tranches.Select(t => t with { CapitalUsd = 0 })] }).Ltv(Options));
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, 100, 1)]
    [InlineData(200, 100, 0.5)]
    [InlineData(50, 100, 1)]
    public void Utilization_is_at_most_one(double capital, double coverage, double expected) =>
        Assert.Equal((decimal)expected, new TranchePosition(Tranche.Senior, (decimal)capital, (decimal)coverage).Utilization);

    [Fact]
    public void Deployed_capital_is_no_liquid_reserve()
    {
        var pool = Positions.TenMillion(deployedUsd: 6_000_000m) with { UnearnedPremiumUsd = 100_000m, ClaimsPayableUsd = 50_000m };

        Assert.Equal(3_850_000m, pool.LiquidReservesUsd);
        Assert.Equal(0.385m, pool.ReserveRatio);
    }

    /// <summary>What tranches have no part in – a surplus of 250 000 – is deployed as well, and whoever is told the figures cannot tell it from the rest.</summary>
    [Fact]
    public void Others_are_told_what_is_deployed()
    {
        var figures = TrancheReport.Figures(Positions.TenMillion() with { CashUsd = 4_000_000m, DeployedUsd = 6_250_000m }, Options);

        Assert.Equal((10_000_000m, 4_000_000m, 6_250_000m), (figures.TotalCapitalUsd, figures.LiquidReservesUsd, figures.DeployedUsd));
    }

    /// <summary>Claims that wait for this cash left 1 m to the tranches; of 6 m lost 1 m is theirs and 5 m nobody's.</summary>
    [Fact]
    public void A_loss_of_deployed_capital_beyond_all_capital_is_a_shortfall_and_leaves_no_tranche_owing()
    {
        var pool = Positions.TenMillion();
        pool = pool with { Tranches = [.. pool.Tranches.Select(t => t with { CapitalUsd = t.CapitalUsd / 10 })], DeployedUsd = 6_000_000m, ClaimsPayableUsd = 9_000_000m };

        var entry = Deployment.EntryOf(DeploymentDirection.Return, 6_000_000m, -6_000_000m, pool, DateTimeOffset.UnixEpoch);

        Assert.Equal(-6_000_000m, entry.Postings.Single(p => p.Account == Account.Deployed).AmountUsd);
        Assert.Equal(5_000_000m, entry.Postings.Single(p => p.Account == Account.Shortfall).AmountUsd);
        Assert.All(pool.Tranches, t => Assert.Equal(t.CapitalUsd, entry.Postings.Single(p => p.Account == Account.Capital(t.Tranche)).AmountUsd));
        Assert.Equal(8, entry.Postings.Count);
    }

    /// <summary>Of 600.00 in six equal parts 599.99 is 99.998… each: 99.99 cut to cents, and 5 cents that no tranche can bear together.</summary>
    [Fact]
    public void A_loss_that_leaves_a_cent_leaves_no_tranche_owing() =>
        Assert.Equal([0m, 0m, 0m, 0m, 0m, 0.01m], AfterReturn(-599.99m, [100m, 100m, 100m, 100m, 100m, 100m]).Order());

    [Fact]
    public void A_loss_of_nearly_all_capital_is_borne_to_the_cent_by_those_who_have_it() => Prop.ForAll(
        Gen.Choose(0, 100_000).ArrayOf(Words<Tranche>.Members.Count).ToArbitrary(),
        Gen.Choose(1, 20).ToArbitrary(),
        (cents, left) =>
        {
            var capital = cents.Select(c => c / 100m).ToList();
            var loss = Math.Max(0, capital.Sum() - (left / 100m));
            var after = AfterReturn(-loss, capital);
            return after.All(c => c >= 0) && after.Sum() == capital.Sum() - loss;
        }).QuickCheckThrowOnFailure();

    /// <summary>What the tranches have once 10 000 USD came back with <paramref name="gain"/>, in order of seniority.</summary>
    private static List<decimal> AfterReturn(decimal gain, IReadOnlyList<decimal> capital)
    {
        var pool = Positions.TenMillion(deployedUsd: 10_000m);
        pool = pool with { Tranches = [.. pool.Tranches.Zip(capital, (t, c) => t with { CapitalUsd = c })] };
        var entry = Deployment.EntryOf(DeploymentDirection.Return, 10_000m, gain, pool, DateTimeOffset.UnixEpoch);
        return [.. pool.Tranches.Select(t => t.CapitalUsd - entry.Postings.Where(p => p.Account == Account.Capital(t.Tranche)).Sum(p => p.AmountUsd))];
    }
}

using FsCheck;
using FsCheck.Fluent;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Breaker;
using Sure.UtilizationService.Capital;

namespace Sure.UtilizationService.Tests;

/// <summary>Who bears a loss, and when it is too great.</summary>
public sealed class LossWaterfallTests
{
    private static readonly Config Thorough = Config.QuickThrowOnFailure.WithMaxTest(1_000);

    /// <summary>Capital from first loss to last: 50, 50, 100, 150, 250, 400.</summary>
    private static readonly IReadOnlyList<TranchePosition> Stack = StackOf([50, 50, 100, 150, 250, 400]);

    /// <summary>Loss; then what EQT, JNR+, JNR, MEZZ, SNR and BTC bear; then what nobody does.</summary>
    [Theory]
    [InlineData(0, 0, 0, 0, 0, 0, 0, 0)]
    [InlineData(30, 30, 0, 0, 0, 0, 0, 0)]
    [InlineData(50, 50, 0, 0, 0, 0, 0, 0)]
    [InlineData(120, 50, 50, 20, 0, 0, 0, 0)]
    [InlineData(350, 50, 50, 100, 150, 0, 0, 0)]
    [InlineData(600, 50, 50, 100, 150, 250, 0, 0)]
    [InlineData(700, 50, 50, 100, 150, 250, 100, 0)]
    [InlineData(1000, 50, 50, 100, 150, 250, 400, 0)]
    [InlineData(1200, 50, 50, 100, 150, 250, 400, 200)]
    public void Junior_tranches_bear_a_loss_before_senior_ones(int loss, int equity, int juniorPlus, int junior, int mezzanine, int senior, int bitcoin, int shortfall)
    {
        var split = LossWaterfall.Split(loss, Stack);

        Assert.Equal([equity, juniorPlus, junior, mezzanine, senior, bitcoin], Words<Tranche>.Members.OrderDescending().Select(t => split.BorneUsd[t]));
        Assert.Equal(shortfall, split.ShortfallUsd);
    }

    [Fact]
    public void A_loss_is_borne_whole_and_no_senior_tranche_is_touched_while_a_junior_one_has_capital() => Prop.ForAll(
        Amounts(6).ToArbitrary(),
        Amounts(1).ToArbitrary(),
        (capital, loss) =>
        {
            var stack = StackOf(capital);
            var split = LossWaterfall.Split(loss[0], stack);
            var left = stack.ToDictionary(t => t.Tranche, t => t.CapitalUsd - split.BorneUsd[t.Tranche]);
            return split.TotalBorneUsd + split.ShortfallUsd == loss[0]
                && left.Values.All(l => l >= 0)
                && (split.ShortfallUsd == 0 || left.Values.All(l => l == 0))
                && stack.All(senior => split.BorneUsd[senior.Tranche] == 0 || left.Where(j => j.Key > senior.Tranche).All(j => j.Value == 0));
        }).Check(Thorough);

    [Fact]
    public void Bearing_one_loss_after_another_is_bearing_their_sum() => Prop.ForAll(
        Amounts(6).ToArbitrary(),
        Amounts(2).ToArbitrary(),
        (capital, losses) =>
        {
            var first = LossWaterfall.Split(losses[0], StackOf(capital));
            var between = StackOf(capital).Select(t => t with { CapitalUsd = t.CapitalUsd - first.BorneUsd[t.Tranche] }).ToList();
            var second = LossWaterfall.Split(losses[1], between);
            var whole = LossWaterfall.Split(losses[0] + losses[1], StackOf(capital));
            return whole.BorneUsd.All(b => b.Value == first.BorneUsd[b.Key] + second.BorneUsd[b.Key])
                && whole.ShortfallUsd == first.ShortfallUsd + second.ShortfallUsd;
        }).Check(Thorough);

    /// <summary>10 m of capital: 10 % is 1 m. Tranche limits are out of the way.</summary>
    [Theory]
    [InlineData(100_000_000, false)]
    [InlineData(100_000_001, true)]
    public void The_breaker_trips_when_the_losses_of_a_day_exceed_a_tenth_of_the_capital_before_them(int cents, bool trips)
    {
        var losses = cents / 100m;
        var options = new BreakerOptions { TrancheLossMax = 1m };
        var pool = Positions.TenMillion();

        Assert.Equal(trips, CircuitBreaker.WhyTrip(pool, pool, LossWaterfall.Split(0, pool.Tranches), new RecentLosses(losses, 10_000_000m), options) is not null);
    }

    /// <summary>Equity holds 1 m: 20 % is 200 000.</summary>
    [Theory]
    [InlineData(20_000_000, false)]
    [InlineData(20_000_001, true)]
    public void The_breaker_trips_when_one_payout_takes_more_than_a_fifth_of_a_tranche(int cents, bool trips)
    {
        var loss = cents / 100m;
        var pool = Positions.TenMillion();

        Assert.Equal(trips, CircuitBreaker.WhyTrip(pool, pool, LossWaterfall.Split(loss, pool.Tranches), new RecentLosses(loss, 10_000_000m), new BreakerOptions()) is not null);
    }

    /// <summary>50 000 is half a per cent of 10 m, less than the 1 % that counts.</summary>
    [Fact]
    public void A_tranche_that_holds_next_to_nothing_does_not_trip_the_breaker()
    {
        var pool = Positions.TenMillion();
        pool = pool with { Tranches = [.. pool.Tranches.Select(t => t.Tranche is Tranche.Equity ? t with { CapitalUsd = 50_000m } : t)] };

        Assert.Null(CircuitBreaker.WhyTrip(pool, pool, LossWaterfall.Split(50_000m, pool.Tranches), new RecentLosses(50_000m, 10_000_000m), new BreakerOptions()));
    }

    [Fact]
    public void The_breaker_trips_when_capital_falls_below_coverage()
    {
        var before = Positions.TenMillion(coverageUsd: 9_999_999m);
        var after = before with { Tranches = [.. before.Tranches.Select(t => t.Tranche is Tranche.Equity ? t with { CapitalUsd = t.CapitalUsd - 2m } : t)] };

        Assert.NotNull(CircuitBreaker.WhyTrip(before, after, LossWaterfall.Split(2m, before.Tranches), new RecentLosses(2m, 10_000_000m), new BreakerOptions()));
    }

    /// <summary>Cents, of which many are zero.</summary>
    private static Gen<decimal[]> Amounts(int count) =>
        Gen.OneOf(Gen.Constant(0m), Gen.Choose(1, 100_000_000).Select(c => c / 100m)).ArrayOf(count);

    /// <summary>Capital from first loss to last.</summary>
    private static IReadOnlyList<TranchePosition> StackOf(decimal[] capital) =>
        [.. Words<Tranche>.Members.Select(t => new TranchePosition(t, capital[^((int)t + 1)], CoverageUsd: 0))];
}

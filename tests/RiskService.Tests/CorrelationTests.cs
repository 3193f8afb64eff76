using Sure.Contracts.Vocabulary;
using Sure.RiskService.Correlation;

namespace Sure.RiskService.Tests;

/// <summary>Correlations of hourly log returns; every expectation is worked out by hand.</summary>
public sealed class CorrelationTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    private static readonly CorrelationOptions ThreeReturns = new() { LeastSharedReturns = 3 };

    /// <summary>
    /// Log returns in units of ln 2: USDC 1, 2, −3; USDT 1, 0, −1; DAI −1, −2, 3; each of mean 0. USDC with USDT: (1 + 0 + 3) / √(14 · 2) =
    /// 0.755929; DAI is USDC upside down: −1, and −0.755929 with USDT. Mean of the absolutes: (2 · 0.755929 + 1) / 3 = 0.837286.
    /// </summary>
    [Fact]
    public void Three_coins()
    {
        var matrix = CorrelationMatrix.Of(
            [.. Series(Stablecoin.USDC, 1, 2, 8, 1), .. Series(Stablecoin.USDT, 1, 2, 2, 1), .. Series(Stablecoin.DAI, 1, 0.5, 0.125, 1)], ThreeReturns);

        Assert.Equal(
            [(Stablecoin.USDC, Stablecoin.USDT, 0.755929, 3), (Stablecoin.USDC, Stablecoin.DAI, -1, 3), (Stablecoin.USDT, Stablecoin.DAI, -0.755929, 3)],
            matrix.Pairs.Select(p => (p.First, p.Second, Math.Round(p.Coefficient, 6), p.SharedReturns)));
        Assert.Equal(0.837286, matrix.MeanAbsolute!.Value, 6);
        Assert.Equal(CorrelationRegime.High, matrix.Regime);
    }

    /// <summary>Of moves of a basis point as of any other: returns +d, −d, +d, −d against +d, +d, −d, −d have nothing in common.</summary>
    [Fact]
    public void Small_moves_count_as_large_ones_do()
    {
        const double Up = 1.0001;
        var matrix = CorrelationMatrix.Of(
            [.. Series(Stablecoin.USDC, 1, Up, 1, Up, 1), .. Series(Stablecoin.USDT, 1, Up, Up * Up, Up, 1)], ThreeReturns);

        Assert.Equal(0, Assert.Single(matrix.Pairs).Coefficient, 6);
        Assert.Equal(CorrelationRegime.Low, matrix.Regime);
    }

    /// <summary>49 hours are 48 returns, 48 hours 47.</summary>
    [Theory]
    [InlineData(49, 1)]
    [InlineData(48, 0)]
    public void A_pair_needs_48_shared_returns(int hours, int pairs)
    {
        double[] ratios = [.. Enumerable.Range(0, hours).Select(h => h % 2 == 0 ? 1.0 : 0.999)];

        var matrix = CorrelationMatrix.Of([.. Series(Stablecoin.USDC, ratios), .. Series(Stablecoin.USDT, ratios)], new CorrelationOptions());

        Assert.Equal(pairs, matrix.Pairs.Count);
        Assert.Equal(pairs == 1 ? CorrelationRegime.High : CorrelationRegime.Medium, matrix.Regime);
    }

    /// <summary>Without the hour in the middle of five there are two returns left of four.</summary>
    [Fact]
    public void There_is_no_return_over_a_gap()
    {
        HourlyPeg[] whole = [.. Series(Stablecoin.USDC, 1, 2, 1, 2, 1)];
        HourlyPeg[] other = [.. Series(Stablecoin.USDT, 1, 2, 1, 2, 1)];

        var matrix = CorrelationMatrix.Of([.. whole.Where(p => p.Hour != Start.AddHours(2)), .. other], new CorrelationOptions { LeastSharedReturns = 2 });

        Assert.Equal(2, Assert.Single(matrix.Pairs).SharedReturns);
    }

    [Fact]
    public void A_coin_that_never_moves_correlates_with_nothing()
    {
        var matrix = CorrelationMatrix.Of([.. Series(Stablecoin.USDC, 1, 1, 1, 1), .. Series(Stablecoin.USDT, 1, 2, 2, 1)], ThreeReturns);

        Assert.Empty(matrix.Pairs);
        Assert.Null(matrix.MeanAbsolute);
        Assert.Equal(CorrelationRegime.Medium, matrix.Regime);
    }

    [Theory]
    [InlineData(0.71, CorrelationRegime.High)]
    [InlineData(0.70, CorrelationRegime.Medium)]
    [InlineData(0.41, CorrelationRegime.Medium)]
    [InlineData(0.40, CorrelationRegime.Low)]
    public void The_regime_changes_above_its_limits(double mean, CorrelationRegime regime) =>
        Assert.Equal(regime, CorrelationMatrix.RegimeOf(mean, new CorrelationOptions()));

    private static IEnumerable<HourlyPeg> Series(Stablecoin coin, params double[] ratios) =>
        ratios.Select((r, i) => new HourlyPeg(coin, Start.AddHours(i), (decimal)r));
}

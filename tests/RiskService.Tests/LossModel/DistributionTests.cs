using System.Runtime.Intrinsics;
using Sure.RiskService.LossModel;

namespace Sure.RiskService.Tests.LossModel;

/// <summary>The numerical ground the loss model stands on, against published values.</summary>
public sealed class DistributionTests
{
    /// <summary>Known answers of Random123 1.14, tests/kat_vectors, "philox4x32 10": counter, key, words.</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0ul, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xfffffffffffffffful, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0x299f31d0a4093822ul, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void Philox_answers_its_published_vectors(uint c0, uint c1, uint c2, uint c3, ulong key, uint x0, uint x1, uint x2, uint x3) =>
        Assert.Equal((x0, x1, x2, x3), Philox.Words(c0, c1, c2, c3, key));

    [Fact]
    public void Philox_gives_the_same_words_in_lanes()
    {
        const ulong Key = 0x299f31d0a4093822;
        var (x0, x1, x2, x3) = Philox.Lanes(Vector256.Create(4_000_000_000u) + Vector256<uint>.Indices, 7, 3, Key);

        for (var lane = 0; lane < Vector256<uint>.Count; lane++)
        {
            Assert.Equal(
                Philox.Words(4_000_000_000u + (uint)lane, 7, 3, 0, Key), (x0[lane], x1[lane], x2[lane], x3[lane]));
        }
    }

    /// <summary>Both ends, where the logarithm is least and greatest, and steps of a prime between them.</summary>
    [Fact]
    public void Exponentials_and_directions_are_those_of_the_mathematics_library()
    {
        foreach (var word in Steps().Concat([0u, 1u, 2u, uint.MaxValue - 1, uint.MaxValue]))
        {
            // The uniform number as single precision holds it.
            var exponential = -Math.Log(((word >> 1) + 0.5f) * BoxMuller.Cell);
            // A turn is 2³² words; the upper two bits choose the middle of a quadrant.
            var turn = ((((word & 0x3FFFFFFF) ^ 0x20000000) - (double)0x20000000 + 0.5) / 4294967296.0) + (0.25 * (word >> 30));
            var (sine, cosine) = BoxMuller.Direction(Vector256.Create(word));

            Assert.Equal(exponential, BoxMuller.Exponential(Vector256.Create(word))[0], (3e-7 * exponential) + 1e-12);
            Assert.Equal(double.SinPi(2 * turn), sine[0], 3e-7);
            Assert.Equal(double.CosPi(2 * turn), cosine[0], 3e-7);
        }

        static IEnumerable<uint> Steps()
        {
            for (var word = 0UL; word <= uint.MaxValue; word += 1_000_003)
                yield return (uint)word;
        }
    }

    [Fact]
    public void No_event_is_ruled_out_by_the_bound_of_the_normal_distribution()
    {
        for (var z = -13f; z < 7; z += 0.000_37f)
        {
            // The last cell whose middle is not above Φ(z), where one is.
            var last = Math.Floor((NormalDistribution.Cdf(z) * (1u << 31)) - 0.5);
            if (last >= 0)
                Assert.Equal(0xFFu, NormalBound.Possible(Vector256.Create(z), Vector256.Create(2 * (uint)Math.Min(last, int.MaxValue))));
            if (z < -4)
                Assert.Equal(0u, NormalBound.Possible(Vector256.Create(z), Vector256.Create(uint.MaxValue / 1000)));
        }
    }

    /// <summary>Quantiles of NIST/SEMATECH e-Handbook 1.3.6.7.1 and, beyond four digits, of Wichura (1988), table of test values.</summary>
    [Theory]
    [InlineData(0.25, -0.6744897501960817)]
    [InlineData(0.001, -3.090232306167814)]
    [InlineData(1e-20, -9.262340089798408)]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.99, 2.326347874040841)]
    public void Normal_quantiles_are_the_published_ones(double p, double x)
    {
        Assert.Equal(x, NormalDistribution.Quantile(p), 1e-13 * Math.Abs(x));
        Assert.Equal(p, NormalDistribution.Cdf(x), 1e-12 * p);
    }

    [Fact]
    public void The_table_of_the_normal_distribution_agrees_with_the_series()
    {
        for (var x = -8.9; x < 6; x += 0.00137)
        {
            var exact = NormalDistribution.Cdf(x);
            Assert.Equal(exact, NormalTable.Cdf(x), 1e-9 * exact);
        }
    }

    /// <summary>NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, critical values of Student's t (three decimals).</summary>
    [Theory]
    [InlineData(1, 0.975, 12.706)]
    [InlineData(4, 0.90, 1.533)]
    [InlineData(4, 0.95, 2.132)]
    [InlineData(4, 0.975, 2.776)]
    [InlineData(4, 0.99, 3.747)]
    [InlineData(4, 0.999, 7.173)]
    [InlineData(10, 0.975, 2.228)]
    [InlineData(100, 0.99, 2.364)]
    public void Student_quantiles_are_the_published_ones(double freedom, double p, double x)
    {
        Assert.Equal(x, new StudentDistribution(freedom).Quantile(p), 0.0005);
        Assert.Equal(-x, new StudentDistribution(freedom).Quantile(1 - p), 0.0005);
    }

    /// <summary>With four degrees of freedom the distribution function is ½ + ¾(s − s³/3), s = x/√(x² + 4): Shaw, J. Comput. Finance 9(4), 2006, §4.</summary>
    [Fact]
    public void Student_with_four_degrees_of_freedom_has_its_closed_form()
    {
        foreach (var p in new[] { 1e-6, 2.5e-5, 0.001, 0.02, 0.3 })
        {
            var x = new StudentDistribution(4).Quantile(p);
            var s = x / Math.Sqrt((x * x) + 4);
            // The closed form cancels in the tail: its own rounding bounds the agreement.
            Assert.Equal(p, 0.5 + (0.75 * (s - (s * s * s / 3))), 1e-14);
        }
    }

    /// <summary>Mean α/(α+β), variance αβ/((α+β)²(α+β+1)), third central moment 2αβ(β−α)/((α+β)³(α+β+1)(α+β+2)): Johnson, Kotz, Balakrishnan, vol. 2, ch. 25.</summary>
    [Theory]
    [InlineData(0.35)]
    [InlineData(0.45)]
    [InlineData(0.50)]
    [InlineData(0.60)]
    [InlineData(0.80)]
    public void Severities_have_the_moments_of_the_beta_distribution(double mean)
    {
        var (a, b) = (10 * mean, 10 * (1 - mean));
        var table = new SeverityTable(new BetaDistribution(a, b));
        const int Points = 200_000;
        var draws = Enumerable.Range(0, Points).Select(i => table.At((i + 0.5) / Points)).ToList();

        Assert.Equal(mean, draws.Average(), 1e-7);
        Assert.Equal(a * b / (100 * 11), draws.Average(x => Math.Pow(x - mean, 2)), 1e-6);
        Assert.Equal(2 * a * b * (b - a) / (1000 * 11 * 12), draws.Average(x => Math.Pow(x - mean, 3)), 1e-6);
        Assert.Equal(draws.Order(), draws);
    }

    /// <summary>The table against the inverse itself, from the smallest uniform number to the greatest, for narrow, wide and U-shaped severities.</summary>
    [Theory]
    [InlineData(3.5, 6.5)]
    [InlineData(8, 2)]
    [InlineData(990, 10)]
    [InlineData(0.99, 0.01)]
    [InlineData(0.01, 0.99)]
    [InlineData(1, 1)]
    public void The_severity_table_is_the_inverse_of_the_beta_distribution(double alpha, double beta)
    {
        var distribution = new BetaDistribution(alpha, beta);
        var table = new SeverityTable(distribution);
        double[] ends = [Math.ScaleB(1, -53), 1e-12, 1e-6, 1 - 1e-6, 1 - 1e-12, 1 - Math.ScaleB(1, -53)];
        foreach (var u in Enumerable.Range(1, 999).Select(i => i / 1000.0).Concat(ends))
        {
            var drawn = table.At(u);
            // Near 1 only the distance from it is precise.
            var exact = u < 0.5 ? distribution.Quantile(u) : 1 - new BetaDistribution(beta, alpha).Quantile(1 - u);
            Assert.Equal(exact, drawn, 1e-6);
            Assert.InRange(drawn, 0, 1);
        }
    }

    /// <summary>Integer shapes: I_x(a, b) is a binomial tail, NIST DLMF 8.17.5.</summary>
    [Theory]
    [InlineData(8, 2, 0.7)]
    [InlineData(5, 5, 0.1)]
    [InlineData(6, 4, 0.95)]
    public void The_incomplete_beta_function_is_the_binomial_tail(int a, int b, double x)
    {
        var n = a + b - 1;
        var (tail, choose) = (0.0, 1.0);
        for (var j = 0; j <= n; j++)
        {
            tail += j >= a ? choose * Math.Pow(x, j) * Math.Pow(1 - x, n - j) : 0;
            choose = choose * (n - j) / (j + 1);
        }

        Assert.Equal(tail, new BetaDistribution(a, b).Cdf(x), 1e-13);
        Assert.Equal(x, new BetaDistribution(a, b).Quantile(tail), 1e-12);
    }
}

namespace Sure.RiskService.LossModel;

/// <summary>The standard normal distribution.</summary>
internal static class NormalDistribution
{
    private const double InverseRootTwoPi = 0.39894228040143267794;

    /// <summary>From here outward the continued fraction converges faster than the series.</summary>
    private const double SeriesUpTo = 3;

    /// <summary>Density at <paramref name="x"/>.</summary>
    public static double Density(double x) => InverseRootTwoPi * Math.Exp(-0.5 * x * x);

    /// <summary>
    /// Probability of a value of at most <paramref name="x"/>, to about 14 digits relative also in the lower tail: the series
    /// ½ + φ(x)(x + x³/3 + x⁵/(3·5) + …) in the middle (G. Marsaglia, "Evaluating the normal distribution", J. Stat. Software 11(4), 2004),
    /// Laplace's continued fraction of Mills' ratio outside (NIST DLMF 7.9.1).
    /// </summary>
    public static double Cdf(double x)
    {
        if (Math.Abs(x) > SeriesUpTo)
        {
            return x < 0 ? LowerTail(-x) : 1 - LowerTail(x);
        }

        var (sum, term) = (x, x);
        for (var odd = 3; Math.Abs(term) > 1e-18; odd += 2)
        {
            term *= x * x / odd;
            sum += term;
        }

        return 0.5 + (Density(x) * sum);
    }

    /// <summary>
    /// The x that is not exceeded with probability <paramref name="p"/>, 0 &lt; p &lt; 1; to about 16 digits.
    /// Source: M. J. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988), PPND16.
    /// </summary>
    public static double Quantile(double p)
    {
        if (p is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability strictly between 0 and 1 is needed.");

        const double Central = 0.425;
        var q = p - 0.5;
        if (Math.Abs(q) <= Central)
        {
            var r = (Central * Central) - (q * q);
            return q * Ratio(r, CentralNumerator, CentralDenominator);
        }

        const double Near = 5;
        var tail = Math.Sqrt(-Math.Log(q < 0 ? p : 1 - p));
        var x = tail <= Near ? Ratio(tail - 1.6, NearNumerator, NearDenominator) : Ratio(tail - Near, FarNumerator, FarDenominator);
        return q < 0 ? -x : x;
    }

    private static double LowerTail(double x)
    {
        // x + 1/(x + 2/(x + 3/(x + …))), evaluated from the inside; from 3 on 120 levels are beyond what a double holds.
        var fraction = x;
        for (var level = 120; level >= 1; level--)
            fraction = x + (level / fraction);

        return Density(x) / fraction;
    }

    private static double Ratio(double r, ReadOnlySpan<double> numerator, ReadOnlySpan<double> denominator)
    {
        var (above, below) = (0.0, 0.0);
        for (var power = numerator.Length - 1; power >= 0; power--)
        {
            above = (above * r) + numerator[power];
            below = (below * r) + denominator[power];
        }

        return above / below;
    }

    private static ReadOnlySpan<double> CentralNumerator =>
    [
        3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
        4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
    ];

    private static ReadOnlySpan<double> CentralDenominator =>
    [
        1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
        2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
    ];

    private static ReadOnlySpan<double> NearNumerator =>
    [
        1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
        1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
    ];

    private static ReadOnlySpan<double> NearDenominator =>
    [
        1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
        1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
    ];

    private static ReadOnlySpan<double> FarNumerator =>
    [
        6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
        2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
    ];

    private static ReadOnlySpan<double> FarDenominator =>
    [
        1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
        7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
    ];
}

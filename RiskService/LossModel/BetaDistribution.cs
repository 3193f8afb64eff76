namespace Sure.RiskService.LossModel;

/// <summary>The beta distribution on 0 … 1 with shapes <paramref name="Alpha"/> and <paramref name="Beta"/>, both positive.</summary>
internal readonly record struct BetaDistribution(double Alpha, double Beta)
{
    private const int MostSteps = 200;

    /// <summary>The distribution with mean <paramref name="mean"/> (0 … 1, exclusive) and variance mean (1 − mean)/(precision + 1).</summary>
    public static BetaDistribution Of(double mean, double precision) => new(precision * mean, precision * (1 - mean));

    /// <summary>−ln B(α, β).</summary>
    private double LogScale { get; } = LogGamma(Alpha + Beta) - LogGamma(Alpha) - LogGamma(Beta);

    /// <summary>Mean α/(α + β).</summary>
    public double Mean => Alpha / (Alpha + Beta);

    /// <summary>Density at <paramref name="x"/>, 0 &lt; x &lt; 1.</summary>
    public double Density(double x) => Math.Exp(((Alpha - 1) * Math.Log(x)) + ((Beta - 1) * double.LogP1(-x)) + LogScale);

    /// <summary>
    /// Probability of a value of at most <paramref name="x"/>: the regularised incomplete beta function I_x(α, β) by its continued fraction
    /// (NIST DLMF 8.17.22) with Lentz's evaluation, from the end where the fraction converges fast.
    /// </summary>
    public double Cdf(double x)
    {
        if (x <= 0)
            return 0;
        if (x >= 1)
            return 1;

        return x < (Alpha + 1) / (Alpha + Beta + 2) ? LowerPart(Alpha, Beta, x) : 1 - LowerPart(Beta, Alpha, 1 - x);
    }

    /// <summary>The x that is not exceeded with probability <paramref name="p"/>: Newton's method kept inside a shrinking bracket.</summary>
    public double Quantile(double p) => Quantile(p, Mean);

    /// <summary>The same from a first guess strictly between 0 and 1.</summary>
    public double Quantile(double p, double guess)
    {
        if (p <= 0)
            return 0;
        if (p >= 1)
            return 1;

        var (low, high, x) = (0.0, 1.0, guess);
        for (var step = 0; step < MostSteps; step++)
        {
            var excess = Cdf(x) - p;
            if (excess > 0)
                high = x;
            else
                low = x;

            var next = x - (excess / Density(x));
            // The comparison is written so that a NaN counts as outside.
            if (!(next > low && next < high))
                next = (low + high) / 2;
            if (Math.Abs(next - x) <= 4e-16 * x || next == low || next == high)
                return next;
            x = next;
        }

        return x;
    }

    /// <summary>I_x(a, b) where the fraction converges fast; a and b are the shapes in either order.</summary>
    private double LowerPart(double a, double b, double x)
    {
        const double Tiny = 1e-300;
        var c = 1.0;
        var d = 1 / Away(1 - ((a + b) * x / (a + 1)));
        var fraction = d;
        for (var m = 1; m <= 500; m++)
        {
            var even = m * (b - m) * x / ((a + (2 * m) - 1) * (a + (2 * m)));
            d = 1 / Away(1 + (even * d));
            c = Away(1 + (even / c));
            fraction *= d * c;
            var odd = -(a + m) * (a + b + m) * x / ((a + (2 * m)) * (a + (2 * m) + 1));
            d = 1 / Away(1 + (odd * d));
            c = Away(1 + (odd / c));
            fraction *= d * c;
            if (Math.Abs((d * c) - 1) < 1e-16)
                break;
        }

        return Math.Exp((a * Math.Log(x)) + (b * double.LogP1(-x)) + LogScale) * fraction / a;

        static double Away(double value) => Math.Abs(value) < Tiny ? Tiny : value;
    }

    /// <summary>
    /// ln Γ(x), x &gt; 0, to about 15 digits: C. Lanczos, "A precision approximation of the gamma function", SIAM J. Numer. Anal. B 1 (1964), with
    /// g = 7 and the nine coefficients of P. Godfrey (2001).
    /// </summary>
    internal static double LogGamma(double x)
    {
        ReadOnlySpan<double> coefficients =
        [
            0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
            12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
        ];
        const double G = 7;
        if (x < 0.5)
            return Math.Log(Math.PI / Math.Sin(Math.PI * x)) - LogGamma(1 - x);

        var z = x - 1;
        var sum = coefficients[0];
        for (var i = 1; i < coefficients.Length; i++)
            sum += coefficients[i] / (z + i);
        var t = z + G + 0.5;
        return (0.5 * Math.Log(2 * Math.PI)) + ((z + 0.5) * Math.Log(t)) - t + Math.Log(sum);
    }
}

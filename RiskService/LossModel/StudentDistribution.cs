namespace Sure.RiskService.LossModel;

/// <summary>Student's t distribution with <paramref name="Freedom"/> degrees of freedom, &gt; 0.</summary>
internal readonly record struct StudentDistribution(double Freedom)
{
    /// <summary>Probability of a value of at most <paramref name="x"/>: ½ I(ν/(ν+x²); ν/2, ½) below 0 (Abramowitz and Stegun 26.7.1, 26.5.27).</summary>
    public double Cdf(double x)
    {
        var tail = 0.5 * new BetaDistribution(Freedom / 2, 0.5).Cdf(Freedom / (Freedom + (x * x)));
        return x < 0 ? tail : 1 - tail;
    }

    /// <summary>The x that is not exceeded with probability <paramref name="p"/>, 0 &lt; p &lt; 1.</summary>
    public double Quantile(double p)
    {
        if (p is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(p), p, "A probability strictly between 0 and 1 is needed.");

        var tail = Math.Min(p, 1 - p);
        var share = new BetaDistribution(Freedom / 2, 0.5).Quantile(2 * tail);
        var x = Math.Sqrt(Freedom * ((1 / share) - 1));
        return p < 0.5 ? -x : x;
    }
}

namespace Sure.RiskService.LossModel;

/// <summary>Figures of a sample of losses and their standard errors. Sums run in the order of the losses, so that they never depend on threads.</summary>
internal static class LossStatistics
{
    private const int HistogramBins = 50;

    /// <summary>Mean, with the sample's standard deviation over √n.</summary>
    public static Estimate Mean(ReadOnlySpan<double> losses)
    {
        var mean = Sum(losses) / losses.Length;
        return new Estimate(mean, Math.Sqrt(Variance(losses, mean) / losses.Length));
    }

    /// <summary>Index in ascending order, from 0, of the ⌈q·n⌉-th smallest. A decimal, since 0.95 times 100 000 must not be a little more than 95 000.</summary>
    public static int Rank(decimal q, int n) => (int)Math.Ceiling(q * n) - 1;

    /// <summary>The part of the sample that <see cref="Var"/> and <see cref="Cvar"/> of <paramref name="q"/> and of what is above it need.</summary>
    public static UpperTail Tail(ReadOnlySpan<double> losses, decimal q) =>
        UpperTail.From(losses, Math.Max(0, Rank(q, losses.Length) - Spread(q, losses.Length)));

    /// <summary>
    /// The ⌈q·n⌉-th smallest. The number of losses below the true quantile is binomial, with standard deviation s = √(n q (1 − q)); half the distance
    /// between the order statistics s ranks to either side is the standard error (H. A. David, H. N. Nagaraja, "Order Statistics", 3rd ed., 2003, ch. 7).
    /// </summary>
    public static Estimate Var(UpperTail tail, decimal q)
    {
        var n = tail.SampleSize;
        var (rank, spread) = (Rank(q, n), Spread(q, n));
        return new Estimate(tail[rank], (tail[Math.Min(n - 1, rank + spread)] - tail[Math.Max(0, rank - spread)]) / 2);
    }

    /// <summary>
    /// The mean from the ⌈q·n⌉-th smallest up, with the standard error √((s² + q (CVaR − VaR)²)/k) of its influence function, k losses in the tail and s²
    /// their variance: B. J. Manistre, G. H. Hancock, "Variance of the CTE estimator", North American Actuarial Journal 9(2), 2005.
    /// </summary>
    public static Estimate Cvar(UpperTail tail, decimal q)
    {
        var above = tail.Above(Rank(q, tail.SampleSize));
        var mean = Sum(above) / above.Length;
        var excess = mean - above[0];
        return new Estimate(mean, Math.Sqrt((Variance(above, mean) + ((double)q * excess * excess)) / above.Length));
    }

    /// <summary>Counts of the losses above 0 in bins of equal width up to the greatest, <paramref name="worst"/>; none when nothing is lost.</summary>
    public static IReadOnlyList<HistogramBin> Histogram(ReadOnlySpan<double> losses, double worst)
    {
        if (worst <= 0)
            return [];

        var counts = new int[HistogramBins];
        foreach (var loss in losses)
        {
            if (loss > 0)
                counts[Math.Min(HistogramBins - 1, (int)Math.Ceiling(loss / worst * HistogramBins) - 1)]++;
        }

        return [.. counts.Select((count, bin) => new HistogramBin(worst * bin / HistogramBins, worst * (bin + 1) / HistogramBins, count))];
    }

    private static int Spread(decimal q, int n) => (int)Math.Ceiling(Math.Sqrt(n * (double)(q * (1 - q))));

    private static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        return sum;
    }

    private static double Variance(ReadOnlySpan<double> values, double mean)
    {
        if (values.Length < 2)
            return 0;

        var sum = 0.0;
        foreach (var value in values)
            sum += (value - mean) * (value - mean);
        return sum / (values.Length - 1);
    }
}

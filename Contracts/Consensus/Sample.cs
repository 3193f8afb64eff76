namespace Sure.Contracts.Consensus;

/// <summary>Figures over what several sources say of the same thing.</summary>
public static class Sample
{
    /// <summary>The middle value; of an even number the mean of the middle two.</summary>
    /// <exception cref="ArgumentException"><paramref name="values"/> is empty.</exception>
    public static decimal Median(IReadOnlyCollection<decimal> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
        {
            throw new ArgumentException("There is no median of nothing.", nameof(values));
        }

        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Population standard deviation over mean; 0 where the mean is 0. A fraction.</summary>
    /// <exception cref="ArgumentException"><paramref name="values"/> is empty.</exception>
    public static double CoefficientOfVariation(IReadOnlyCollection<decimal> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == 0)
        {
            throw new ArgumentException("Nothing does not vary.", nameof(values));
        }

        var mean = values.Average();
        if (mean == 0)
        {
            return 0;
        }

        // Relative to the mean first, so that squares of large amounts do not overflow.
        var variance = values.Average(v => (double)((v - mean) / mean) * (double)((v - mean) / mean));
        return Math.Sqrt(variance);
    }
}

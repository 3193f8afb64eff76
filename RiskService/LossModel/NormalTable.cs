namespace Sure.RiskService.LossModel;

/// <summary>
/// The normal distribution function from a table of nodes 1/64 apart and a Taylor series of five terms about the nearest (Marsaglia 2004, §3):
/// ten digits relative in the lower tail at a tenth of the cost. Beyond ±9 it answers 0 and 1.
/// </summary>
internal static class NormalTable
{
    private const int NodesPerUnit = 64;
    private const int Bound = 9;
    private static readonly double[] Probabilities = Tabulate(NormalDistribution.Cdf);
    private static readonly double[] Densities = Tabulate(NormalDistribution.Density);

    /// <summary>Probability of a value of at most <paramref name="x"/>.</summary>
    public static double Cdf(double x)
    {
        if (x <= -Bound)
            return 0;
        if (x >= Bound)
            return 1;

        var node = (int)(((x + Bound) * NodesPerUnit) + 0.5);
        var z = ((double)node / NodesPerUnit) - Bound;
        var h = x - z;
        // Derivatives of φ at z are (−1)^k He_k(z) φ(z).
        var he2 = (z * z) - 1;
        var he3 = ((z * z) - 3) * z;
        var he4 = (((z * z) - 6) * z * z) + 3;
        var series = 1 + (h * ((-z / 2) + (h * ((he2 / 6) + (h * ((-he3 / 24) + (h * he4 / 120)))))));
        return Probabilities[node] + (Densities[node] * h * series);
    }

    private static double[] Tabulate(Func<double, double> function) =>
        [.. Enumerable.Range(0, (2 * Bound * NodesPerUnit) + 1).Select(i => function(((double)i / NodesPerUnit) - Bound))];
}

namespace Sure.RiskService.LossModel;

/// <summary>
/// Draws severities by the inverse of the beta distribution function, so that one uniform number makes one severity and a greater number a
/// greater severity. The inverse is tabulated, with its slope, against s = ln(u/(1 − u)) and interpolated by cubics (Fritsch and Carlson's Hermite
/// form): in s it is smooth to both ends, where in u its slope may be unbounded.
/// </summary>
internal sealed class SeverityTable
{
    /// <summary>Beyond any u of 53 bits: ln 2⁵³ is 36.7.</summary>
    private const int Bound = 37;

    private const int CellsPerUnit = 16;
    private const int Cells = 2 * Bound * CellsPerUnit;

    /// <summary>Value and slope per cell of each node, side by side.</summary>
    private readonly (double Value, double Slope)[] _nodes = new (double, double)[Cells + 1];

    public SeverityTable(BetaDistribution distribution)
    {
        const int Middle = Cells / 2;
        // Near 1 only the distances of u and of the severity from it are precise: the upper half is the lower one of the mirrored distribution.
        foreach (var (step, node) in LowerHalf(distribution).Index())
            _nodes[Middle - step] = node;
        foreach (var (step, node) in LowerHalf(new BetaDistribution(distribution.Beta, distribution.Alpha)).Index())
            _nodes[Middle + step] = (1 - node.Value, node.Slope);
    }

    /// <summary>The severity, 0 … 1, that is not exceeded with probability <paramref name="u"/>, 2⁻⁵³ ≤ u ≤ 1 − 2⁻⁵³.</summary>
    public double At(double u)
    {
        var place = (Math.Log(u / (1 - u)) + Bound) * CellsPerUnit;
        var cell = (int)place;
        var (left, right) = (_nodes[cell], _nodes[cell + 1]);
        var t = place - cell;
        var rise = right.Value - left.Value;
        var value = left.Value + (t * (rise + ((1 - t) * (((left.Slope - rise) * (1 - t)) + ((rise - right.Slope) * t)))));
        // Where U-shaped severities are as good as 0 or 1, the cubic may be beyond by as little.
        return Math.Clamp(value, 0, 1);
    }

    /// <summary>The nodes from the median down.</summary>
    private static IEnumerable<(double Value, double Slope)> LowerHalf(BetaDistribution distribution)
    {
        var guess = distribution.Mean;
        for (var step = 0; step <= Cells / 2; step++)
        {
            var odds = Math.Exp(-(double)step / CellsPerUnit);
            var u = odds / (1 + odds);
            var value = distribution.Quantile(u, guess);
            // dx/ds = u(1 − u)/f(x); 0 where x is too small for a double.
            var slope = value > 0 ? u * (1 - u) / (distribution.Density(value) * CellsPerUnit) : 0;
            yield return (value, slope);
            guess = value > slope ? value - slope : value;
        }
    }
}

namespace Sure.RiskService.LossModel;

/// <summary>
/// Draws severities by the inverse of the beta distribution function, so that one uniform number makes one severity and a greater number a
/// greater severity. The inverse is tabulated with its slope at 4 097 points and interpolated by cubics (Fritsch and Carlson's Hermite form);
/// in the eight outermost cells of either end, where the slope may be unbounded, it is solved for each draw.
/// </summary>
internal sealed class SeverityTable
{
    private const int Cells = 4096;
    private const int SolvedCells = 8;
    private readonly BetaDistribution _distribution;
    private readonly double[] _values = new double[Cells + 1];
    private readonly double[] _slopes = new double[Cells + 1];

    public SeverityTable(BetaDistribution distribution)
    {
        _distribution = distribution;
        var guess = distribution.Quantile((double)SolvedCells / Cells);
        for (var node = SolvedCells; node <= Cells - SolvedCells; node++)
        {
            guess = distribution.Quantile((double)node / Cells, guess);
            _values[node] = guess;
            // Per cell, not per unit of probability.
            _slopes[node] = 1 / (distribution.Density(guess) * Cells);
        }
    }

    /// <summary>The severity, 0 … 1, that is not exceeded with probability <paramref name="u"/>, 0 &lt; u &lt; 1.</summary>
    public double At(double u)
    {
        var place = u * Cells;
        var cell = (int)place;
        if (cell is < SolvedCells or >= Cells - SolvedCells)
            return _distribution.Quantile(u);

        var t = place - cell;
        var rise = _values[cell + 1] - _values[cell];
        var (left, right) = (_slopes[cell] - rise, rise - _slopes[cell + 1]);
        return _values[cell] + (t * (rise + ((1 - t) * ((left * (1 - t)) + (right * t)))));
    }
}

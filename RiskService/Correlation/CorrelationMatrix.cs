using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Correlation;

/// <summary>The peg ratio of a coin at the end of an hour.</summary>
/// <param name="Stablecoin">The coin.</param>
/// <param name="Hour">Beginning of the hour.</param>
/// <param name="PegRatio">The last one within it, above 0.</param>
internal sealed record HourlyPeg(Stablecoin Stablecoin, DateTimeOffset Hour, decimal PegRatio);

/// <summary>How two coins move together.</summary>
/// <param name="First">One coin.</param>
/// <param name="Second">The other, later in the vocabulary.</param>
/// <param name="Coefficient">Pearson's, −1 … 1.</param>
/// <param name="SharedReturns">Hourly returns it rests on.</param>
internal sealed record CorrelatedPair(Stablecoin First, Stablecoin Second, double Coefficient, int SharedReturns);

/// <summary>Pearson correlations of the coins' hourly log returns of peg ratios (domain, §8). Pure.</summary>
/// <param name="Pairs">Pairs with enough shared returns, both of which moved at all.</param>
/// <param name="MeanAbsolute">Mean of their absolute coefficients, 0 … 1; null where there is no pair.</param>
/// <param name="Regime">What that means.</param>
internal sealed record CorrelationMatrix(IReadOnlyList<CorrelatedPair> Pairs, double? MeanAbsolute, CorrelationRegime Regime)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Computes them.</summary>
    /// <param name="history">In any order; at most one per coin and hour, all within the window.</param>
    /// <param name="options">What counts as enough, and as high.</param>
    public static CorrelationMatrix Of(IEnumerable<HourlyPeg> history, CorrelationOptions options)
    {
        var returns = history.GroupBy(p => p.Stablecoin).OrderBy(g => g.Key).Select(g => (Coin: g.Key, ByHour: Returns(g))).ToList();
        var pairs = new List<CorrelatedPair>();
        for (var i = 0; i < returns.Count; i++)
        {
            for (var j = i + 1; j < returns.Count; j++)
            {
                var shared = returns[i].ByHour.Keys.Where(returns[j].ByHour.ContainsKey).ToList();
                if (shared.Count >= options.LeastSharedReturns
                    && Pearson([.. shared.Select(h => returns[i].ByHour[h])], [.. shared.Select(h => returns[j].ByHour[h])]) is { } coefficient)
                {
                    pairs.Add(new CorrelatedPair(returns[i].Coin, returns[j].Coin, coefficient, shared.Count));
                }
            }
        }

        double? mean = pairs.Count > 0 ? pairs.Average(p => Math.Abs(p.Coefficient)) : null;
        return new CorrelationMatrix(pairs, mean, RegimeOf(mean, options));
    }

    /// <summary>The regime of a mean absolute correlation; without one <c>Medium</c>, since what is not known is not harmless.</summary>
    internal static CorrelationRegime RegimeOf(double? meanAbsolute, CorrelationOptions options) => meanAbsolute switch
    {
        null => CorrelationRegime.Medium,
        { } mean when mean > options.HighAbove => CorrelationRegime.High,
        { } mean when mean > options.MediumAbove => CorrelationRegime.Medium,
        _ => CorrelationRegime.Low,
    };

    /// <summary>ln(p_h / p_h−1) by hour. After a gap there is none: a return over several hours is no hourly one.</summary>
    private static Dictionary<DateTimeOffset, double> Returns(IEnumerable<HourlyPeg> ofOneCoin)
    {
        var ratios = ofOneCoin.ToDictionary(p => p.Hour, p => (double)p.PegRatio);
        return ratios.Where(r => ratios.ContainsKey(r.Key - Hour)).ToDictionary(r => r.Key, r => Math.Log(r.Value / ratios[r.Key - Hour]));
    }

    /// <summary>
    /// Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)² Σ(y − ȳ)²); null where one of them never moved, for then it has no value. Means are taken first:
    /// the one-pass formula loses every digit on returns of a basis point.
    /// </summary>
    private static double? Pearson(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        var (xx, yy, xy) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            var (dx, dy) = (x[i] - meanX, y[i] - meanY);
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }

        // Rounding may carry a perfect correlation just past 1.
        return xx > 0 && yy > 0 ? Math.Clamp(xy / Math.Sqrt(xx) / Math.Sqrt(yy), -1, 1) : null;
    }
}

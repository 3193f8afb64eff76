using Sure.RiskService.LossModel;

namespace Sure.RiskService.ModelCheck;

/// <summary>What was forecast for a day and what came.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="ForecastUsd">One-day VaR 99 of the last snapshot before it, in USD.</param>
/// <param name="LossUsd">What policies triggered on it are owed, in USD.</param>
public sealed record DayOutcome(DateOnly Day, decimal ForecastUsd, decimal LossUsd)
{
    /// <summary>Whether more was lost than was forecast.</summary>
    public bool IsException => LossUsd > ForecastUsd;
}

/// <summary>Zone of the number of exceptions.</summary>
public enum TrafficLight
{
    /// <summary>At most 4: nothing speaks against the model.</summary>
    Green,

    /// <summary>5 … 9: it may be wrong.</summary>
    Yellow,

    /// <summary>10 or more: it is wrong.</summary>
    Red,
}

/// <summary>
/// Whether losses exceed the forecast as often as it says: the proportion-of-failures test of P. Kupiec, "Techniques for verifying the
/// accuracy of risk measurement models", Journal of Derivatives 3(2), 1995, and the zones of the Basel Committee, "Supervisory framework for
/// the use of backtesting …", 1996.
/// </summary>
/// <param name="Exceptions">Days with a greater loss than forecast.</param>
/// <param name="LikelihoodRatio">Of the observed frequency against 1 %, ≥ 0; χ² with one degree of freedom if the model is right.</param>
/// <param name="PValue">Probability of a ratio at least as great if it is right, 0 … 1.</param>
/// <param name="Light">The zone, drawn up for 250 days: with fewer it errs on the green side.</param>
internal sealed record KupiecTest(int Exceptions, double LikelihoodRatio, double PValue, TrafficLight Light)
{
    /// <summary>Days that count.</summary>
    public const int Days = 250;

    /// <summary>Expected frequency of exceptions.</summary>
    public const decimal Frequency = 0.01m;

    private const int MostGreen = 4;
    private const int MostYellow = 9;

    /// <summary>The test of <paramref name="exceptions"/> in <paramref name="days"/> &gt; 0 days.</summary>
    public static KupiecTest Of(int exceptions, int days)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(days);
        ArgumentOutOfRangeException.ThrowIfNegative(exceptions);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(exceptions, days);
        var observed = (double)exceptions / days;
        // Rounding may carry a perfect fit just below 0.
        var ratio = Math.Max(0, -2 * (LogLikelihood((double)Frequency) - LogLikelihood(observed)));
        return new KupiecTest(
            exceptions,
            ratio,
            // A χ² of one degree is a squared normal.
            2 * NormalDistribution.Cdf(-Math.Sqrt(ratio)),
            exceptions <= MostGreen ? TrafficLight.Green : exceptions <= MostYellow ? TrafficLight.Yellow : TrafficLight.Red);

        // 0 · ln 0 is 0.
        double LogLikelihood(double p) =>
            (exceptions == days ? 0 : (days - exceptions) * double.LogP1(-p)) + (exceptions == 0 ? 0 : exceptions * Math.Log(p));
    }
}

using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Tranches;

/// <summary>
/// Target yield of a tranche over its utilization (domain, §3). At every utilization a more junior tranche's target is strictly above that
/// of the one senior to it.
/// </summary>
public static class ApyCurve
{
    /// <summary>Digits of the result, in % per year; the same on every machine although logarithm and exponential are not.</summary>
    private const int Digits = 4;

    /// <summary>Target yield in % per year.</summary>
    /// <param name="tranche">Which.</param>
    /// <param name="utilization">u in 0 … 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">u is outside 0 … 1.</exception>
    public static decimal TargetPercent(Tranche tranche, decimal utilization)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(utilization);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(utilization, 1m);
        // Logarithms and exponentials are taken in double; the curve is smooth, four digits are far inside its accuracy.
        var u = (double)utilization;
        var percent = tranche switch
        {
            Tranche.Bitcoin => 4,
            Tranche.Senior => 6.5 + (3.5 * Math.Log(1 + u) / Math.Log(2)),
            Tranche.Mezzanine => 9 + (6 * u),
            Tranche.Junior => 12.5 + (3.5 * (Sigmoid(u) - Sigmoid(0)) / (Sigmoid(1) - Sigmoid(0))),
            Tranche.JuniorPlus => 16 + (6 * u * u),
            Tranche.Equity => 17 + (8 * (Math.Exp(2 * u) - 1) / (Math.Exp(2) - 1)),
            _ => throw new ArgumentOutOfRangeException(nameof(tranche), tranche, "No such tranche."),
        };
        return Math.Round((decimal)percent, Digits, MidpointRounding.AwayFromZero);
    }

    /// <summary>The formula as text, for those who draw it.</summary>
    public static string Formula(Tranche tranche) => tranche switch
    {
        Tranche.Bitcoin => "4",
        Tranche.Senior => "6.5 + 3.5 * ln(1 + u) / ln(2)",
        Tranche.Mezzanine => "9 + 6 * u",
        Tranche.Junior => "12.5 + 3.5 * (s(u) - s(0)) / (s(1) - s(0)), s(x) = 1 / (1 + exp(-10 * (x - 0.5)))",
        Tranche.JuniorPlus => "16 + 6 * u^2",
        Tranche.Equity => "17 + 8 * (exp(2 * u) - 1) / (exp(2) - 1)",
        _ => throw new ArgumentOutOfRangeException(nameof(tranche), tranche, "No such tranche."),
    };

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-10 * (x - 0.5)));
}

using Sure.Contracts.Vocabulary;
using Sure.RiskService.Exposures;

namespace Sure.RiskService.Alerts;

/// <summary>What is measured of the book and has a limit, besides its exposure.</summary>
/// <param name="WorstStressLossUsd">What the worst stress scenario costs, ≥ 0.</param>
/// <param name="OneYearVar99Usd">VaR 99 over one year, ≥ 0.</param>
/// <param name="MeanAbsoluteCorrelation">Of the coins, 0 … 1; null where there is too little data.</param>
internal sealed record RiskFigures(decimal WorstStressLossUsd, decimal OneYearVar99Usd, decimal? MeanAbsoluteCorrelation);

/// <summary>A figure and the limit it is held against.</summary>
/// <param name="Type">What it is about.</param>
/// <param name="Subject">A stablecoin, or empty.</param>
/// <param name="Value">A fraction; null for coverage or a loss without any capital, which is beyond every limit.</param>
/// <param name="Limit">Its limit.</param>
internal sealed record Reading(AlertType Type, string Subject, decimal? Value, Limit Limit)
{
    private bool IsTouchedFromAbove => Type == AlertType.ReserveLow;

    /// <summary>What the figure is now; null inside its limit.</summary>
    public Severity? Severity =>
        IsBeyond(Limit.Critical) ? Contracts.Vocabulary.Severity.Critical
        : IsBeyond(Limit.High) ? Contracts.Vocabulary.Severity.High
        : null;

    /// <summary>Reads every figure that has a limit and is known.</summary>
    public static IReadOnlyList<Reading> Of(Exposure exposure, RiskFigures figures, LimitOptions limits)
    {
        var coins = exposure.By(p => p.Stablecoin).ToDictionary();
        return
        [
            new Reading(AlertType.LtvBreach, "", exposure.Pool.Ltv, limits.Ltv),
            new Reading(AlertType.ReserveLow, "", exposure.Pool.ReserveRatio, limits.Reserves),
            .. Words<Stablecoin>.Members
                .Select(c => new Reading(AlertType.ConcentrationHigh, c.Word(), exposure.OfCapital(coins.GetValueOrDefault(c)), limits.Concentration)),
            .. figures.MeanAbsoluteCorrelation is { } correlation
                ? new[] { new Reading(AlertType.CorrelationSpike, "", correlation, limits.Correlation) }
                : [],
            new Reading(AlertType.StressLossHigh, "", exposure.OfCapital(figures.WorstStressLossUsd), limits.StressLoss),
            new Reading(AlertType.VarBreach, "", exposure.OfCapital(figures.OneYearVar99Usd), limits.ValueAtRisk),
        ];
    }

    /// <summary>Whether the figure is inside <paramref name="limit"/> by the margin that ends an alert.</summary>
    public bool IsBackInside(decimal limit) =>
        Value is { } value && (IsTouchedFromAbove ? value >= limit + Limit.Hysteresis : value <= limit - Limit.Hysteresis);

    /// <summary>The limit of a severity.</summary>
    public decimal LimitOf(Severity severity) => severity == Contracts.Vocabulary.Severity.Critical ? Limit.Critical : Limit.High;

    /// <summary>For example <c>LTV critical: 76.00% &gt;= 75.00%</c>.</summary>
    public string Describe(Severity severity)
    {
        var word = severity == Contracts.Vocabulary.Severity.Critical ? "critical" : "warning";
        return Value is { } value
            ? $"{Name} {word}: {value * 100:0.00}% {(IsTouchedFromAbove ? "<=" : ">=")} {LimitOf(severity) * 100:0.00}%"
            : $"{Name} {word}: there is no capital";
    }

    /// <summary>For a figure that is inside by less than the margin: <c>LTV warning: 69.50%, lasts until 69.00%</c>.</summary>
    public string DescribeMargin(Severity severity)
    {
        var word = severity == Contracts.Vocabulary.Severity.Critical ? "critical" : "warning";
        var end = IsTouchedFromAbove ? LimitOf(severity) + Limit.Hysteresis : LimitOf(severity) - Limit.Hysteresis;
        return $"{Name} {word}: {Value * 100:0.00}%, lasts until {end * 100:0.00}%";
    }

    /// <summary>For example <c>LTV normal: 68.00% &lt; 70.00%</c>.</summary>
    public string DescribeEnd() => $"{Name} normal: {Value * 100:0.00}% {(IsTouchedFromAbove ? ">" : "<")} {Limit.High * 100:0.00}%";

    private string Name => Type switch
    {
        AlertType.LtvBreach => "LTV",
        AlertType.ReserveLow => "Reserves",
        AlertType.ConcentrationHigh => "Concentration",
        AlertType.CorrelationSpike => "Correlation",
        AlertType.StressLossHigh => "Stress loss",
        AlertType.VarBreach => "VaR",
        _ => throw new InvalidOperationException($"{Type} has no name."),
    };

    private bool IsBeyond(decimal limit) => Value is not { } value || (IsTouchedFromAbove ? value <= limit : value >= limit);
}

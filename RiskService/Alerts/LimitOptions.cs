namespace Sure.RiskService.Alerts;

/// <summary>
/// The limits of the book, section <c>Risk:Limits</c>; fractions. Of those that are touched from below 0 &lt; High &lt; Critical and Hysteresis
/// &lt; High, of those that are touched from above 0 ≤ Critical &lt; High and High + Hysteresis ≤ 1: none that never fires or never clears.
/// </summary>
public sealed class LimitOptions
{
    /// <summary>Greatest Critical limit of a figure that may exceed 1: beyond it the limit is a percentage taken for a fraction.</summary>
    private const decimal GreatestCritical = 10;

    /// <summary>Coverage over effective capital; touched from below. Critical at most 10.</summary>
    public Limit Ltv { get; set; } = new() { High = 0.70m, Critical = 0.75m };

    /// <summary>Liquid reserves over total capital; touched from above.</summary>
    public Limit Reserves { get; set; } = new() { High = 0.20m, Critical = 0.15m };

    /// <summary>Coverage of one stablecoin over total capital; touched from below. Critical at most 10.</summary>
    public Limit Concentration { get; set; } = new() { High = 0.25m, Critical = 0.30m };

    /// <summary>Mean absolute correlation of the coins; touched from below. Critical at most 1.</summary>
    public Limit Correlation { get; set; } = new() { High = 0.70m, Critical = 0.85m };

    /// <summary>Loss of the worst stress scenario over total capital; touched from below. Critical at most 10.</summary>
    public Limit StressLoss { get; set; } = new() { High = 0.30m, Critical = 0.45m };

    /// <summary>VaR 99 over one year over total capital; touched from below. Critical at most 10.</summary>
    public Limit ValueAtRisk { get; set; } = new() { High = 0.06m, Critical = 0.10m, Hysteresis = 0.005m };

    /// <summary>Every fault in words; empty when the limits are sound.</summary>
    public IEnumerable<string> Faults() =>
    [
        .. OfTouchedFromBelow(nameof(Ltv), Ltv, GreatestCritical),
        .. OfTouchedFromAbove(nameof(Reserves), Reserves),
        .. OfTouchedFromBelow(nameof(Concentration), Concentration, GreatestCritical),
        .. OfTouchedFromBelow(nameof(Correlation), Correlation, 1),
        .. OfTouchedFromBelow(nameof(StressLoss), StressLoss, GreatestCritical),
        .. OfTouchedFromBelow(nameof(ValueAtRisk), ValueAtRisk, GreatestCritical),
    ];

    private static IEnumerable<string> OfTouchedFromBelow(string name, Limit limit, decimal greatest)
    {
        if (limit.High <= 0)
        {
            yield return $"Risk:Limits:{name}:High is {limit.High}; it must be above 0.";
        }

        if (limit.Critical <= limit.High || limit.Critical > greatest)
        {
            yield return $"Risk:Limits:{name}:Critical is {limit.Critical}; it must be above High, {limit.High}, and at most {greatest}.";
        }

        if (limit.Hysteresis < 0 || limit.Hysteresis >= limit.High)
        {
            yield return $"Risk:Limits:{name}:Hysteresis is {limit.Hysteresis}; it must be 0 or more and below High, {limit.High}.";
        }
    }

    /// <summary>The ratio is 1 where nothing is deployed, and hardly ever more: an alert that lasts until then would not clear.</summary>
    private static IEnumerable<string> OfTouchedFromAbove(string name, Limit limit)
    {
        if (limit.Critical < 0 || limit.Critical >= limit.High)
        {
            yield return $"Risk:Limits:{name}:Critical is {limit.Critical}; it must be 0 or more and below High, {limit.High}.";
        }

        if (limit.Hysteresis < 0 || limit.High + limit.Hysteresis > 1)
        {
            yield return $"Risk:Limits:{name}:Hysteresis is {limit.Hysteresis}; it must be 0 or more, and High, {limit.High}, with it at most 1.";
        }
    }
}

/// <summary>Where an alert begins.</summary>
public sealed class Limit
{
    /// <summary>From here on <c>High</c>.</summary>
    public decimal High { get; set; }

    /// <summary>From here on <c>Critical</c>.</summary>
    public decimal Critical { get; set; }

    /// <summary>How far back inside the figure must be before the alert clears.</summary>
    public decimal Hysteresis { get; set; } = 0.01m;
}

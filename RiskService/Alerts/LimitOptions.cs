namespace Sure.RiskService.Alerts;

/// <summary>The limits of the book, section <c>Risk:Limits</c>; fractions.</summary>
public sealed class LimitOptions
{
    /// <summary>Coverage over effective capital; touched from below.</summary>
    public Limit Ltv { get; set; } = new() { High = 0.70m, Critical = 0.75m };

    /// <summary>Liquid reserves over total capital; touched from above.</summary>
    public Limit Reserves { get; set; } = new() { High = 0.20m, Critical = 0.15m };

    /// <summary>Coverage of one stablecoin over total capital; touched from below.</summary>
    public Limit Concentration { get; set; } = new() { High = 0.25m, Critical = 0.30m };

    /// <summary>Mean absolute correlation of the coins; touched from below.</summary>
    public Limit Correlation { get; set; } = new() { High = 0.70m, Critical = 0.85m };

    /// <summary>Loss of the worst stress scenario over total capital; touched from below.</summary>
    public Limit StressLoss { get; set; } = new() { High = 0.30m, Critical = 0.45m };

    /// <summary>VaR 99 over one year over total capital; touched from below.</summary>
    public Limit ValueAtRisk { get; set; } = new() { High = 0.06m, Critical = 0.10m, Hysteresis = 0.005m };

    private IEnumerable<Limit> TouchedFromBelow => [Ltv, Concentration, Correlation, StressLoss, ValueAtRisk];

    /// <summary>What is wrong with the limits as a whole.</summary>
    public IEnumerable<string> Faults()
    {
        if (TouchedFromBelow.Any(l => l.High >= l.Critical) || Reserves.High <= Reserves.Critical)
        {
            yield return "Risk:Limits: Critical must lie beyond High.";
        }

        if (TouchedFromBelow.Append(Reserves).Any(l => l.Hysteresis < 0))
        {
            yield return "Risk:Limits: Hysteresis must not be negative.";
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

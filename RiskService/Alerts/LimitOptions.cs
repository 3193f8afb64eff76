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

    /// <summary>What is wrong with the limits as a whole.</summary>
    public IEnumerable<string> Faults()
    {
        if (Ltv.High >= Ltv.Critical || Concentration.High >= Concentration.Critical || Reserves.High <= Reserves.Critical)
        {
            yield return "Risk:Limits: Critical must lie beyond High.";
        }

        if (new[] { Ltv, Reserves, Concentration }.Any(l => l.Hysteresis < 0))
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

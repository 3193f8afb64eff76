namespace Sure.Contracts.Vocabulary;

/// <summary>What a buyer of <c>depeg</c> may choose. Defaults are those of the domain, §2.</summary>
public class TermBounds
{
    /// <summary>Least trigger, a peg ratio; default 0.90.</summary>
    public decimal LeastTrigger { get; set; } = 0.90m;

    /// <summary>Greatest trigger; default 0.99.</summary>
    public decimal GreatestTrigger { get; set; } = 0.99m;

    /// <summary>Least floor; default 0.50.</summary>
    public decimal LeastFloor { get; set; } = 0.50m;

    /// <summary>Least distance of the floor below the trigger; default 0.01.</summary>
    public decimal LeastDistance { get; set; } = 0.01m;

    /// <summary>Longest dwell time in hours; default 24.</summary>
    public int LongestDwellHours { get; set; } = 24;

    /// <summary>
    /// Every fault of the bounds themselves in words, as settings of <paramref name="section"/>; empty when every trigger within them has a
    /// floor below it and the terms of who chooses none are within them.
    /// </summary>
    public IEnumerable<string> Faults(string section) =>
        FaultsOfBounds(section).ToList() is [_, ..] faults
            ? faults
            : Faults(PolicyTerms.DepegDefault).Select(f => $"{section} leaves out the terms of who chooses none: {f.Field} {f.Fault}.");

    /// <summary>What of <paramref name="terms"/> is outside: the field as it is called on the wire, and what it must be.</summary>
    public IEnumerable<(string Field, string Fault)> Faults(PolicyTerms terms)
    {
        ArgumentNullException.ThrowIfNull(terms);
        if (terms.TriggerPrice < LeastTrigger || terms.TriggerPrice > GreatestTrigger)
        {
            yield return ("trigger_price", $"must be {LeastTrigger} … {GreatestTrigger}");
        }
        else if (terms.FloorPrice < LeastFloor || terms.FloorPrice > terms.TriggerPrice - LeastDistance)
        {
            yield return ("floor_price", $"must be {LeastFloor} … {terms.TriggerPrice - LeastDistance}, the trigger less {LeastDistance}");
        }

        if (terms.DwellHours < 1 || terms.DwellHours > LongestDwellHours)
        {
            yield return ("dwell_hours", $"must be 1 … {LongestDwellHours}");
        }
    }

    private IEnumerable<string> FaultsOfBounds(string section)
    {
        if (LeastDistance <= 0)
        {
            yield return $"{section}:LeastDistance is {LeastDistance}; it must be above 0.";
        }

        if (LeastFloor < 0 || LeastFloor > LeastTrigger - LeastDistance)
        {
            yield return $"{section}:LeastFloor is {LeastFloor}; it must be 0 … {LeastTrigger - LeastDistance}, LeastTrigger less LeastDistance.";
        }

        if (GreatestTrigger < LeastTrigger || GreatestTrigger >= 1)
        {
            yield return $"{section}:GreatestTrigger is {GreatestTrigger}; it must be LeastTrigger, {LeastTrigger}, or more, and below 1.";
        }

        if (LongestDwellHours < 1)
        {
            yield return $"{section}:LongestDwellHours is {LongestDwellHours}; it must be 1 or more.";
        }
    }
}

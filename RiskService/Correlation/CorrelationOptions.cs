using System.ComponentModel.DataAnnotations;

namespace Sure.RiskService.Correlation;

/// <summary>How the coins' common movement is read, section <c>Risk:Correlation</c>. Defaults are those of the domain, §8.</summary>
public sealed class CorrelationOptions
{
    /// <summary>How far back prices count. 2 … 365 days, default 30 days.</summary>
    [Range(typeof(TimeSpan), "2.00:00:00", "365.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromDays(30);

    /// <summary>Least hourly returns that two coins share for their pair to count. 2 … 8760, default 48.</summary>
    [Range(2, 8760)]
    public int LeastSharedReturns { get; set; } = 48;

    /// <summary>Mean absolute correlation above which the regime is <c>High</c>; 0 … 1, default 0.70.</summary>
    [Range(0.0, 1.0)]
    public double HighAbove { get; set; } = 0.70;

    /// <summary>Mean absolute correlation above which the regime is <c>Medium</c>; 0 … 1, default 0.40.</summary>
    [Range(0.0, 1.0)]
    public double MediumAbove { get; set; } = 0.40;
}

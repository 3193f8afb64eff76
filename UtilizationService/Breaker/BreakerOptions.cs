using System.ComponentModel.DataAnnotations;

namespace Sure.UtilizationService.Breaker;

/// <summary>When the circuit breaker trips, section <c>Breaker</c>. Defaults are those of the domain, §3.</summary>
public sealed class BreakerOptions
{
    /// <summary>Span over which losses are added up; 1 h … 30 days, default 24 h.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "30.00:00:00")]
    public TimeSpan Window { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Greatest losses of the window over the capital before them; a fraction, default 0.10.</summary>
    [Range(0.0, 1.0)]
    public decimal WindowLossMax { get; set; } = 0.10m;

    /// <summary>Greatest part of a tranche that one payout takes; a fraction, default 0.20.</summary>
    [Range(0.0, 1.0)]
    public decimal TrancheLossMax { get; set; } = 0.20m;

    /// <summary>Tranches that hold less of the pool do not count for <see cref="TrancheLossMax"/>; a fraction, default 0.01.</summary>
    [Range(0.0, 1.0)]
    public decimal TrancheShareMin { get; set; } = 0.01m;
}

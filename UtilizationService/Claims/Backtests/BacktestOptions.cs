using System.ComponentModel.DataAnnotations;
using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Claims.Backtests;

/// <summary>
/// What can be back-tested and how posted observations become a consensus, section <c>ClaimBacktests</c>: <c>Backtests</c> is BridgeService's,
/// and every service is told the settings of all.
/// </summary>
public sealed class BacktestOptions
{
    /// <summary>Where it is configured.</summary>
    public const string Section = "ClaimBacktests";

    /// <summary>A price of one of several sources is live while it is younger; default 10 min, as in section <c>Prices</c> of BridgeService.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan MaxAge { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>A net asset value is live while it is younger; default 24 h.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "30.00:00:00")]
    public TimeSpan NavMaxAge { get; set; } = TimeSpan.FromHours(24);

    /// <summary>Greatest price or net asset value in USD that is believed; default 10.</summary>
    [Range(0.01, 1e6)]
    public decimal GreatestPriceUsd { get; set; } = 10m;

    /// <summary>Most sources of one back-test; 1 … 100, default 20.</summary>
    [Range(1, 100)]
    public int MostSources { get; set; } = 20;

    /// <summary>Longest time from the first observation to the last; default 366 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3660.00:00:00")]
    public TimeSpan LongestSpan { get; set; } = TimeSpan.FromDays(366);

    /// <summary>Most points of an answer; 1 … 5 000, default 5 000.</summary>
    [Range(1, 5000)]
    public int MostPoints { get; set; } = 5000;

    /// <summary>What terms can be tested: those that can be bought.</summary>
    public TermBounds Terms { get; } = new();
}

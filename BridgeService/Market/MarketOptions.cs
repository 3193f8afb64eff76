using System.ComponentModel.DataAnnotations;

namespace Sure.BridgeService.Market;

/// <summary>Where observations come from, section <c>Market</c>.</summary>
public sealed class MarketOptions
{
    /// <summary>Default: the adapters where any are configured; otherwise the simulated market in development, none elsewhere.</summary>
    public MarketSource? Source { get; set; }

    /// <summary>Of the simulated market: the same seed gives the same market at the same time.</summary>
    [Range(0, long.MaxValue)]
    public long Seed { get; set; } = 20260101;

    /// <summary>How much faster than the clock the simulated market lives. 0.01 … 10 000.</summary>
    [Range(0.01, 10_000)]
    public double Speed { get; set; } = 1;
}

/// <summary>Kinds of sources.</summary>
public enum MarketSource
{
    /// <summary>Only what keepers push.</summary>
    None,

    /// <summary>The simulated market.</summary>
    Simulated,

    /// <summary>What the adapters pull and what keepers push.</summary>
    Http,
}

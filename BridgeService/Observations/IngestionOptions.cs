using System.ComponentModel.DataAnnotations;

namespace Sure.BridgeService.Observations;

/// <summary>Which observations are believed and how long they are kept, section <c>Ingestion</c>.</summary>
public sealed class IngestionOptions
{
    /// <summary>Most observations of one request. 1 … 10 000, default 1 000.</summary>
    [Range(1, 10_000)]
    public int LargestBatch { get; set; } = 1000;

    /// <summary>How far ahead of ours the clock of a source may be. 0 … 1 h, default 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FutureTolerance { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Greatest price or net asset value that is believed, USD per coin. Default 10.</summary>
    [Range(0.01, 10)]
    public decimal GreatestPriceUsd { get; set; } = 10;

    /// <summary>Greatest value locked that is believed, USD; above it sums would leave the range of numbers. Default 10¹⁵.</summary>
    [Range(1, 1e15)]
    public decimal GreatestTvlUsd { get; set; } = 1_000_000_000_000_000;

    /// <summary>How long observations are kept, and how old one may be when it arrives. 2 … 3 660 days, default 100 days.</summary>
    [Range(typeof(TimeSpan), "2.00:00:00", "3660.00:00:00")]
    public TimeSpan ObservationRetention { get; set; } = TimeSpan.FromDays(100);
}

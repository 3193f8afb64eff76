using System.Diagnostics.Metrics;

namespace Sure.Coordination.Telemetry;

/// <summary>Bounds of histograms whose values the default ones, made for milliseconds, would all put into one bucket.</summary>
internal static class Buckets
{
    /// <summary>Of durations in seconds between a few milliseconds and ten minutes.</summary>
    public static InstrumentAdvice<double> Seconds { get; } =
        new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 600] };
}

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sure.Coordination.Telemetry;

namespace Sure.Coordination.Monitors;

/// <summary>What is measured of all monitors.</summary>
internal sealed class MonitorTelemetry
{
    /// <summary>A span for each cycle.</summary>
    public static readonly ActivitySource Source = new("Sure.Monitors");

    private readonly ConcurrentDictionary<string, Led> _led = new(StringComparer.Ordinal);
    private readonly Histogram<double> _cycles;
    private readonly TimeProvider _time;

    public MonitorTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create("Sure.Monitors");
        _cycles = meter.CreateHistogram(
            "sure.monitor.cycle.duration", "s", "Duration of a monitor's cycle, by monitor and outcome.", tags: null, Buckets.Seconds);
        meter.CreateObservableGauge(
            "sure.monitor.success.age",
            () => _led.Select(m => new Measurement<double>(_time.GetElapsedTime(m.Value.SucceededAt).TotalSeconds, Tag(m.Key))),
            "s",
            "Time since a monitor's last cycle that succeeded, or since this instance leads it; on the leading instance only.");
        meter.CreateObservableGauge(
            "sure.monitor.interval",
            () => _led.Select(m => new Measurement<double>(m.Value.Interval.TotalSeconds, Tag(m.Key))),
            "s",
            "Time from the start of a monitor's cycle to that of the next; on the leading instance only.");
    }

    /// <summary>This instance leads the monitor.</summary>
    public void Began(string monitor, TimeSpan interval) => _led[monitor] = new Led(interval, _time.GetTimestamp());

    /// <summary>It does not lead it any more.</summary>
    public void Ended(string monitor) => _led.TryRemove(monitor, out _);

    /// <summary>A cycle ended.</summary>
    public void Record(string monitor, TimeSpan duration, string outcome, bool succeeded)
    {
        _cycles.Record(duration.TotalSeconds, Tag(monitor), new KeyValuePair<string, object?>("sure.outcome", outcome));
        if (succeeded && _led.TryGetValue(monitor, out var led))
        {
            _led[monitor] = led with { SucceededAt = _time.GetTimestamp() };
        }
    }

    private static KeyValuePair<string, object?> Tag(string monitor) => new("sure.monitor", monitor);

    private sealed record Led(TimeSpan Interval, long SucceededAt);
}

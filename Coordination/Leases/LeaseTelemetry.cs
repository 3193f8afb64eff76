using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Sure.Coordination.Leases;

/// <summary>Which leases this instance competes for, and which it holds. Over all instances each lease is held once.</summary>
internal sealed class LeaseTelemetry
{
    private readonly ConcurrentDictionary<string, bool> _leases = new(StringComparer.Ordinal);
    private readonly Counter<long> _acquired;

    public LeaseTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Sure.Leases");
        _acquired = meter.CreateCounter<long>("sure.lease.acquired", "{lease}", "How often this instance began to lead, by lease.");
        meter.CreateObservableGauge(
            "sure.lease.held",
            () => _leases.Select(l => new Measurement<int>(l.Value ? 1 : 0, Tag(l.Key))),
            "{lease}",
            "Whether this instance leads, by lease: 1 or 0.");
    }

    /// <summary>The instance competes for a lease.</summary>
    public void Wanted(string lease) => _leases[lease] = false;

    /// <summary>The instance leads from now on.</summary>
    public void Acquired(string lease)
    {
        _leases[lease] = true;
        _acquired.Add(1, Tag(lease));
    }

    /// <summary>The instance does not lead any more.</summary>
    public void Lost(string lease) => _leases[lease] = false;

    private static KeyValuePair<string, object?> Tag(string lease) => new("sure.lease", lease);
}

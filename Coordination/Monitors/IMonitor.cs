using Sure.Coordination.Leases;

namespace Sure.Coordination.Monitors;

/// <summary>Work that one instance of a service does again and again: probe, judge, apply.</summary>
public interface IMonitor
{
    /// <summary>Its name; also of its lease, its metrics and its traces.</summary>
    string Name { get; }

    /// <summary>Time from the start of one cycle to the start of the next.</summary>
    TimeSpan Interval { get; }

    /// <summary>
    /// One cycle. A cycle that throws is logged and counted, and the next one comes after 10 s, then 20 s and so on up to the interval.
    /// Whatever it writes is guarded by <paramref name="term"/>.
    /// </summary>
    Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken);
}

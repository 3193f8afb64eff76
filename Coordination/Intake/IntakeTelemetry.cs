using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Sure.Contracts.Events;
using Sure.Coordination.Telemetry;

namespace Sure.Coordination.Intake;

/// <summary>What is measured of events that are taken, by producer.</summary>
internal sealed class IntakeTelemetry
{
    private readonly ConcurrentDictionary<string, long> _succeededAt = new(StringComparer.Ordinal);
    private readonly Counter<long> _applied;
    private readonly Counter<long> _fetched;
    private readonly Histogram<double> _lag;
    private readonly TimeProvider _time;

    public IntakeTelemetry(IMeterFactory meters, TimeProvider time)
    {
        _time = time;
        var meter = meters.Create("Sure.Intake");
        _applied = meter.CreateCounter<long>("sure.intake.applied", "{event}", "Events applied, by producer.");
        _fetched = meter.CreateCounter<long>(
            "sure.intake.fetched", "{event}", "Events fetched from their producer because they had not arrived, or arrived late.");
        _lag = meter.CreateHistogram(
            "sure.intake.lag", "s", "From the time an event occurred until it was applied here, by producer.", tags: null, Buckets.Seconds);
        meter.CreateObservableGauge(
            "sure.intake.success.age",
            () => _succeededAt.Select(p => new Measurement<double>(_time.GetElapsedTime(p.Value).TotalSeconds, Tag(p.Key))),
            "s",
            "Time since events were last applied, or none was missing, or since this instance began to ask, by producer.");
    }

    /// <summary>This instance begins to take events of a producer.</summary>
    public void Began(string producer) => _succeededAt.TryAdd(producer, _time.GetTimestamp());

    /// <summary>Nothing is missing of the producer's events.</summary>
    public void UpToDate(string producer) => _succeededAt[producer] = _time.GetTimestamp();

    /// <summary>Events were applied.</summary>
    public void Applied(string producer, IReadOnlyCollection<EventEnvelope> events)
    {
        var now = _time.GetUtcNow();
        _applied.Add(events.Count, Tag(producer));
        foreach (var e in events)
        {
            _lag.Record((now - e.OccurredAt).TotalSeconds, Tag(producer));
        }

        _succeededAt[producer] = _time.GetTimestamp();
    }

    /// <summary>Events that were applied had been asked for.</summary>
    public void Fetched(string producer, int count) => _fetched.Add(count, Tag(producer));

    private static KeyValuePair<string, object?> Tag(string producer) => new("sure.producer", producer);
}

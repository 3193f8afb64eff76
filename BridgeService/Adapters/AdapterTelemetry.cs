using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Adapters;

/// <summary>What is measured of the adapters, by source. Safe for use by several threads.</summary>
internal sealed class AdapterTelemetry : IDisposable
{
    /// <summary>The outcome of a request that was answered and of an observation that is new.</summary>
    public const string Accepted = "accepted";

    /// <summary>The outcome of an observation that the source has given before.</summary>
    public const string Unchanged = "unchanged";

    /// <summary>A span for each time a source is asked.</summary>
    public static readonly ActivitySource Activities = new("Sure.Adapters");

    private readonly ConcurrentDictionary<string, DateTimeOffset> _observedAt = new(StringComparer.Ordinal);
    private readonly Counter<long> _requests;
    private readonly Counter<long> _observations;

    public AdapterTelemetry(TimeProvider time)
    {
        _requests = Meter.CreateCounter<long>("sure.adapter.requests", "{request}", "Requests to upstreams, by source and outcome.");
        _observations = Meter.CreateCounter<long>(
            "sure.adapter.observations", "{observation}", "Observations by source and outcome: accepted, unchanged, or the reason of the refusal.");
        Meter.CreateObservableGauge(
            "sure.adapter.observation.age",
            () => _observedAt.Select(p => new Measurement<double>((time.GetUtcNow() - p.Value).TotalSeconds, Source(p.Key))),
            "s",
            "Age of the newest observation that was accepted, by source; nothing before the first.");
    }

    /// <summary>What its instruments belong to.</summary>
    public Meter Meter { get; } = new("Sure.Adapters");

    /// <summary>A request ended; <paramref name="refusal"/> is null where it was answered.</summary>
    public void Requested(string source, RefusalReason? refusal) => _requests.Add(1, Source(source), OutcomeOf(refusal));

    /// <summary>An observation is new.</summary>
    public void Observed(string source, DateTimeOffset observedAt)
    {
        _observations.Add(1, Source(source), OutcomeOf(refusal: null));
        _observedAt.AddOrUpdate(source, observedAt, (_, newest) => observedAt > newest ? observedAt : newest);
    }

    /// <summary>An observation is the one before once more.</summary>
    public void Repeated(string source) => _observations.Add(1, Source(source), new KeyValuePair<string, object?>("sure.outcome", Unchanged));

    /// <summary>There is no observation where there should be one.</summary>
    public void Refused(string source, RefusalReason reason) => _observations.Add(1, Source(source), OutcomeOf(reason));

    public void Dispose() => Meter.Dispose();

    private static KeyValuePair<string, object?> Source(string source) => new("sure.source", source);

    private static KeyValuePair<string, object?> OutcomeOf(RefusalReason? refusal) => new("sure.outcome", refusal?.Word() ?? Accepted);
}

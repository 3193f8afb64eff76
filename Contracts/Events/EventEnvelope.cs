using System.Collections.Frozen;
using System.Text.Json;
using Sure.Contracts.Json;

namespace Sure.Contracts.Events;

/// <summary>An event on its way: the fact and its place in the order of its producer.</summary>
/// <param name="Producer">Name of the service that tells it, for example <c>utilizationservice</c>.</param>
/// <param name="Sequence">Its number among all events of that producer: 1, 2, 3 … without gaps.</param>
/// <param name="EventId">The event's own id.</param>
/// <param name="OccurredAt">When the fact became true.</param>
/// <param name="Type">Simple name of the event's record, for example <c>PolicyBound</c>.</param>
/// <param name="Data">The record as JSON.</param>
/// <param name="TraceParent">W3C trace context of the work that caused it, where there was one.</param>
/// <param name="TraceLinks">Those of further work that caused it; null for none.</param>
public sealed record EventEnvelope(
    string Producer,
    long Sequence,
    Guid EventId,
    DateTimeOffset OccurredAt,
    string Type,
    JsonElement Data,
    string? TraceParent = null,
    IReadOnlyList<string>? TraceLinks = null)
{
    private static readonly FrozenDictionary<string, Type> Types = typeof(IPlatformEvent).Assembly.GetTypes()
        .Where(t => t is { IsAbstract: false } && typeof(IPlatformEvent).IsAssignableFrom(t))
        .ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The event itself; null when this build does not know its type, which a newer producer may have added.</summary>
    public IPlatformEvent? Open() =>
        Types.TryGetValue(Type, out var type) ? (IPlatformEvent?)Data.Deserialize(type, SureJson.Internal) : null;
}

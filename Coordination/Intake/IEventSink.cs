using Sure.Contracts.Events;

namespace Sure.Coordination.Intake;

/// <summary>Where a consumer keeps what it made of the events, together with how far it has come: the two change as one.</summary>
public interface IEventSink
{
    /// <summary>The last sequence applied of <paramref name="producer"/>; null when nothing ever was.</summary>
    Task<long?> GetLastAppliedAsync(string producer, CancellationToken cancellationToken);

    /// <summary>
    /// Applies <paramref name="events"/> (consecutive, at least one) and moves the last sequence to theirs, in one atomic step.
    /// Answers false and changes nothing when the first is not the successor of the last one applied.
    /// </summary>
    Task<bool> TryApplyAsync(string producer, IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken);

    /// <summary>
    /// Begins anew with a producer: nothing of it was ever applied, or events after the last one are no longer kept. Brings the state to
    /// that of some sequence from which the producer can still tell what followed, and remembers that sequence. Where another instance was
    /// faster, its result stands.
    /// </summary>
    /// <param name="producer">Whose events.</param>
    /// <param name="seen">The last sequence applied, as it was when this was decided; null for none.</param>
    /// <param name="firstKept">The first sequence it still keeps.</param>
    /// <param name="last">The last sequence it gave.</param>
    /// <param name="cancellationToken">Stops it.</param>
    Task RebuildAsync(string producer, long? seen, long firstKept, long last, CancellationToken cancellationToken);
}

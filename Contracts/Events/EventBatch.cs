namespace Sure.Contracts.Events;

/// <summary>Consecutive events of one producer, as they travel together: most of what happens, happens at once.</summary>
/// <param name="Producer">Name of the service that tells them.</param>
/// <param name="Events">At least one, in the order of their sequence and without gaps.</param>
public sealed record EventBatch(string Producer, IReadOnlyList<EventEnvelope> Events);

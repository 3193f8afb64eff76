namespace Sure.Contracts.Events;

/// <summary>Consecutive events of one producer, as they travel together: most of what happens, happens at once.</summary>
/// <param name="Producer">Name of the service that tells them.</param>
/// <param name="Events">At least one and at most <see cref="Limit"/>, in the order of their sequence and without gaps.</param>
public sealed record EventBatch(string Producer, IReadOnlyList<EventEnvelope> Events)
{
    /// <summary>
    /// Events that travel in one message and are applied in one transaction: enough to make both worth their cost, and nobody waits long for
    /// the rows they change.
    /// </summary>
    public const int Limit = 50;
}

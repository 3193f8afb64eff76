namespace Sure.Contracts.Events;

/// <summary>An operator closed the circuit breaker.</summary>
/// <param name="Actor">Who.</param>
public sealed record BreakerReset(Guid EventId, DateTimeOffset OccurredAt, string Actor) : IPlatformEvent;

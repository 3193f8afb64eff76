namespace Sure.Contracts.Events;

/// <summary>The circuit breaker opened: no new policies and no withdrawals until it is reset.</summary>
/// <param name="Reason">One sentence for a person.</param>
public sealed record BreakerTripped(Guid EventId, DateTimeOffset OccurredAt, string Reason) : IPlatformEvent;

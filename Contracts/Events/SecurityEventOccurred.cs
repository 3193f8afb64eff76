namespace Sure.Contracts.Events;

/// <summary>Something happened that whoever guards the platform wants to know.</summary>
/// <param name="Kind"><c>auth_failed</c>, <c>limit_hit</c>, <c>key_made</c>, <c>key_revoked</c>, <c>webhook_made</c>, <c>webhook_tested</c>, <c>webhook_deleted</c>, <c>breaker_reset</c> or <c>exposure_rebuilt</c>.</param>
/// <param name="Client">Id of the key or token, or the address of a client without one.</param>
/// <param name="Count">How often, where it happened again and again; at least 1.</param>
/// <param name="Detail">One sentence for a person; never a secret.</param>
public sealed record SecurityEventOccurred(Guid EventId, DateTimeOffset OccurredAt, string Kind, string Client, long Count, string Detail) : IPlatformEvent;

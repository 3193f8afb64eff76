namespace Sure.Contracts.Events;

/// <summary>A claim was paid.</summary>
/// <param name="ClaimId">The claim.</param>
/// <param name="PolicyId">Its policy.</param>
/// <param name="PaidUsd">What was paid.</param>
/// <param name="ShortfallUsd">What was owed and could not be borne; 0 where it was paid in full.</param>
public sealed record ClaimPaid(
    Guid EventId,
    DateTimeOffset OccurredAt,
    Guid ClaimId,
    Guid PolicyId,
    decimal PaidUsd,
    decimal ShortfallUsd) : IPlatformEvent;

namespace Sure.Contracts.Events;

/// <summary>A claim was decided.</summary>
/// <param name="ClaimId">The claim.</param>
/// <param name="PolicyId">Its policy.</param>
/// <param name="Triggered">Whether the policy pays.</param>
/// <param name="PayoutUsd">What it is owed; 0 where refused.</param>
/// <param name="Reason">One sentence for a person.</param>
/// <param name="EvidenceHash">Hash of the decision in the evidence chain.</param>
public sealed record ClaimDecided(
    Guid EventId,
    DateTimeOffset OccurredAt,
    Guid ClaimId,
    Guid PolicyId,
    bool Triggered,
    decimal PayoutUsd,
    string Reason,
    string EvidenceHash) : IPlatformEvent;

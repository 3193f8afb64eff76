using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>The trigger of a policy was met: its loss is booked and its coverage released.</summary>
/// <param name="PolicyId">The policy.</param>
/// <param name="ClaimId">Its claim.</param>
/// <param name="CoverageUsd">The coverage released.</param>
/// <param name="PayoutUsd">What the policy is owed by its terms.</param>
/// <param name="ShortfallUsd">The part of it that no tranche could bear.</param>
/// <param name="TriggeredAt">When the trigger was met, by the points it rests on.</param>
public sealed record PolicyTriggered(
    Guid EventId,
    DateTimeOffset OccurredAt,
    Guid PolicyId,
    Guid ClaimId,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    decimal CoverageUsd,
    decimal PayoutUsd,
    decimal ShortfallUsd,
    DateTimeOffset TriggeredAt) : IPlatformEvent;

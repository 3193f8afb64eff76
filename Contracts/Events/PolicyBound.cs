using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>A policy was sold and is in force.</summary>
/// <param name="PolicyId">The policy.</param>
/// <param name="QuoteId">The quote it was bound from.</param>
/// <param name="CoverageUsd">What it pays at most.</param>
/// <param name="PremiumUsd">What was charged.</param>
/// <param name="StandardRate">Annual standard rate with the loads of its terms; a fraction of the cover.</param>
/// <param name="Terms">Its price terms; null for types that have none.</param>
/// <param name="StartsAt">Beginning of the cover.</param>
/// <param name="EndsAt">End of the cover.</param>
public sealed record PolicyBound(
    Guid EventId,
    DateTimeOffset OccurredAt,
    Guid PolicyId,
    Guid QuoteId,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    decimal CoverageUsd,
    decimal PremiumUsd,
    decimal StandardRate,
    PolicyTerms? Terms,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt) : IPlatformEvent;

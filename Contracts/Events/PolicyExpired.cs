using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>A policy reached its end without a claim; its coverage is released.</summary>
/// <param name="PolicyId">The policy.</param>
/// <param name="CoverageUsd">The coverage released.</param>
public sealed record PolicyExpired(
    Guid EventId,
    DateTimeOffset OccurredAt,
    Guid PolicyId,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    decimal CoverageUsd) : IPlatformEvent;

using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>The figures of the pool and its tranches, told at least once a minute and within a second of a change.</summary>
/// <param name="Tranches">The six tranches in order of seniority.</param>
/// <param name="Pool">The pool as a whole, at the same moment.</param>
public sealed record TrancheUtilizationChanged(
    Guid EventId,
    DateTimeOffset OccurredAt,
    IReadOnlyList<TrancheFigures> Tranches,
    PoolFigures Pool) : IPlatformEvent;

/// <summary>One tranche.</summary>
/// <param name="TrancheId">Which.</param>
/// <param name="Apy">Target yield at its utilization, in % per year.</param>
/// <param name="RealisedApy30d">Premium credited in the last 30 days over the mean capital of all of them, × 365/30, in %.</param>
/// <param name="Utilization">Attributed coverage over capital, 0 … 1.</param>
/// <param name="TotalCapitalUsd">Its capital.</param>
/// <param name="CoverageSoldUsd">Coverage attributed to it.</param>
/// <param name="LastUpdated">The time the figures are true for.</param>
public sealed record TrancheFigures(
    Tranche TrancheId,
    decimal Apy,
    decimal RealisedApy30d,
    decimal Utilization,
    decimal TotalCapitalUsd,
    decimal CoverageSoldUsd,
    DateTimeOffset LastUpdated);

/// <summary>The pool.</summary>
/// <param name="TotalCapitalUsd">Capital of all tranches.</param>
/// <param name="EffectiveCapitalUsd">Σ capital × risk capacity.</param>
/// <param name="CoverageSoldUsd">Active coverage.</param>
/// <param name="ActivePolicies">Policies in force.</param>
/// <param name="Ltv">Coverage over effective capital; 0 with no coverage, null with coverage and no capital.</param>
/// <param name="ReserveRatio">Liquid reserves over total capital; 1 with no capital.</param>
/// <param name="LiquidReservesUsd">Cash − claims payable − unearned premium.</param>
/// <param name="DeployedUsd">Capital earning elsewhere, ≥ 0; null where a version told of it that did not say.</param>
public sealed record PoolFigures(
    decimal TotalCapitalUsd,
    decimal EffectiveCapitalUsd,
    decimal CoverageSoldUsd,
    int ActivePolicies,
    decimal? Ltv,
    decimal ReserveRatio,
    decimal LiquidReservesUsd,
    decimal? DeployedUsd = null);

using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Calls;

/// <summary>
/// What UtilizationService answers at <c>GET /internal/book</c>: all active policies and the pool, from one snapshot of its database.
/// It holds at least everything that the events up to <paramref name="Sequence"/> told, and may already hold what later ones will
/// tell: applying those again must change nothing.
/// </summary>
/// <param name="Sequence">Last event that had its number; continue after it.</param>
/// <param name="AsOf">The time it is true for.</param>
/// <param name="Policies">Policies in force.</param>
/// <param name="Pool">The pool.</param>
/// <param name="TrancheCapitalUsd">Capital of each tranche.</param>
/// <param name="Losses">Policies that were triggered within the last <see cref="LossDays"/> days.</param>
public sealed record Book(
    long Sequence,
    DateTimeOffset AsOf,
    IReadOnlyList<BookedPolicy> Policies,
    PoolFigures Pool,
    IReadOnlyDictionary<Tranche, decimal> TrancheCapitalUsd,
    IReadOnlyList<BookedLoss> Losses)
{
    /// <summary>Path of the call.</summary>
    public const string Path = "/internal/book";

    /// <summary>How many days of losses it tells: what a year's comparison of forecasts with outcomes needs.</summary>
    public const int LossDays = 366;
}

/// <summary>A policy that was triggered.</summary>
/// <param name="PolicyId">The policy.</param>
/// <param name="BookedAt">When its loss was booked.</param>
/// <param name="LossUsd">What it is owed by its terms, borne by a tranche or not.</param>
public sealed record BookedLoss(Guid PolicyId, DateTimeOffset BookedAt, decimal LossUsd);

/// <summary>A policy in force.</summary>
/// <param name="PolicyId">The policy.</param>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="CoverageUsd">What it pays at most.</param>
/// <param name="StandardRate">Annual standard rate with the loads of its terms.</param>
/// <param name="Terms">Its price terms; null for types that have none.</param>
/// <param name="StartsAt">Beginning of the cover.</param>
/// <param name="EndsAt">End of the cover.</param>
public sealed record BookedPolicy(
    Guid PolicyId,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin Stablecoin,
    decimal CoverageUsd,
    decimal StandardRate,
    PolicyTerms? Terms,
    DateTimeOffset StartsAt,
    DateTimeOffset EndsAt);

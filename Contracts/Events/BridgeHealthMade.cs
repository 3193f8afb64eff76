using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>The health of a bridge in one monitoring cycle, made whether or not it changed.</summary>
/// <param name="BridgeId">The bridge.</param>
/// <param name="HealthScore">0 … 1; null when nothing is known.</param>
/// <param name="HealthStatus">What the score says.</param>
/// <param name="TvlUsd">Median value locked over live sources; null when none is live.</param>
/// <param name="TvlDrawdownPct">Against the peak, in % (≤ 0).</param>
/// <param name="OracleConsensus">Score of the sources' agreement; null when none is live.</param>
/// <param name="ExploitDetected">Whether the exploit latch is set.</param>
/// <param name="ExploitConfirmed">Whether the exploit is confirmed, which pays policies.</param>
/// <param name="PreviousScore">The score last announced to subscribers; null before the first.</param>
/// <param name="Announce">
/// Whether subscribers are told: the first known score, a score that moved by more than 0.05 from the one last announced, a change of
/// status or of the exploit flag.
/// </param>
/// <param name="DataSource">Where observations come from: <c>simulated</c>, <c>http</c> or <c>keepers</c>.</param>
/// <param name="JudgedUntil">
/// No exploit that is not detected yet can turn out to have been seen before this time, which is not after <paramref name="OccurredAt"/>.
/// Null where an older producer tells it.
/// </param>
/// <param name="Announced">
/// Whether subscribers know of the bridge: they are told now, or were before, however long ago. False where an older producer tells it.
/// </param>
public sealed record BridgeHealthMade(
    Guid EventId,
    DateTimeOffset OccurredAt,
    string BridgeId,
    decimal? HealthScore,
    BridgeStatus HealthStatus,
    decimal? TvlUsd,
    decimal? TvlDrawdownPct,
    decimal? OracleConsensus,
    bool ExploitDetected,
    bool ExploitConfirmed,
    decimal? PreviousScore,
    bool Announce,
    string DataSource,
    DateTimeOffset? JudgedUntil = null,
    bool Announced = false) : IPlatformEvent;

using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Bridges;

/// <summary>What one cycle found of a bridge.</summary>
/// <param name="BridgeId">The bridge.</param>
/// <param name="MadeAt">When.</param>
/// <param name="HealthScore">0 … 1; null with no live source.</param>
/// <param name="HealthStatus">What the score says.</param>
/// <param name="TvlUsd">Median over live sources; null with none.</param>
/// <param name="TvlChangePct">Against an hour ago, in %; null where there is nothing to compare.</param>
/// <param name="TvlDrawdownPct">Against the peak, in %, ≤ 0; null with no live source.</param>
/// <param name="ExploitDetected">Whether the latch is set.</param>
/// <param name="ExploitConfirmed">Whether it pays policies.</param>
/// <param name="ActiveAlerts">Alerts that last.</param>
/// <param name="OracleConsensus">Score of the sources' agreement; null with none live.</param>
/// <param name="TransactionSuccessRate">Median of the sources' rates of the last hour, 0 … 1; 1 where nothing was tried.</param>
/// <param name="Paused">Whether most of the live sources that say anything about it say the contract is paused.</param>
/// <param name="Sources">What each source last said.</param>
/// <param name="LastObservedAt">Time of the newest observation; null when there never was one.</param>
public sealed record BridgeReport(
    string BridgeId,
    DateTimeOffset MadeAt,
    decimal? HealthScore,
    BridgeStatus HealthStatus,
    decimal? TvlUsd,
    decimal? TvlChangePct,
    decimal? TvlDrawdownPct,
    bool ExploitDetected,
    bool ExploitConfirmed,
    IReadOnlyList<BridgeAlert> ActiveAlerts,
    decimal? OracleConsensus,
    decimal TransactionSuccessRate,
    bool Paused,
    IReadOnlyList<BridgeSourceFigure> Sources,
    DateTimeOffset? LastObservedAt);

/// <summary>The last word of one source.</summary>
/// <param name="Source">Its name.</param>
/// <param name="TvlUsd">Value locked; null where it does not say.</param>
/// <param name="ObservedAt">When it was so.</param>
/// <param name="Live">Whether it is young enough to count.</param>
public sealed record BridgeSourceFigure(string Source, decimal? TvlUsd, DateTimeOffset ObservedAt, bool Live);

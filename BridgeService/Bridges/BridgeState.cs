using Sure.BridgeService.Statistics;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Bridges;

/// <summary>What one cycle must know of those before it.</summary>
/// <param name="LastTvlUsd">Value of the point before; null before the first and when nothing was live.</param>
/// <param name="Peak">Highest value of the window, and of that before it in which an exploit may have been first seen.</param>
/// <param name="Sources">The same per source.</param>
/// <param name="Exploit">While one is detected.</param>
/// <param name="Alerts">Those that last, by type.</param>
/// <param name="Announced">What subscribers were last told; null before the first time.</param>
/// <param name="LastObservedAt">Time of the newest observation ever; null before the first.</param>
/// <param name="Since">When this bridge was first judged.</param>
/// <param name="BorneOut">
/// As <paramref name="Peak"/>, of what as many sources bore out in a cycle as it takes to detect an exploit; null in what a version before
/// left, which held exploits against <paramref name="Peak"/>.
/// </param>
public sealed record BridgeState(
    decimal? LastTvlUsd,
    WindowMaximum Peak,
    IReadOnlyDictionary<string, SourceState> Sources,
    ExploitState? Exploit,
    IReadOnlyDictionary<string, BridgeAlert> Alerts,
    Announcement? Announced,
    DateTimeOffset? LastObservedAt,
    DateTimeOffset Since,
    WindowMaximum? BorneOut = null)
{
    /// <summary>Of a bridge that has never been judged.</summary>
    public static BridgeState New(DateTimeOffset now) => new(
        LastTvlUsd: null,
        WindowMaximum.Empty,
        new Dictionary<string, SourceState>(StringComparer.Ordinal),
        Exploit: null,
        new Dictionary<string, BridgeAlert>(StringComparer.Ordinal),
        Announced: null,
        LastObservedAt: null,
        now);
}

/// <summary>What is remembered of one source of a bridge.</summary>
/// <param name="Peak">Highest value of its window; that of a run of deep points stays until the slowest source can have seen them too.</param>
/// <param name="ObservedAt">Time of its last observation that was judged.</param>
/// <param name="DeepPoints">How many of its observations in a row were at or below the critical drawdown.</param>
/// <param name="DeepSince">Time of the first of these; null while there is none.</param>
public sealed record SourceState(WindowMaximum Peak, DateTimeOffset ObservedAt, int DeepPoints, DateTimeOffset? DeepSince = null);

/// <summary>A detected exploit.</summary>
/// <param name="ExploitId">Its id.</param>
/// <param name="DetectedAt">When.</param>
/// <param name="Peak">The peak it is held against, which enough sources bore out; it stays while the exploit lasts.</param>
/// <param name="BelowSince">Since when value has not been back; null while it is.</param>
/// <param name="RecoveredSince">Since when value has been back; null while it is not.</param>
/// <param name="ConfirmedAt">When it was confirmed.</param>
/// <param name="FirstSeenAt">Time of the first observation of it, of all its witnesses; null in what a version before left, which knew the detection only.</param>
/// <param name="WitnessPeaks">The peak of each witness when it was detected; null in what a version before left.</param>
/// <param name="ContestedSince">Since when too few sources say that value is not back, and too few that it is; null while enough say either.</param>
public sealed record ExploitState(
    Guid ExploitId,
    DateTimeOffset DetectedAt,
    TimedValue Peak,
    DateTimeOffset? BelowSince,
    DateTimeOffset? RecoveredSince,
    DateTimeOffset? ConfirmedAt,
    DateTimeOffset? FirstSeenAt = null,
    IReadOnlyDictionary<string, decimal>? WitnessPeaks = null,
    DateTimeOffset? ContestedSince = null);

/// <summary>An alert of a bridge.</summary>
/// <param name="AlertId">The same from raising to resolving.</param>
/// <param name="Severity">How urgent.</param>
/// <param name="AlertType">Its kind.</param>
/// <param name="Message">One sentence for a person, as of when it was raised.</param>
/// <param name="Timestamp">When it was raised.</param>
/// <param name="Resolved">Whether it is over.</param>
public sealed record BridgeAlert(Guid AlertId, Severity Severity, string AlertType, string Message, DateTimeOffset Timestamp, bool Resolved);

/// <summary>What subscribers were told.</summary>
/// <param name="Score">Health score; null when nothing was known.</param>
/// <param name="Status">Status.</param>
/// <param name="ExploitDetected">Exploit flag.</param>
public sealed record Announcement(decimal? Score, BridgeStatus Status, bool ExploitDetected);

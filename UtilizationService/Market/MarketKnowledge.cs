using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Market;

/// <summary>The last word on a coin's peg.</summary>
/// <param name="At">When it was made.</param>
/// <param name="PegRatio">Price over reference; null without consensus.</param>
/// <param name="Consensus">Score of agreement; null without consensus.</param>
/// <param name="Troubled">Whether the peg fell to where sales stop and has not been back for long enough.</param>
/// <param name="RecoveredSince">Since when it has been back; null while it is not troubled or not back.</param>
/// <param name="DataSource">Where the observations come from: <c>simulated</c>, <c>http</c> or <c>keepers</c>; null where an older version keeps it.</param>
/// <param name="LiveNavs">Of a yield-bearing coin how many live sources say what it can be redeemed for; null of others.</param>
public sealed record KnownPeg(
    DateTimeOffset At, decimal? PegRatio, decimal? Consensus, bool Troubled, DateTimeOffset? RecoveredSince, string? DataSource, int? LiveNavs = null)
{
    /// <summary>
    /// What is known after the next point (domain, §4, check 11): sales stop at the one ratio and resume after a time at the other, which
    /// more than <paramref name="longestGap"/> without a point breaks as it breaks a run. What was simulated stops no real sales, nor the reverse.
    /// </summary>
    public static KnownPeg After(
        KnownPeg? before, DateTimeOffset at, decimal? pegRatio, decimal? consensus, string? dataSource, KnownEventOptions options, TimeSpan longestGap)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (DataKind.Differ(before?.DataSource, dataSource))
        {
            before = null;
        }

        if (pegRatio <= options.StopRatio)
        {
            return new(at, pegRatio, consensus, Troubled: true, RecoveredSince: null, dataSource);
        }

        if (before is not { Troubled: true } || pegRatio < options.ResumeRatio || pegRatio is null)
        {
            // Without a consensus nothing is known to have recovered; the time begins anew.
            return new(at, pegRatio, consensus, before is { Troubled: true }, RecoveredSince: null, dataSource);
        }

        // Nor is anything known of a long time without points.
        var since = before.RecoveredSince is { } known && at - before.At <= longestGap ? known : at;
        return at - since >= options.ResumeAfter
            ? new(at, pegRatio, consensus, Troubled: false, RecoveredSince: null, dataSource)
            : new(at, pegRatio, consensus, Troubled: true, since, dataSource);
    }
}

/// <summary>The last word on a bridge.</summary>
/// <param name="At">When it was made.</param>
/// <param name="Known">Whether anything is known of it.</param>
/// <param name="ExploitDetected">Whether an exploit is detected.</param>
/// <param name="DrawdownPct">Its value against its peak, in % (≤ 0); null where nothing is known of it.</param>
public sealed record KnownBridge(DateTimeOffset At, bool Known, bool ExploitDetected, decimal? DrawdownPct);

/// <summary>An incident that one operator recorded and no other has decided yet.</summary>
/// <param name="CoverageType">What it would trigger.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">On which coin; null where it concerns all.</param>
public sealed record OpenIncident(CoverageType CoverageType, Chain Chain, Stablecoin? Stablecoin);

/// <summary>The last word on what the worst stress scenario costs.</summary>
/// <param name="At">When the risk snapshot was taken, or the time of the book it rests on where that is earlier.</param>
/// <param name="WorstLossUsd">Its loss.</param>
public sealed record KnownStress(DateTimeOffset At, decimal WorstLossUsd);

/// <summary>What this service knows of the world outside when it decides.</summary>
/// <param name="Pegs">The coins that were told of.</param>
/// <param name="Bridges">The bridges that were told of.</param>
/// <param name="OpenIncidents">Incidents nobody has decided.</param>
/// <param name="Stress">The last risk snapshot; null before the first.</param>
public sealed record MarketKnowledge(
    IReadOnlyDictionary<Stablecoin, KnownPeg> Pegs,
    IReadOnlyDictionary<string, KnownBridge> Bridges,
    IReadOnlyList<OpenIncident> OpenIncidents,
    KnownStress? Stress)
{
    /// <summary>The worst stress loss of a risk snapshot that is young enough to count; else null.</summary>
    public decimal? WorstStressLossUsd(DateTimeOffset now, UnderwritingOptions limits)
    {
        ArgumentNullException.ThrowIfNull(limits);
        return Stress is { } stress && now - stress.At <= limits.StressLossCountsFor ? stress.WorstLossUsd : null;
    }
}

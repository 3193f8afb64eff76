using Sure.BridgeService.Adapters.Evm;
using Sure.BridgeService.Observations;
using Sure.BridgeService.SourceQuality;
using Sure.BridgeService.Statistics;
using Sure.Contracts.Consensus;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Bridges;

/// <summary>What is known of a bridge when it is judged.</summary>
/// <param name="Bridge">Which.</param>
/// <param name="Now">When.</param>
/// <param name="Sources">The last observation of each source; several of one that says value and pause at different times.</param>
/// <param name="Transactions">What each source counted in the last hour.</param>
/// <param name="TvlBeforeUsd">Value an hour ago, or the oldest known if it is younger; null when none is.</param>
public sealed record BridgeEvidence(
    Bridge Bridge,
    DateTimeOffset Now,
    IReadOnlyCollection<BridgeObservation> Sources,
    IReadOnlyCollection<SourceTransactions> Transactions,
    decimal? TvlBeforeUsd);

/// <summary>What a cycle makes of a bridge.</summary>
/// <param name="State">For the next cycle.</param>
/// <param name="Report">For those who ask.</param>
/// <param name="Events">For the other services.</param>
public sealed record BridgeAssessment(BridgeState State, BridgeReport Report, IReadOnlyList<IPlatformEvent> Events);

/// <summary>Judges the health of a bridge. Pure: the same evidence gives the same judgement; only ids of new events are new.</summary>
/// <param name="options">The rules' figures.</param>
public sealed class BridgeAssessor(BridgeOptions options)
{
    private const int PercentDecimals = 4;
    private const int ScoreDecimals = 4;

    /// <summary>Judges one bridge in one cycle.</summary>
    /// <param name="evidence">What is known.</param>
    /// <param name="before">What the cycle before left.</param>
    /// <param name="dataSource">Where observations come from.</param>
    public BridgeAssessment Assess(BridgeEvidence evidence, BridgeState before, string dataSource)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        ArgumentNullException.ThrowIfNull(before);
        var now = evidence.Now;
        var live = evidence.Sources.Where(o => now - o.ObservedAt < options.MaxAgeOf(o.Source)).ToList();
        var values = live.Where(o => o.TvlUsd is not null).Select(o => o.TvlUsd!.Value).ToList();
        decimal? tvl = values.Count > 0 ? Sample.Median(values) : null;
        // A slower source sees a drop later: until it has, twice, the others' runs go on, and what the value was before them is known.
        var longest = before.Sources.Keys.Concat(live.Where(o => o.TvlUsd is not null).Select(o => o.Source))
            .Select(options.PeakWindowOf).Append(options.Window).Max();
        var peak = tvl is { } known ? before.Peak.With(new TimedValue(now, known), longest + options.Window) : before.Peak;
        // Where a version before left none, what it held exploits against goes on: what just fell must not be forgotten.
        var borneOut = before.BorneOut ?? before.Peak;
        borneOut = BorneOut(values) is { } borne ? borneOut.With(new TimedValue(now, borne), longest + options.Window) : borneOut;
        var sources = Follow(before.Sources, live, longest, now);
        var paused = IsPaused(live);
        var pauseConfirms = paused && IsPauseBorneOut(live);

        var exploit = before.Exploit ?? Detect(sources, live, borneOut, now);
        var reference = exploit?.Peak ?? peak.Since(now - options.Window);
        decimal? drawdown = tvl is { } current && reference is { } top ? Change(current, Math.Max(top.Value, current)) : null;
        exploit = exploit is null ? null : Progress(exploit, drawdown, live, pauseConfirms, now);
        var cleared = exploit?.RecoveredSince is { } recovered && now - recovered >= options.ClearAfter;

        decimal? consensus = values.Count switch
        {
            0 => null,
            1 => options.SingleSourceConsensus,
            _ => options.ConsensusScore(Sample.CoefficientOfVariation(values)),
        };
        var success = SuccessRate(evidence.Transactions);
        var newest = evidence.Sources.Count > 0 ? evidence.Sources.Max(o => o.ObservedAt) : before.LastObservedAt;
        var lasting = cleared ? null : exploit;
        var score = Score(drawdown, consensus, success, newest is { } seen ? now - seen : null, lasting is not null, paused);
        var status = StatusOf(score, lasting is not null);

        var standing = new Standing(tvl, values, drawdown, reference, peak.Since(now - options.DeclineWindow), before.LastTvlUsd, paused, newest ?? before.Since, now);
        var alerts = BridgeAlerts.Judge(standing, before.Alerts, options);
        var announce = MustAnnounce(before.Announced, score, status, lasting is not null);

        var report = new BridgeReport(
            evidence.Bridge.Id,
            now,
            score,
            status,
            Cents(tvl),
            tvl is { } value && evidence.TvlBeforeUsd is { } earlier ? Change(value, earlier) : null,
            drawdown,
            lasting is not null,
            lasting?.ConfirmedAt is not null,
            [.. alerts.Active.OrderByDescending(a => a.Severity).ThenBy(a => a.Timestamp)],
            consensus,
            Math.Round(success, ScoreDecimals, MidpointRounding.AwayFromZero),
            paused,
            [
                .. evidence.Sources.GroupBy(o => o.Source).OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => g.FirstOrDefault(o => o.TvlUsd is not null) ?? g.First())
                    .Select(o => new BridgeSourceFigure(o.Source, Cents(o.TvlUsd), o.ObservedAt, now - o.ObservedAt < options.MaxAgeOf(o.Source))),
            ],
            newest);
        var state = new BridgeState(
            tvl,
            peak,
            sources,
            lasting,
            alerts.Active.ToDictionary(a => a.AlertType, StringComparer.Ordinal),
            announce ? new Announcement(score, status, lasting is not null) : before.Announced,
            newest,
            before.Since,
            borneOut);
        return new BridgeAssessment(state, report, [.. Tell(report, before, exploit, cleared, pauseConfirms, alerts, announce, JudgedUntil(sources, longest, now), dataSource)]);
    }

    /// <summary>What ends when a bridge is judged anew by another kind of data, simulated or real: nothing that was found goes on.</summary>
    public static IEnumerable<IPlatformEvent> Abandon(string bridgeId, BridgeState state, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(state);
        foreach (var alert in state.Alerts.Values)
        {
            yield return new BridgeAlertResolved(Id(now), now, bridgeId, alert.AlertId, alert.AlertType, alert.Severity, alert.Message);
        }

        if (state.Exploit is { } exploit)
        {
            yield return new ExploitCleared(
                Id(now), now, bridgeId, exploit.ExploitId, Cents(state.LastTvlUsd), exploit.Peak.Value, "The bridge is judged anew, by another kind of data.");
        }
    }

    /// <summary>Change in % of <paramref name="from"/>; 0 from less than a cent.</summary>
    internal static decimal Change(decimal value, decimal from) =>
        from < 0.01m ? 0 : Math.Round(((value / from) - 1) * 100, PercentDecimals, MidpointRounding.AwayFromZero);

    /// <summary>An amount as it is told; what decides, and what is kept of an observation, is not rounded.</summary>
    internal static decimal? Cents(decimal? amount) =>
        amount is { } known ? Math.Round(known, 2, MidpointRounding.AwayFromZero) : null;

    /// <summary>Paused when most of those who say anything about it say so; the only one who does is told and caps the score.</summary>
    private static bool IsPaused(IReadOnlyCollection<BridgeObservation> live)
    {
        var said = live.Where(o => o.Paused is not null).ToList();
        return 2 * said.Count(o => o.Paused is true) > said.Count;
    }

    /// <summary>
    /// The median of what each source's own counts say, for two may count the same transactions, and one any number of them; 1 where nobody
    /// counted any.
    /// </summary>
    private static decimal SuccessRate(IEnumerable<SourceTransactions> transactions)
    {
        var rates = transactions.Where(t => t.Tried > 0).Select(t => decimal.Divide(t.Succeeded, t.Tried)).ToList();
        return rates.Count > 0 ? Sample.Median(rates) : 1;
    }

    private static IEnumerable<IPlatformEvent> Tell(
        BridgeReport report,
        BridgeState before,
        ExploitState? exploit,
        bool cleared,
        bool pauseConfirms,
        BridgeAlerts.Judgement alerts,
        bool announce,
        DateTimeOffset judgedUntil,
        string dataSource)
    {
        var now = report.MadeAt;
        yield return new BridgeHealthMade(
            Id(now),
            now,
            report.BridgeId,
            report.HealthScore,
            report.HealthStatus,
            report.TvlUsd,
            report.TvlDrawdownPct,
            report.OracleConsensus,
            report.ExploitDetected,
            report.ExploitConfirmed,
            before.Announced?.Score,
            announce,
            dataSource,
            judgedUntil,
            Announced: announce || before.Announced is not null);
        foreach (var alert in alerts.Raised)
        {
            yield return new BridgeAlertRaised(Id(now), now, report.BridgeId, alert.AlertId, alert.AlertType, alert.Severity, alert.Message);
        }

        foreach (var alert in alerts.Resolved)
        {
            yield return new BridgeAlertResolved(Id(now), now, report.BridgeId, alert.AlertId, alert.AlertType, alert.Severity, alert.Message);
        }

        if (exploit is null)
        {
            yield break;
        }

        if (before.Exploit is null)
        {
            yield return new ExploitDetected(
                Id(now), now, report.BridgeId, exploit.ExploitId, report.TvlUsd, exploit.Peak.Value, "Several sources saw the bridge being emptied.", exploit.FirstSeenAt);
        }

        if (exploit.ConfirmedAt is not null && before.Exploit?.ConfirmedAt is null)
        {
            yield return new ExploitConfirmed(
                Id(now),
                now,
                report.BridgeId,
                exploit.ExploitId,
                report.TvlUsd,
                exploit.Peak.Value,
                pauseConfirms ? "The contract was paused." : "The value did not come back.",
                exploit.FirstSeenAt);
        }

        if (cleared)
        {
            yield return new ExploitCleared(
                Id(now), now, report.BridgeId, exploit.ExploitId, report.TvlUsd, exploit.Peak.Value, "The value came back and stayed.");
        }
    }

    private static Guid Id(DateTimeOffset now) => Guid.CreateVersion7(now);

    /// <summary>
    /// Whether a pause is more than the word of one that may err: as many say so as it takes to detect an exploit, or the chain does, of
    /// whose final blocks a majority of its endpoints says the same.
    /// </summary>
    private bool IsPauseBorneOut(IReadOnlyCollection<BridgeObservation> live)
    {
        var sayers = live.Where(o => o.Paused is true).ToList();
        return sayers.Count >= options.ExploitSources || sayers.Any(o => PauseFlagSource.IsItsName(o.Source));
    }

    private Dictionary<string, SourceState> Follow(
        IReadOnlyDictionary<string, SourceState> before, IReadOnlyCollection<BridgeObservation> live, TimeSpan longest, DateTimeOffset now)
    {
        var after = before.Where(s => now - s.Value.ObservedAt < SourceLook.Watched).ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
        foreach (var observation in live.Where(o => o.TvlUsd is not null))
        {
            var known = before.GetValueOrDefault(observation.Source);
            // The same observation seen again in the next cycle is not a second sighting.
            if (known?.ObservedAt >= observation.ObservedAt)
            {
                continue;
            }

            var value = new TimedValue(observation.ObservedAt, observation.TvlUsd!.Value);
            var peak = (known?.Peak ?? WindowMaximum.Empty).With(value, known?.DeepPoints > 0 ? longest : options.PeakWindowOf(observation.Source));
            var isDeep = Change(value.Value, peak.Candidates[0].Value) <= -options.CriticalDrawdownPct;
            after[observation.Source] = isDeep
                ? new SourceState(peak, observation.ObservedAt, (known?.DeepPoints ?? 0) + 1, known?.DeepSince ?? Earlier(observation.ObservedAt, now))
                : new SourceState(peak, observation.ObservedAt, DeepPoints: 0);
        }

        return after;
    }

    /// <summary>
    /// No exploit that is not detected yet can turn out to have been seen before this time. A source may yet become a witness with its present
    /// run of deep points, whose first is known; otherwise with what it has not said yet, which is younger than what it said, and than its
    /// <c>max_age</c>, for what is older does not count. So no source holds this time for long: a run is over when its peak is past the
    /// window, or would be before anything that a silent source may yet say.
    /// </summary>
    private DateTimeOffset JudgedUntil(IReadOnlyDictionary<string, SourceState> sources, TimeSpan longest, DateTimeOffset now)
    {
        return sources.Select(s => Of(s.Value, options.MaxAgeOf(s.Key))).Append(now).Min();

        DateTimeOffset Of(SourceState source, TimeSpan maxAge)
        {
            var nextAfter = Later(source.ObservedAt, now - maxAge);
            return source.DeepSince is { } since && nextAfter - source.ObservedAt < longest ? since : nextAfter;
        }
    }

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    /// <summary>
    /// The median, but no more than as many sources say by themselves as it takes to detect an exploit: of two the median is the mean, which
    /// one that errs upwards takes with it. Null while too few are live.
    /// </summary>
    private decimal? BorneOut(List<decimal> values) => values.Count >= options.ExploitSources
        ? Math.Min(Sample.Median(values), values.OrderDescending().ElementAt(options.ExploitSources - 1))
        : null;

    private ExploitState? Detect(
        IReadOnlyDictionary<string, SourceState> sources, IReadOnlyCollection<BridgeObservation> live, WindowMaximum peaks, DateTimeOffset now)
    {
        // By what a source now says of the value: what else it says, at other times, makes it no further witness.
        var speaking = live.Where(o => o.TvlUsd is not null).Select(o => o.Source).ToHashSet(StringComparer.Ordinal);
        var witnesses = sources.Where(s => speaking.Contains(s.Key) && s.Value.DeepPoints >= options.ExploitPoints).ToList();
        if (witnesses.Count < options.ExploitSources)
        {
            return null;
        }

        var firstSeenAt = witnesses.Min(s => s.Value.DeepSince) ?? now;
        return peaks.Since(firstSeenAt - options.Window) is { } peak
            ? new ExploitState(
                Id(now),
                now,
                peak,
                BelowSince: now,
                RecoveredSince: null,
                ConfirmedAt: null,
                firstSeenAt,
                witnesses.ToDictionary(s => s.Key, s => s.Value.Peak.Candidates[0].Value, StringComparer.Ordinal))
            : null;
    }

    /// <summary>
    /// Time runs only while value is known, and as many sources say by themselves what the median says as it takes to detect an exploit: of
    /// two the median is the mean, which one that errs moves past any limit. So neither such a source nor an outage of our own feeds
    /// confirms or clears, and time in which sources contradicted each other does not count.
    /// </summary>
    private ExploitState Progress(
        ExploitState exploit, decimal? drawdown, IReadOnlyCollection<BridgeObservation> live, bool pauseConfirms, DateTimeOffset now)
    {
        var changes = live.Where(o => o.TvlUsd is not null).Select(o => Change(o.TvlUsd!.Value, PeakOf(o.Source))).ToList();
        var isBack = drawdown >= -options.RecoveredPct && changes.Count(c => c >= -options.RecoveredPct) >= options.ExploitSources;
        var isBelow = drawdown < -options.RecoveredPct && changes.Count(c => c < -options.RecoveredPct) >= options.ExploitSources;
        var stood = exploit.ContestedSince is { } since ? now - since : TimeSpan.Zero;
        var moved = (drawdown, isBack, isBelow) switch
        {
            (_, true, _) => exploit with { BelowSince = null, RecoveredSince = exploit.RecoveredSince ?? now, ContestedSince = null },
            (_, _, true) => exploit with { BelowSince = (exploit.BelowSince + stood) ?? now, RecoveredSince = null, ContestedSince = null },
            (null, _, _) => exploit with { RecoveredSince = null },
            _ => exploit with { RecoveredSince = null, ContestedSince = exploit.ContestedSince ?? now },
        };
        var isLasting = isBelow && now - moved.BelowSince >= options.ConfirmAfter;
        return moved.ConfirmedAt is null && (pauseConfirms || isLasting) ? moved with { ConfirmedAt = now } : moved;

        // Of a witness its own where that is lower, since sources need not count the same; it is higher also where the source erred then.
        decimal PeakOf(string source) =>
            exploit.WitnessPeaks?.TryGetValue(source, out var own) is true ? Math.Min(own, exploit.Peak.Value) : exploit.Peak.Value;
    }

    private decimal? Score(decimal? drawdown, decimal? consensus, decimal success, TimeSpan? age, bool exploit, bool paused)
    {
        if (drawdown is not { } down || consensus is not { } agreement || age is not { } old)
        {
            return null;
        }

        var score = (options.TvlWeight * options.TvlScore(down))
            + (options.ConsensusWeight * agreement)
            + (options.SuccessWeight * success)
            + (options.FreshnessWeight * options.FreshnessScore(old));
        var cap = 1m;
        cap = down <= -options.CriticalDrawdownPct ? Math.Min(cap, options.DrawdownCap) : cap;
        cap = exploit ? Math.Min(cap, options.ExploitCap) : cap;
        cap = paused ? Math.Min(cap, options.PausedCap) : cap;
        return Math.Round(Math.Clamp(score, 0, cap), ScoreDecimals, MidpointRounding.AwayFromZero);
    }

    /// <summary>Where nothing is known of the value any more, an exploit that was detected still is.</summary>
    private BridgeStatus StatusOf(decimal? score, bool exploit) => score switch
    {
        null => exploit ? BridgeStatus.Critical : BridgeStatus.Unknown,
        { } known when known >= options.HealthyFrom => BridgeStatus.Healthy,
        { } known when known >= options.CautionFrom => BridgeStatus.Caution,
        { } known when known >= options.WarningFrom => BridgeStatus.Warning,
        _ => BridgeStatus.Critical,
    };

    private bool MustAnnounce(Announcement? told, decimal? score, BridgeStatus status, bool exploit)
    {
        if (told is null)
        {
            return score is not null;
        }

        return told.Status != status
            || told.ExploitDetected != exploit
            || (told.Score is { } before && score is { } after && Math.Abs(after - before) > options.AnnounceMove);
    }
}

/// <summary>The figures that alerts are judged by.</summary>
/// <param name="TvlUsd">Value locked.</param>
/// <param name="Values">What live sources say.</param>
/// <param name="DrawdownPct">Against the peak.</param>
/// <param name="Peak">The peak.</param>
/// <param name="RecentPeak">Highest of the decline window.</param>
/// <param name="LastTvlUsd">Value of the point before.</param>
/// <param name="Paused">Contract paused.</param>
/// <param name="LastObservedAt">Newest observation, or since when there is none.</param>
/// <param name="Now">When.</param>
internal sealed record Standing(
    decimal? TvlUsd,
    IReadOnlyCollection<decimal> Values,
    decimal? DrawdownPct,
    TimedValue? Peak,
    TimedValue? RecentPeak,
    decimal? LastTvlUsd,
    bool Paused,
    DateTimeOffset LastObservedAt,
    DateTimeOffset Now);

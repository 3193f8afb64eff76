using Sure.BridgeService.Observations;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Bridges.Backtests;

/// <summary>Body of <c>POST /api/v2/bridge-health/backtest</c>.</summary>
/// <param name="Observations">In any order; null for an element that is null on the wire.</param>
public sealed record BridgeBacktestRequest(IReadOnlyList<BridgeBacktestObservation?> Observations);

/// <summary>What a source saw of the bridge.</summary>
/// <param name="Source">Its name, 1 … 256 characters.</param>
/// <param name="TvlUsd">Value locked in USD, ≥ 0.</param>
/// <param name="ObservedAt">When, within the years 2000 … 2100.</param>
/// <param name="Paused">Whether the contract is paused; null where the source does not say.</param>
/// <param name="TransactionsTried">Transactions tried since its observation before.</param>
/// <param name="TransactionsSucceeded">Those of them that succeeded.</param>
public sealed record BridgeBacktestObservation(
    string Source, decimal TvlUsd, DateTimeOffset ObservedAt, bool? Paused = null, int? TransactionsTried = null, int? TransactionsSucceeded = null);

/// <summary>What the monitor would have made of the observations.</summary>
/// <param name="Points">Of each cycle; of more than can be shown, the deepest drawdown of every few neighbours.</param>
/// <param name="Alerts">Every alert, in the order of its raising.</param>
/// <param name="ExploitDetectedAt">When an exploit was first detected.</param>
/// <param name="ExploitConfirmedAt">When one was first confirmed.</param>
public sealed record BridgeBacktestAnswer(
    IReadOnlyList<BridgeBacktestPoint> Points,
    IReadOnlyList<BridgeBacktestAlert> Alerts,
    DateTimeOffset? ExploitDetectedAt,
    DateTimeOffset? ExploitConfirmedAt);

/// <summary>What one cycle would have found; figures as in <see cref="BridgeReport"/>.</summary>
public sealed record BridgeBacktestPoint(
    DateTimeOffset Time,
    decimal? HealthScore,
    BridgeStatus HealthStatus,
    decimal? TvlUsd,
    decimal? TvlDrawdownPct,
    decimal? OracleConsensus,
    bool ExploitDetected,
    bool ExploitConfirmed);

/// <summary>An alert from raising to resolving.</summary>
/// <param name="AlertType">Its kind.</param>
/// <param name="Severity">How urgent.</param>
/// <param name="Message">One sentence for a person, as of when it was raised.</param>
/// <param name="Timestamp">When it was raised.</param>
/// <param name="ResolvedAt">When it was resolved; null while it lasts at the end.</param>
public sealed record BridgeBacktestAlert(string AlertType, Severity Severity, string Message, DateTimeOffset Timestamp, DateTimeOffset? ResolvedAt);

/// <summary>The very rules that judge bridges, over a series of observations, in cycles from the first of them to the last. Pure.</summary>
internal static class BridgeBacktest
{
    /// <summary>Stands for whatever bridge is meant; the rules know no difference between bridges.</summary>
    private static readonly Bridge Any = new("backtest", Chain.Ethereum, Chain.TON);

    /// <summary>Runs it.</summary>
    /// <param name="observations">At least one.</param>
    /// <param name="rules">The rules' figures.</param>
    /// <param name="options">Cycle, and points of an answer.</param>
    public static BridgeBacktestAnswer Run(IReadOnlyCollection<BridgeBacktestObservation> observations, BridgeOptions rules, BridgeBacktestOptions options)
    {
        var assessor = new BridgeAssessor(rules);
        var words = new LastWords(observations, rules.Window);
        var state = BridgeState.New(words.First);
        var values = new Queue<(DateTimeOffset At, decimal TvlUsd)>();
        var points = new List<BridgeBacktestPoint>();
        var alerts = new Dictionary<Guid, BridgeBacktestAlert>();
        var events = new List<IPlatformEvent>();
        for (var now = words.First; now < words.Last + options.Cycle; now += options.Cycle)
        {
            var (sources, transactions) = words.At(now);
            // The value that stood at the start of the window, or the oldest there is.
            while (values.Count > 1 && values.ElementAt(1).At <= now - rules.Window)
            {
                values.Dequeue();
            }

            decimal? before = values.TryPeek(out var standing) ? standing.TvlUsd : null;
            var assessment = assessor.Assess(new BridgeEvidence(Any, now, sources, transactions, before), state, "backtest");
            state = assessment.State;
            if (assessment.Report.TvlUsd is { } tvl)
            {
                values.Enqueue((now, tvl));
            }

            points.Add(PointOf(assessment.Report));
            events.AddRange(assessment.Events.Where(e => e is ExploitDetected or ExploitConfirmed));
            Follow(alerts, assessment.Events);
        }

        return new BridgeBacktestAnswer(
            Shown(points, options.MostPoints),
            [.. alerts.Values.OrderBy(a => a.Timestamp).ThenByDescending(a => a.Severity)],
            events.FirstOrDefault(e => e is ExploitDetected)?.OccurredAt,
            events.FirstOrDefault(e => e is ExploitConfirmed)?.OccurredAt);
    }

    private static BridgeBacktestPoint PointOf(BridgeReport r) => new(
        r.MadeAt, r.HealthScore, r.HealthStatus, r.TvlUsd, r.TvlDrawdownPct, r.OracleConsensus, r.ExploitDetected, r.ExploitConfirmed);

    private static void Follow(Dictionary<Guid, BridgeBacktestAlert> alerts, IEnumerable<IPlatformEvent> events)
    {
        foreach (var e in events)
        {
            switch (e)
            {
                case BridgeAlertRaised raised:
                    alerts.Add(raised.AlertId, new BridgeBacktestAlert(raised.AlertType, raised.Severity, raised.Message, raised.OccurredAt, ResolvedAt: null));
                    break;
                case BridgeAlertResolved resolved:
                    alerts[resolved.AlertId] = alerts[resolved.AlertId] with { ResolvedAt = resolved.OccurredAt };
                    break;
                default:
                    break;
            }
        }
    }

    /// <summary>Of every few neighbours the one with the deepest drawdown, so that no drop is lost on the way to a chart.</summary>
    private static List<BridgeBacktestPoint> Shown(List<BridgeBacktestPoint> points, int most) =>
        [.. points.Chunk((points.Count + most - 1) / most).Select(few => few.MinBy(p => p.TvlDrawdownPct ?? 0)!)];

    /// <summary>What every source last said, as time goes on.</summary>
    private sealed class LastWords
    {
        private readonly List<BridgeBacktestObservation> _observations;
        private readonly TimeSpan _window;
        private readonly Dictionary<string, BridgeBacktestObservation> _last = new(StringComparer.Ordinal);
        private readonly Dictionary<string, BridgeBacktestObservation> _lastOfPause = new(StringComparer.Ordinal);
        private readonly Queue<BridgeBacktestObservation> _transactions = new();
        private int _next;

        public LastWords(IReadOnlyCollection<BridgeBacktestObservation> observations, TimeSpan window)
        {
            _observations = [.. observations.OrderBy(o => o.ObservedAt)];
            _window = window;
        }

        public DateTimeOffset First => _observations[0].ObservedAt;

        public DateTimeOffset Last => _observations[^1].ObservedAt;

        /// <summary>What is known at <paramref name="now"/>, which never goes back.</summary>
        public (IReadOnlyCollection<BridgeObservation> Sources, IReadOnlyCollection<SourceTransactions> Transactions) At(DateTimeOffset now)
        {
            for (; _next < _observations.Count && _observations[_next].ObservedAt <= now; _next++)
            {
                var observation = _observations[_next];
                _last[observation.Source] = observation;
                if (observation.Paused is not null)
                {
                    _lastOfPause[observation.Source] = observation;
                }

                if (observation.TransactionsTried is not null)
                {
                    _transactions.Enqueue(observation);
                }
            }

            while (_transactions.TryPeek(out var oldest) && oldest.ObservedAt <= now - _window)
            {
                _transactions.Dequeue();
            }

            return (
                [
                    .. _last.Values.Select(o => new BridgeObservation(o.Source, Any.Id, o.ObservedAt, o.TvlUsd, o.Paused)),
                    // A source may stop saying whether the contract is paused and go on saying what it holds.
                    .. _lastOfPause.Values.Where(o => o != _last[o.Source]).Select(o => new BridgeObservation(o.Source, Any.Id, o.ObservedAt, TvlUsd: null, o.Paused)),
                ],
                [
                    .. _transactions.GroupBy(o => o.Source, StringComparer.Ordinal).Select(g => new SourceTransactions(
                        g.Key, g.Sum(o => (long)o.TransactionsTried!.Value), g.Sum(o => (long)(o.TransactionsSucceeded ?? 0)))),
                ]);
        }
    }
}

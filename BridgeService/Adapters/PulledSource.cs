using System.Diagnostics;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Adapters;

/// <summary>What an upstream said of what it was asked for: of each an observation, or why there is none.</summary>
/// <param name="Bridges">Of bridges.</param>
/// <param name="Prices">Of coins.</param>
internal sealed record Findings(IReadOnlyList<Outcome<BridgeObservation>> Bridges, IReadOnlyList<Outcome<PriceObservation>> Prices);

/// <summary>
/// A source that is pulled over HTTP: asks when it is due, takes what is plausible, counts and logs the rest. What it took before it takes
/// again, and until it is due says it again, and keeping that changes nothing: whether the cycle that had it was committed is not known
/// here. One cycle at a time asks it.
/// </summary>
/// <param name="name">Its name, in its observations, logs and metrics.</param>
/// <param name="interval">After something was taken it is not asked before this has passed.</param>
/// <param name="maxAge">How old what it says may be.</param>
/// <param name="limits">What else is believed.</param>
/// <param name="telemetry">Counts.</param>
/// <param name="time">Tells when it is due.</param>
/// <param name="logger">Of refusals.</param>
internal abstract partial class PulledSource(
    string name, TimeSpan interval, TimeSpan maxAge, IngestionOptions limits, AdapterTelemetry telemetry, TimeProvider time, ILogger logger) : IObservationSource
{
    private readonly Dictionary<string, DateTimeOffset> _last = new(StringComparer.Ordinal);
    private long? _takenAt;
    private ObservationBatch _taken = new([], []);

    public string Name => name;

    public async Task<ObservationBatch> ReadAsync(CancellationToken cancellationToken)
    {
        if (_takenAt is { } taken && time.GetElapsedTime(taken) < interval)
        {
            var oldest = time.GetUtcNow() - maxAge;
            return new ObservationBatch([.. _taken.Bridges.Where(o => o.ObservedAt >= oldest)], [.. _taken.Prices.Where(o => o.ObservedAt >= oldest)]);
        }

        var askedAt = time.GetTimestamp();
        using var activity = AdapterTelemetry.Activities.StartActivity($"pull {name}");
        var findings = await AskAsync(cancellationToken);

        var now = time.GetUtcNow();
        var refusals = new List<Refusal>();
        var batch = new ObservationBatch(
            Admit(findings.Bridges, o => o.BridgeId, o => o.ObservedAt, (o, last) => Plausibility.Of(o, now, maxAge, limits, last), refusals),
            Admit(findings.Prices, o => $"{o.Stablecoin} {o.Kind}", o => o.ObservedAt, (o, last) => Plausibility.Of(o, now, maxAge, limits, last), refusals));
        if (refusals.Count > 0)
        {
            activity?.SetStatus(ActivityStatusCode.Error, refusals[0].Detail);
            Log.Refused(
                logger, name, refusals.Count, findings.Bridges.Count + findings.Prices.Count, string.Join(" · ", refusals.Select(r => $"{r.Reason.Word()}: {r.Detail}").Distinct()));
        }

        if (batch.Bridges.Count + batch.Prices.Count > 0)
        {
            (_takenAt, _taken) = (askedAt, batch);
        }

        return batch;
    }

    /// <summary>Asks the upstream, once for each thing that is configured. A failure of the upstream is a refusal, never an exception.</summary>
    protected abstract Task<Findings> AskAsync(CancellationToken cancellationToken);

    private List<T> Admit<T>(
        IEnumerable<Outcome<T>> outcomes,
        Func<T, string> subjectOf,
        Func<T, DateTimeOffset> timeOf,
        Func<T, DateTimeOffset?, Refusal?> judge,
        List<Refusal> refusals)
        where T : notnull
    {
        var admitted = new List<T>();
        foreach (var outcome in outcomes)
        {
            if (!outcome.IsAccepted(out var observation, out var refusal))
            {
                Refuse(refusal);
                continue;
            }

            var (subject, observedAt) = (subjectOf(observation), timeOf(observation));
            DateTimeOffset? last = _last.TryGetValue(subject, out var before) ? before : null;
            if (judge(observation, last) is { } implausible)
            {
                Refuse(implausible with { Detail = $"{subject}: {implausible.Detail}" });
            }
            else
            {
                if (observedAt == last)
                {
                    telemetry.Repeated(name);
                }
                else
                {
                    _last[subject] = observedAt;
                    telemetry.Observed(name, observedAt);
                }

                admitted.Add(observation);
            }
        }

        return admitted;

        void Refuse(Refusal refusal)
        {
            refusals.Add(refusal);
            telemetry.Refused(name, refusal.Reason);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Of {Source} {Refused} of {Asked} were refused: {Refusals}")]
        public static partial void Refused(ILogger logger, string source, int refused, int asked, string refusals);
    }
}

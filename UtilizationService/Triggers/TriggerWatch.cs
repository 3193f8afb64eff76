using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Market;

namespace Sure.UtilizationService.Triggers;

/// <summary>
/// Holds every active policy against what happens (domain, §5): consensus points in their sequence, confirmed exploits, confirmed
/// incidents. What it finds is settled first and marked as judged afterwards, so that a watch that dies between the two finds it again,
/// and the settlement knows that it is done.
/// </summary>
internal sealed class TriggerWatch(
    WatchStore store,
    ConsensusStore points,
    ExploitStore exploits,
    IncidentStore incidents,
    ClaimStore claims,
    ClaimJudge judge,
    Settlement settlement,
    ClaimPayments payments,
    IOptions<TriggerOptions> options,
    IOptions<MonitoringOptions> monitoring,
    TimeProvider time) : IMonitor
{
    /// <summary>Points of one coin that are judged at once; after a long absence there are more.</summary>
    private const int PointBatch = 500;

    public string Name => "trigger-watch";

    public TimeSpan Interval => monitoring.Value.TriggerInterval;

    public async Task RunOnceAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        var attempts = new Attempts(cancellationToken);
        var watched = new HashSet<Stablecoin>();
        foreach (var (coin, judged) in await store.ReadJudgedAsync(cancellationToken))
        {
            await attempts.TryAsync($"points of {coin.Word()}", async () =>
            {
                await WatchPricesAsync(coin, judged, term, cancellationToken);
                watched.Add(coin);
            });
        }

        await attempts.TryAsync("exploits", () => WatchExploitsAsync(attempts, term, cancellationToken));
        await attempts.TryAsync("incidents", () => WatchIncidentsAsync(attempts, term, cancellationToken));
        await attempts.TryAsync("pending claims", () => DecidePendingAsync(watched, attempts, term, cancellationToken));
        await attempts.TryAsync("payments", () => payments.PayAsync(term, cancellationToken));
        attempts.ThrowIfAnyFailed();
    }

    private async Task WatchPricesAsync(Stablecoin coin, long judged, LeaseTerm term, CancellationToken cancellationToken)
    {
        while (await points.ReadAfterAsync(coin, judged, PointBatch, cancellationToken) is { Count: > 0 } fresh)
        {
            await JudgeAsync(coin, fresh, term, cancellationToken);
            judged = fresh[^1].PointId;
        }
    }

    private async Task JudgeAsync(Stablecoin coin, IReadOnlyList<RecordedPoint> fresh, LeaseTerm term, CancellationToken cancellationToken)
    {
        var concerned = await store.FindConcernedAsync(
            coin,
            fresh.Min(p => p.Point.PegRatio),
            options.Value.CexTrigger,
            fresh.Any(p => p.Point.Consensus <= options.Value.OracleConsensus),
            cancellationToken);
        var series = await ReadSeriesAsync(coin, concerned, fresh, cancellationToken);
        var met = new List<Finding>();
        var runs = new List<TriggerRun>();
        var over = new List<Guid>();
        foreach (var policy in concerned.Select(c => c.Policy))
        {
            var rule = PriceRule.For(policy.Product.CoverageType, policy.Terms, options.Value);
            var verdict = rule.Judge(series, new CoverPeriod(policy.StartsAt, policy.EndsAt));
            switch (verdict)
            {
                case Verdict.Triggered:
                    met.Add(Finding.Of(policy, rule, verdict));
                    break;
                case Verdict.Running running:
                    runs.Add(new TriggerRun(policy.PolicyId, running.StartedAt, running.DueAt));
                    break;
                default:
                    over.Add(policy.PolicyId);
                    break;
            }
        }

        await settlement.SettleAsync(met, term, cancellationToken);
        await store.AdvanceAsync(coin, fresh[^1], runs, over, term, cancellationToken);
    }

    /// <summary>The new points, and those before them since the first of the runs began. Where a clock was set back the last is not the latest.</summary>
    private async Task<IReadOnlyList<ConsensusPoint>> ReadSeriesAsync(
        Stablecoin coin, IReadOnlyList<WatchedPolicy> concerned, IReadOnlyList<RecordedPoint> fresh, CancellationToken cancellationToken) =>
        concerned.Min(c => c.RunStartedAt) is { } start && start < fresh[0].Point.At
            ? await points.ReadSpanAsync(coin, start, fresh.Max(p => p.Point.At), cancellationToken, fresh[^1].PointId).ToListAsync(cancellationToken)
            : [.. fresh.Select(p => p.Point)];

    private async Task WatchExploitsAsync(Attempts attempts, LeaseTerm term, CancellationToken cancellationToken)
    {
        foreach (var exploit in await exploits.ListUnsettledAsync(cancellationToken))
        {
            await attempts.TryAsync($"exploit {exploit.ExploitId}", () => WatchExploitAsync(exploit, term, cancellationToken));
        }
    }

    private async Task WatchExploitAsync(Exploit exploit, LeaseTerm term, CancellationToken cancellationToken)
    {
        if (Bridge.Find(exploit.BridgeId) is { } bridge)
        {
            await SettleAllAsync(
                () => store.FindInForceAsync(
                    CoverageType.Bridge, [bridge.SourceChain, bridge.DestinationChain], coin: null, exploit.FirstSeenAt, Settlement.LargestBatch, cancellationToken),
                async policy => EventRules.Judge(policy, await exploits.FindAsync(policy.Product.Chain, policy.StartsAt, policy.EndsAt, cancellationToken)),
                term,
                cancellationToken);
        }

        await store.MarkExploitSettledAsync(exploit.ExploitId, time.GetUtcNow(), term, cancellationToken);
    }

    private async Task WatchIncidentsAsync(Attempts attempts, LeaseTerm term, CancellationToken cancellationToken)
    {
        foreach (var incident in await incidents.ListUnsettledAsync(cancellationToken))
        {
            await attempts.TryAsync($"incident {incident.IncidentId}", () => WatchIncidentAsync(incident, term, cancellationToken));
        }
    }

    private async Task WatchIncidentAsync(Incident incident, LeaseTerm term, CancellationToken cancellationToken)
    {
        await SettleAllAsync(
            () => store.FindInForceAsync(
                incident.CoverageType, [incident.Chain], incident.Stablecoin, incident.OccurredAt, Settlement.LargestBatch, cancellationToken),
            async policy => EventRules.Judge(policy, await incidents.FindAsync(policy.Product, policy.StartsAt, policy.EndsAt, cancellationToken)),
            term,
            cancellationToken);
        await store.MarkIncidentSettledAsync(incident.IncidentId, time.GetUtcNow(), term, cancellationToken);
    }

    /// <summary>
    /// Settles batch after batch; those that are settled are not found again. What a policy was found by is one of several things that may have
    /// happened in its time: it is judged by all of them, as it is where its holder files.
    /// </summary>
    private async Task SettleAllAsync(
        Func<Task<IReadOnlyList<Policies.Policy>>> find, Func<Policies.Policy, Task<Finding>> judgeByAll, LeaseTerm term, CancellationToken cancellationToken)
    {
        while (await find() is { Count: > 0 } found)
        {
            var findings = new List<Finding>();
            foreach (var policy in found)
            {
                findings.Add(await judgeByAll(policy));
            }

            await settlement.SettleAsync(findings, term, cancellationToken);
        }
    }

    /// <summary>Claims that were filed while their event was undecided.</summary>
    /// <param name="watched">Coins whose points have all been judged in this cycle.</param>
    /// <param name="attempts">What failed.</param>
    /// <param name="term">The term of the watch.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    private async Task DecidePendingAsync(HashSet<Stablecoin> watched, Attempts attempts, LeaseTerm term, CancellationToken cancellationToken)
    {
        Guid? after = null;
        while (await claims.ListPendingAsync(after, Settlement.LargestBatch, cancellationToken) is { Count: > 0 } pending)
        {
            var (first, last) = (pending[0].ClaimId, pending[^1].ClaimId);
            await attempts.TryAsync($"pending claims {first} to {last}", () => DecideAsync(pending, watched, attempts, term, cancellationToken));
            after = last;
        }
    }

    /// <summary>Decides as many together as a transaction takes.</summary>
    private async Task DecideAsync(
        IReadOnlyList<Claim> pending, HashSet<Stablecoin> watched, Attempts attempts, LeaseTerm term, CancellationToken cancellationToken)
    {
        var found = new List<Finding>();
        var ids = pending.Select(c => c.PolicyId).ToArray();
        var running = await store.FindRunningAsync(ids, cancellationToken);
        foreach (var policy in await store.ReadPoliciesAsync(ids, cancellationToken))
        {
            // The watch has just carried its run on, and pays the claim with the policy or ends the run: until then nothing can have changed.
            if (running.Contains(policy.PolicyId) && watched.Contains(policy.Product.Stablecoin))
            {
                continue;
            }

            await attempts.TryAsync($"pending claim on policy {policy.PolicyId}", async () =>
            {
                if (await judge.JudgeAsync(policy, cancellationToken) is not Finding.Undecided and var finding)
                {
                    found.Add(finding);
                }
            });

            // Each may rest on many points of its own.
            if (found.Sum(f => f.Basis.Points.Count) >= Settlement.MostPoints)
            {
                await SettleFoundAsync();
            }
        }

        await SettleFoundAsync();

        async Task SettleFoundAsync()
        {
            await attempts.TryAsync(
                $"decisions on {found.Count} pending claims", () => settlement.SettleAsync(found, term, cancellationToken));
            found.Clear();
        }
    }

    /// <summary>What fails in a cycle stops nothing else of it, but the cycle has failed. Neither a lost lease nor the end is a failure.</summary>
    private sealed class Attempts(CancellationToken cancellationToken)
    {
        private readonly List<Exception> _failures = [];

        public async Task TryAsync(string what, Func<Task> work)
        {
            try
            {
                await work();
            }
            catch (Exception exception) when (exception is not LeaseLostException && !cancellationToken.IsCancellationRequested)
            {
                _failures.Add(new InvalidOperationException($"The {what} could not be dealt with.", exception));
            }
        }

        public void ThrowIfAnyFailed()
        {
            if (_failures.Count > 0)
            {
                throw new AggregateException(_failures);
            }
        }
    }
}

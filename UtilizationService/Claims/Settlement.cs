using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Coordination.Audit;
using Sure.Coordination.Leases;
using Sure.Coordination.Outbox;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Breaker;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;
using Sure.UtilizationService.Statistics;

namespace Sure.UtilizationService.Claims;

/// <summary>
/// Turns findings into decisions: one transaction under the lock of the pool holds the claims, the policies, the journal entries, the
/// evidence and the events. A policy that is not active any more is not decided again, whoever found what how often.
/// </summary>
internal sealed class Settlement(NpgsqlDataSource database, IOptions<BreakerOptions> breaker, UtilizationTelemetry telemetry, TimeProvider time)
{
    /// <summary>Decisions of one transaction; buyers wait no longer than that takes.</summary>
    public const int LargestBatch = 100;

    /// <summary>
    /// Points that the decisions of one transaction rest on, unless a single run that pays has more; evidence of them is some ten megabytes.
    /// </summary>
    public const int MostPoints = 20_000;

    /// <summary>
    /// Decides about each policy that was found to pay or not to, in as many transactions as that takes. Nobody has filed: a finding that
    /// nothing is owed only closes a pending claim.
    /// </summary>
    /// <param name="findings">One for a policy.</param>
    /// <param name="term">The term of the monitor that found them; null where none did.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task SettleAsync(IReadOnlyList<Finding> findings, LeaseTerm? term, CancellationToken cancellationToken)
    {
        var points = new CanonicalPoints(findings);
        foreach (var batch in Batches(findings))
        {
            await SettleBatchAsync(batch, points, term, cancellationToken);
        }
    }

    /// <summary>Decides about a claim that its holder files, or an operator for them; while the finding is undecided it is pending.</summary>
    /// <param name="finding">What was found about the policy.</param>
    /// <param name="actor">Who files.</param>
    /// <param name="idempotent">Under what the answer is kept, whatever is decided; null where no key was given.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The claim as it stands afterwards, or what was answered before.</returns>
    public async Task<MoneyOutcome> FileAsync(Finding finding, string actor, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        var points = new CanonicalPoints([finding]);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        if (idempotent is not null && await idempotent.ReplayAsync(connection, transaction, cancellationToken) is { } replayed)
        {
            return replayed;
        }

        var settled = await DecideAsync(connection, transaction, pool, [finding], points, filing: true, cancellationToken);
        var claim = settled.Claims[finding.Policy.PolicyId];
        var answer = StoredAnswer.Of(StatusCodes.Status201Created, ClaimDocument.Of(claim, settled.At), ClaimEndpoints.PathOf(claim));
        var batch = new WriteBatch(connection, transaction);
        Write(batch, settled);
        if (actor != claim.Holder && settled.HasChanged)
        {
            AuditTrail.Write(batch, actor, "claim_filed", new { claim.ClaimId, claim.PolicyId, claim.Holder, claim.Status }, settled.At);
        }

        if (idempotent is not null)
        {
            IdempotencyStore.Save(batch, idempotent, answer, settled.At);
        }

        await CommitAsync(batch, transaction, settled, cancellationToken);
        return new MoneyOutcome.Moved(answer);
    }

    /// <summary>The findings in their order, cut where a transaction would have too many of them or of their points.</summary>
    internal static IEnumerable<IReadOnlyList<Finding>> Batches(IEnumerable<Finding> findings)
    {
        var (batch, points) = (new List<Finding>(), 0);
        foreach (var finding in findings)
        {
            if (batch.Count == LargestBatch || (batch.Count > 0 && points + finding.Basis.Points.Count > MostPoints))
            {
                yield return batch;
                (batch, points) = ([], 0);
            }

            batch.Add(finding);
            points += finding.Basis.Points.Count;
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private async Task SettleBatchAsync(
        IReadOnlyList<Finding> findings, CanonicalPoints points, LeaseTerm? term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (term is not null)
        {
            await term.GuardAsync(connection, transaction, cancellationToken);
        }

        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        var settled = await DecideAsync(connection, transaction, pool, findings, points, filing: false, cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        Write(batch, settled);
        await CommitAsync(batch, transaction, settled, cancellationToken);
    }

    /// <summary>Decides under the lock of the pool; of what it decides nothing is written yet.</summary>
    private async Task<Settled> DecideAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        PoolSnapshot pool,
        IReadOnlyList<Finding> findings,
        CanonicalPoints points,
        bool filing,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        // A loss falls on the capital with all that was earned until then. Where nothing is paid nothing depends on it, and the booking of a
        // great book would hold the lock for long.
        var position = findings.Any(f => f is Finding.Met) ? await PremiumBooking.BookAsync(connection, transaction, pool, now, cancellationToken) : pool.Position;
        var ids = findings.Select(f => f.Policy.PolicyId).ToArray();
        var policies = await PolicyStore.LockAsync(connection, transaction, ids, cancellationToken);
        var claims = new Dictionary<Guid, Claim>(await ClaimStore.ReadStandingAsync(connection, transaction, ids, cancellationToken));
        var losses = await ClaimStore.ReadLossesAsync(connection, transaction, WindowStart(pool.Breaker, now), cancellationToken);
        var last = await EvidenceStore.ReadLastAsync(connection, transaction, cancellationToken);

        var book = new SettlementBook(new SettlementView(position, pool.Breaker, losses, last), points, breaker.Value, now);
        var decisions = new List<Decision>();
        var pending = new List<Claim>();
        foreach (var finding in findings)
        {
            var policy = policies[finding.Policy.PolicyId];
            var standing = claims.GetValueOrDefault(policy.PolicyId);
            if (standing is { Status: not ClaimStatus.Pending })
            {
                continue;
            }

            if (finding is Finding.Met met && policy.Status is PolicyStatus.Active)
            {
                decisions.Add(book.Pay(met, policy, standing));
            }
            else if (finding is Finding.Undecided && policy.Status is PolicyStatus.Active)
            {
                if (filing && standing is null)
                {
                    pending.Add(Claim.File(policy, finding.Reason, now));
                }
            }
            else if (filing || standing is not null)
            {
                var reason = finding is Finding.NotMet ? finding.Reason : $"The policy had ended before this was found: {finding.Reason}";
                decisions.Add(book.Refuse(finding with { Reason = reason }, policy, standing));
            }
        }

        foreach (var claim in decisions.Select(d => d.Claim).Concat(pending))
        {
            claims[claim.PolicyId] = claim;
        }

        return new Settled(claims, decisions, pending, book, now);
    }

    private async Task CommitAsync(WriteBatch batch, NpgsqlTransaction transaction, Settled settled, CancellationToken cancellationToken)
    {
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        telemetry.Settled(settled.Decisions, tripped: settled.Book.TripReason is not null);
    }

    private static void Write(WriteBatch batch, Settled settled)
    {
        if (!settled.HasChanged)
        {
            return;
        }

        var (_, decisions, pending, book, now) = settled;
        var paying = decisions.Where(d => d.Triggered).ToList();
        ClaimStore.Write(
            batch,
            [
                .. decisions.Select(d => (d.Claim, d.Triggered ? d.CapitalBeforeUsd : (decimal?)null)),
                .. pending.Select(c => (c, (decimal?)null)),
            ]);
        ClaimStatistics.CountSettled(batch, decisions.Select(d => d.Claim).Concat(pending).Select(c => c.ClaimId), now);
        EvidenceStore.Write(batch, [.. decisions.Select(d => d.Evidence)]);
        PolicyStore.MarkTriggered(batch, [.. paying.Select(d => (d.Policy.PolicyId, d.Claim.ClaimId))]);
        PoolStore.MoveCoverage(batch, [.. paying.Select(d => d.Policy.ToMove().Released())]);
        LedgerStore.Write(batch, paying.SelectMany(d => d.Entries));
        PoolStore.KeepCarries(batch, book.Position);
        batch.AppendEvents([.. decisions.SelectMany(d => d.Events)]);
        if (book.TripReason is { } reason)
        {
            BreakerReset.Trip(batch, reason, now);
        }
    }

    private DateTimeOffset WindowStart(BreakerState state, DateTimeOffset now)
    {
        var start = now - breaker.Value.Window;
        return state.ResetAt is { } reset && reset > start ? reset : start;
    }

    /// <summary>What was decided under one lock.</summary>
    /// <param name="Claims">The claims as they stand afterwards, by policy; none for a policy nobody has a claim on.</param>
    /// <param name="Decisions">Those of them that were decided now.</param>
    /// <param name="Pending">Those that were filed now and are not decided.</param>
    /// <param name="Book">What it makes of the pool.</param>
    /// <param name="At">When.</param>
    private sealed record Settled(
        IReadOnlyDictionary<Guid, Claim> Claims, IReadOnlyCollection<Decision> Decisions, IReadOnlyCollection<Claim> Pending, SettlementBook Book, DateTimeOffset At)
    {
        /// <summary>Whether there is anything to write: a claim may have stood already.</summary>
        public bool HasChanged => Decisions.Count + Pending.Count > 0;
    }
}

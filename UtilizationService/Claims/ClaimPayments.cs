using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Leases;
using Sure.Coordination.Outbox;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Statistics;

namespace Sure.UtilizationService.Claims;

/// <summary>Pays decided claims out of cash, oldest first; what cash does not reach waits in claims payable until capital returns.</summary>
internal sealed class ClaimPayments(NpgsqlDataSource database, UtilizationTelemetry telemetry, TimeProvider time)
{
    private const int Batch = 100;

    /// <summary>Pays as many as cash allows.</summary>
    public async Task PayAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        while (await PayBatchAsync(term, cancellationToken) == Batch)
        {
            // More are waiting.
        }
    }

    /// <summary>Those of the waiting claims that <paramref name="cashUsd"/> pays: in their order, none overtaken by a smaller one.</summary>
    internal static IReadOnlyList<Claim> Payable(IEnumerable<Claim> waiting, decimal cashUsd, DateTimeOffset now)
    {
        var paid = new List<Claim>();
        foreach (var claim in waiting)
        {
            cashUsd -= OwedUsd(claim);
            if (cashUsd < 0)
            {
                break;
            }

            paid.Add(claim with { Status = claim.ShortfallUsd > 0 ? ClaimStatus.PartiallyPaid : ClaimStatus.Paid, PaidAt = now });
        }

        return paid;
    }

    /// <summary>What <paramref name="claim"/> is paid, in USD; 0 while nothing is decided.</summary>
    internal static decimal OwedUsd(Claim claim) => (claim.PayoutUsd ?? 0) - (claim.ShortfallUsd ?? 0);

    private async Task<int> PayBatchAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        if (!await ClaimStore.AnyWaitingAsync(connection, transaction, cancellationToken))
        {
            return 0;
        }

        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        // What they are owed is known only now: whoever had the lock before may have reduced it.
        var waiting = await ClaimStore.ReadWaitingAsync(connection, transaction, Batch, cancellationToken);
        var now = time.GetUtcNow();
        var paid = Payable(waiting, pool.Position.CashUsd, now);
        if (paid.Count > 0)
        {
            var batch = new WriteBatch(connection, transaction);
            ClaimStore.MarkPaid(batch, paid);
            ClaimStatistics.CountPaid(batch, paid.Select(c => c.ClaimId), now);
            LedgerStore.Write(batch, paid.Select(c => JournalEntry.Of(
                "claim_paid", $"{c.PolicyId}", now, Posting.Debit(Account.ClaimsPayable, OwedUsd(c)), Posting.Credit(Account.Cash, OwedUsd(c)))));
            batch.AppendEvents([.. paid.Select(c => new ClaimPaid(Guid.CreateVersion7(now), now, c.ClaimId, c.PolicyId, OwedUsd(c), c.ShortfallUsd ?? 0))]);
            PoolStore.Touch(batch);
            await batch.ExecuteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            telemetry.Paid(paid.Sum(OwedUsd));
        }

        return paid.Count;
    }
}

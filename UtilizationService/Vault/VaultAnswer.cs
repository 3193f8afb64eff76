using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Audit;
using Sure.Coordination.Writing;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Vault;

/// <summary>What is answered to a deposit or withdrawal.</summary>
/// <param name="Entry">The journal entry.</param>
/// <param name="TrancheId">Which tranche.</param>
/// <param name="Account">Whose shares.</param>
/// <param name="AmountUsd">What came or went.</param>
/// <param name="Shares">What was minted or burnt.</param>
/// <param name="SharePrice">USD per share before the movement, 18 decimals.</param>
/// <param name="Timestamp">When.</param>
internal sealed record VaultAnswer(
    JournalEntry Entry, Tranche TrancheId, string Account, decimal AmountUsd, Shares Shares, string SharePrice, DateTimeOffset Timestamp)
{
    /// <summary>The refusal as a client sees it; nothing has changed.</summary>
    public static MoneyOutcome Refuse(VaultRefusal refusal) =>
        new MoneyOutcome.Refused(Problem.NotAllowed(refusal.Kind, refusal.Sentence, refusal.Field));

    /// <summary>
    /// Writes the movement with its entry and its answer, and commits. One round trip, and one for the commit. The entry names the account;
    /// where somebody else moved it, the trail names who did.
    /// </summary>
    public static async Task<MoneyOutcome> MoveAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        ShareMovement movement,
        VaultView view,
        VaultMove move,
        string actor,
        IdempotentRequest? idempotent,
        CancellationToken cancellationToken)
    {
        var entry = movement.Entry;
        var answer = StoredAnswer.Of(
            StatusCodes.Status201Created,
            new VaultAnswer(entry, view.Tranche, movement.Account, move.AmountUsd, move.Shares, view.Value.SharePrice, entry.OccurredAt));
        var batch = new WriteBatch(connection, transaction);
        VaultStore.Write(batch, movement);
        LedgerStore.Write(batch, [entry]);
        PoolStore.Touch(batch);
        if (actor != movement.Account)
        {
            AuditTrail.Write(
                batch,
                actor,
                movement.Kind is "deposit" ? "capital_deposited" : "capital_withdrawn",
                new { entry.EntryId, movement.Account, TrancheId = view.Tranche, move.AmountUsd, move.Shares },
                entry.OccurredAt);
        }

        if (idempotent is not null)
        {
            IdempotencyStore.Save(batch, idempotent, answer, entry.OccurredAt);
        }

        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MoneyOutcome.Moved(answer);
    }
}

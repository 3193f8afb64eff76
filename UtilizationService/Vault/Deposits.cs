using Microsoft.Extensions.Options;
using Npgsql;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;

namespace Sure.UtilizationService.Vault;

/// <summary>Takes capital in and mints shares at net asset value.</summary>
internal sealed class Deposits(NpgsqlDataSource database, IOptions<CapitalOptions> options, TimeProvider time)
{
    public async Task<MoneyOutcome> DepositAsync(
        DepositRequest request, string account, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        if (idempotent is not null && await idempotent.ReplayAsync(connection, transaction, cancellationToken) is { } replayed)
        {
            return replayed;
        }

        // What premiums have earned so far belongs to those who were there before.
        var position = await PremiumBooking.BookAsync(connection, transaction, pool, now, cancellationToken);
        var view = await VaultStore.ReadAsync(connection, transaction, position, request.TrancheId, account, cancellationToken);
        var decision = VaultRules.Deposit(view, request.AmountUsd, options.Value);
        if (decision is not { Refusal: null, Move: { } move })
        {
            return VaultAnswer.Refuse(decision.Refusal!);
        }

        var entry = JournalEntry.Of(
            "deposit",
            account,
            now,
            Posting.Debit(Account.Cash, move.AmountUsd),
            Posting.Credit(Account.Capital(request.TrancheId), move.AmountUsd));
        var movement = new ShareMovement(entry, "deposit", account, request.TrancheId, move.Shares);
        return await VaultAnswer.MoveAsync(connection, transaction, movement, view, move, idempotent, cancellationToken);
    }
}

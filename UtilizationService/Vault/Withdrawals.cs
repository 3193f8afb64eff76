using Microsoft.Extensions.Options;
using Npgsql;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Premiums;

namespace Sure.UtilizationService.Vault;

/// <summary>Pays capital out and burns shares at net asset value.</summary>
internal sealed class Withdrawals(
    NpgsqlDataSource database, IOptions<CapitalOptions> capital, IOptions<UnderwritingOptions> limits, TimeProvider time)
{
    public async Task<MoneyOutcome> WithdrawAsync(
        WithdrawalRequest request, string account, IdempotentRequest? idempotent, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var now = time.GetUtcNow();
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        if (idempotent is not null && await idempotent.ReplayAsync(connection, transaction, cancellationToken) is { } replayed)
        {
            return replayed;
        }

        // Who leaves takes what has been earned up to now along.
        var position = await PremiumBooking.BookAsync(connection, transaction, pool, now, cancellationToken);
        var view = await VaultStore.ReadAsync(connection, transaction, position, request.TrancheId, account, cancellationToken);
        var stops = await VaultStore.ReadStopsAsync(connection, transaction, pool.Breaker, cancellationToken);
        var decision = VaultRules.Withdraw(view, request.AmountUsd, request.Shares, stops, capital.Value, limits.Value);
        if (decision is not { Refusal: null, Move: { } move })
        {
            return VaultAnswer.Refuse(decision.Refusal!);
        }

        var entry = JournalEntry.Of(
            "withdrawal",
            account,
            now,
            Posting.Debit(Account.Capital(request.TrancheId), move.AmountUsd),
            Posting.Credit(Account.Cash, move.AmountUsd));
        var movement = new ShareMovement(entry, "withdrawal", account, request.TrancheId, -move.Shares);
        return await VaultAnswer.MoveAsync(connection, transaction, movement, view, move, idempotent, cancellationToken);
    }
}

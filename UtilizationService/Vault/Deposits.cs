using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Problems;
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
        if (!Cents.IsAmount(request.AmountUsd) || request.AmountUsd < options.Value.LeastDepositUsd)
        {
            return new MoneyOutcome.Refused(Problem.NotAllowed(
                "outside-bounds", $"amount_usd must be at least {options.Value.LeastDepositUsd} with at most 2 decimals.", "amount_usd"));
        }

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
        var capital = position.Tranches.Single(t => t.Tranche == request.TrancheId).CapitalUsd;
        var (shares, sharePrice) = await MintAsync(connection, transaction, request, account, capital, cancellationToken);
        var entry = JournalEntry.Of(
            "deposit",
            account,
            now,
            Posting.Debit(Account.Cash, request.AmountUsd),
            Posting.Credit(Account.Capital(request.TrancheId), request.AmountUsd));
        await LedgerStore.WriteAsync(connection, transaction, entry, cancellationToken);
        await PoolStore.TouchAsync(connection, transaction, cancellationToken);
        var answer = StoredAnswer.Of(
            StatusCodes.Status201Created,
            new { Entry = entry, request.TrancheId, Account = account, Shares = shares, SharePrice = sharePrice, Timestamp = now });
        await idempotent.SaveAsync(answer, now, connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new MoneyOutcome.Moved(answer);
    }

    /// <summary>
    /// Mints amount × shares / capital, rounded down at 18 digits, against the depositor; at 1.00 where there are no shares. PostgreSQL
    /// computes it: its numeric is exact at 38 digits, where <see cref="decimal"/> ends at 28. Where capital has gone to zero the old
    /// shares are worth nothing and are cancelled first.
    /// </summary>
    private static Task<(string Shares, string SharePrice)> MintAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        DepositRequest request,
        string account,
        decimal capitalUsd,
        CancellationToken cancellationToken) =>
        connection.QuerySingleAsync<(string, string)>(new CommandDefinition(
            """
            DELETE FROM holding WHERE tranche_id = @Tranche AND @Capital <= 0;
            UPDATE tranche SET shares = 0 WHERE tranche_id = @Tranche AND @Capital <= 0;
            WITH before AS (
                SELECT shares FROM tranche WHERE tranche_id = @Tranche
            ), minted AS (
                SELECT CASE WHEN shares = 0 THEN @Amount::numeric(38,18) ELSE trunc(@Amount * shares / @Capital, 18) END AS shares,
                       CASE WHEN shares = 0 THEN 1 ELSE round(@Capital / shares, 18) END AS price
                FROM before
            ), held AS (
                INSERT INTO holding (account, tranche_id, shares) SELECT @Account, @Tranche, shares FROM minted
                ON CONFLICT (account, tranche_id) DO UPDATE SET shares = holding.shares + excluded.shares
            ), issued AS (
                UPDATE tranche SET shares = tranche.shares + minted.shares FROM minted WHERE tranche_id = @Tranche
            )
            SELECT shares::numeric(38,18)::text, price::numeric(38,18)::text FROM minted;
            """,
            new { Tranche = request.TrancheId.Word(), Amount = request.AmountUsd, Account = account, Capital = capitalUsd },
            transaction,
            cancellationToken: cancellationToken));
}

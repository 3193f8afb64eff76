using Dapper;
using Npgsql;
using Sure.Coordination.Writing;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Premiums;

/// <summary>
/// Books what premiums have earned, linearly over each policy's life and to the second. Done before every movement of capital, so that
/// nobody gains by its timing, and otherwise by <see cref="PremiumMonitor"/>.
/// </summary>
internal static class PremiumBooking
{
    private const string Reference = "book";

    private const string Savepoint = "before_booking";

    /// <summary>When to try again: the monitor looks every few seconds whether a booking is wanted, and then has to finish it.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(15);

    /// <summary>
    /// The longer nothing was booked, the more policies have earned a cent: a booking that did not end in time would never end, and no
    /// capital would move again.
    /// </summary>
    private static readonly TimeSpan BookingLimit = TimeSpan.FromMinutes(10);

    // Rounded down on the way, so that a policy never earns more than its premium; its end takes the rest.
    private const string Due =
        """
        due AS (
            SELECT policy_id, earned_usd AS before, CASE
                WHEN ends_at <= @Now THEN premium_usd
                ELSE trunc(premium_usd * extract(epoch FROM @Now - starts_at) / extract(epoch FROM ends_at - starts_at), 2) END AS after
            FROM policy WHERE status = 'active' AND starts_at < @Now
        )
        """;

    /// <summary>What premiums have earned up to <c>@Now</c> and nobody has booked. Reads every active policy.</summary>
    public const string EarnedSql = $"WITH {Due} SELECT coalesce(sum(after - before), 0) FROM due WHERE after > before";

    /// <summary>What a movement that cannot wait for its booking is answered.</summary>
    public static MoneyOutcome TakesTooLong() =>
        new MoneyOutcome.Refused(Problem.Unavailable("Premium that many policies have earned is being booked first; try again shortly.", RetryAfter));

    /// <summary>Books within the transaction, under the pool's lock, however long that takes, and answers the position afterwards.</summary>
    public static Task<PoolPosition> BookAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PoolSnapshot pool, DateTimeOffset now, CancellationToken cancellationToken) =>
        UpdateAsync(connection, transaction, pool, now, prelude: "", cancellationToken);

    /// <summary>
    /// Books for somebody who waits no longer than <paramref name="limit"/>. What is not booked by then is undone: null is answered and the
    /// transaction committed, with nothing but the wish that <see cref="PremiumMonitor"/> books. Until it has, nobody holds the lock for that
    /// long in vain again: null is answered at once.
    /// </summary>
    public static async Task<PoolPosition?> TryBookAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        PoolSnapshot pool,
        DateTimeOffset now,
        TimeSpan limit,
        CancellationToken cancellationToken)
    {
        if (pool.BookingWanted)
        {
            return null;
        }

        try
        {
            return await UpdateAsync(
                connection,
                transaction,
                pool,
                now,
                $"SAVEPOINT {Savepoint}; SET LOCAL statement_timeout = {(int)limit.TotalMilliseconds};",
                cancellationToken);
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.QueryCanceled)
        {
            await transaction.RollbackAsync(Savepoint, cancellationToken);
            await connection.ExecuteAsync(new CommandDefinition(
                "UPDATE pool SET booking_wanted = true", transaction: transaction, cancellationToken: cancellationToken));
            await transaction.CommitAsync(cancellationToken);
            return null;
        }
    }

    /// <summary>The position as <see cref="BookAsync"/> would leave it.</summary>
    /// <param name="earnedUsd">What <see cref="EarnedSql"/> says.</param>
    /// <param name="pool">The pool before it.</param>
    /// <param name="now">When it is earned.</param>
    public static PoolPosition Foresee(decimal earnedUsd, PoolSnapshot pool, DateTimeOffset now) =>
        earnedUsd == 0 ? pool.Position : Earn(earnedUsd, Reference, pool.Position, Elapsed(pool, now), now).After;

    /// <summary>Premium is earned by the second: within the same one there is nothing to book.</summary>
    public static bool IsBooked(PoolSnapshot pool, DateTimeOffset now) =>
        pool.PremiumBookedAt is not null && Elapsed(pool, now) < TimeSpan.FromSeconds(1);

    /// <summary>The entry that shares earned premium over the tranches, and the position after it.</summary>
    /// <param name="earnedUsd">&gt; 0.</param>
    /// <param name="reference">What it was earned on.</param>
    /// <param name="position">The position before.</param>
    /// <param name="span">The time it was earned in, for which the targets are owed.</param>
    /// <param name="now">When it is booked.</param>
    public static (JournalEntry Entry, PoolPosition After) Earn(
        decimal earnedUsd, string reference, PoolPosition position, TimeSpan span, DateTimeOffset now)
    {
        var tranches = PremiumSharing.Share(earnedUsd, position.Tranches, span);
        var credits = tranches.Zip(position.Tranches, (after, before) => Posting.Credit(Account.Capital(after.Tranche), after.CapitalUsd - before.CapitalUsd)).ToList();
        var entry = JournalEntry.Of(
            "premium_earned",
            reference,
            now,
            [
                Posting.Debit(Account.PremiumUnearned, earnedUsd),
                Posting.Credit(Account.PremiumEarned, earnedUsd),
                Posting.Debit(Account.PremiumEarned, earnedUsd),
                .. credits,
                Posting.Credit(Account.Surplus, earnedUsd + credits.Sum(c => c.AmountUsd)),
            ]);
        return (entry, position with { UnearnedPremiumUsd = position.UnearnedPremiumUsd - earnedUsd, Tranches = tranches });
    }

    private static async Task<PoolPosition> UpdateAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        PoolSnapshot pool,
        DateTimeOffset now,
        string prelude,
        CancellationToken cancellationToken)
    {
        if (IsBooked(pool, now))
        {
            return pool.Position;
        }

        var earned = await connection.ExecuteScalarAsync<decimal>(new CommandDefinition(
            $"""
            {prelude}
            WITH {Due}, booked AS (
                UPDATE policy SET earned_usd = due.after FROM due
                WHERE policy.policy_id = due.policy_id AND due.after > due.before
                RETURNING due.after - due.before AS amount
            )
            SELECT coalesce(sum(amount), 0) FROM booked
            """,
            new { Now = now.ToUniversalTime() },
            transaction,
            commandTimeout: (int)BookingLimit.TotalSeconds,
            cancellationToken: cancellationToken));
        var batch = new WriteBatch(connection, transaction);
        var position = pool.Position;
        if (pool.BookingWanted)
        {
            batch.Add("UPDATE pool SET booking_wanted = false");
        }

        // While no cent is earned the time counts on: its targets are owed out of the next one. Where there is nothing to earn none are.
        if (earned > 0 || pool.PremiumBookedAt is null || pool.Position.UnearnedPremiumUsd == 0)
        {
            batch.Add("UPDATE pool SET premium_booked_at = $1", now.ToUniversalTime());
        }

        if (earned > 0)
        {
            (var entry, position) = Earn(earned, Reference, pool.Position, Elapsed(pool, now), now);
            LedgerStore.Write(batch, [entry]);
            PoolStore.KeepCarries(batch, position);
        }

        await batch.ExecuteAsync(cancellationToken);
        return position;
    }

    private static TimeSpan Elapsed(PoolSnapshot pool, DateTimeOffset now) => now - (pool.PremiumBookedAt ?? now);
}

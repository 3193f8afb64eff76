using System.Data;
using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Breaker;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Ledger;

namespace Sure.UtilizationService.Pool;

/// <summary>The pool in PostgreSQL: its position, and the lock under which it changes.</summary>
public sealed class PoolStore(NpgsqlDataSource database)
{
    /// <summary>Reads the position, as <see cref="ParseAsync"/> expects it.</summary>
    internal const string ReadSql =
        """
        SELECT version, active_policies, premium_booked_at, booking_wanted, breaker_reason, breaker_since, breaker_reset_at FROM pool;
        SELECT name, balance FROM account;
        SELECT tranche_id, coverage_usd, premium_carry_usd FROM tranche;
        SELECT dimension, member, coverage_usd FROM coverage WHERE coverage_usd > 0;
        """;

    /// <summary>Waits for the row of the pool; yields one result, which <see cref="ParseAsync"/> does not read.</summary>
    internal const string LockSql = "SELECT one FROM pool FOR UPDATE;";

    /// <summary>Waits until decisions that are being taken are committed; yields no result.</summary>
    internal const string WaitSql = "DO $$ BEGIN PERFORM one FROM pool FOR SHARE; END $$;";

    private const string TouchSql = "UPDATE pool SET version = version + 1";

    /// <summary>The position as of one moment.</summary>
    public async Task<PoolSnapshot> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var snapshot = await ReadAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return snapshot;
    }

    /// <summary>The position as of the snapshot of a transaction that is REPEATABLE READ.</summary>
    public static Task<PoolSnapshot> ReadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        ReadAsync(connection, transaction, ReadSql, cancellationToken);

    /// <summary>
    /// The position, which nobody else changes until the transaction ends: the row of the pool is locked first, and in READ COMMITTED the
    /// statements after it see everything committed before. One round trip.
    /// </summary>
    /// <param name="connection">The connection.</param>
    /// <param name="transaction">READ COMMITTED.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="limit">How long it waits; as long as the connection waits for any command where it is left out.</param>
    public static Task<PoolSnapshot> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken, TimeSpan? limit = null) =>
        ReadAsync(connection, transaction, LockSql + ReadSql, cancellationToken, locked: true, limit);

    /// <summary>Says that figures changed, so that subscribers are told.</summary>
    public static Task TouchAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(TouchSql, transaction: transaction, cancellationToken: cancellationToken));

    /// <summary>Says so with the other statements of the batch.</summary>
    public static void Touch(WriteBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Add(TouchSql);
    }

    /// <summary>Adds coverage (or with a negative factor releases it) in every dimension, and counts the policies.</summary>
    public static void MoveCoverage(WriteBatch batch, IReadOnlyCollection<CoverageMove> moves)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (moves.Count == 0)
        {
            return;
        }

        var members = moves.SelectMany(m => new (string Dimension, string Member, decimal Amount)[]
            {
                (Dimension.CoverageType, m.Product.CoverageType.Word(), m.AmountUsd),
                (Dimension.Chain, m.Product.Chain.Word(), m.AmountUsd),
                (Dimension.Stablecoin, m.Product.Stablecoin.Word(), m.AmountUsd),
            })
            .GroupBy(m => (m.Dimension, m.Member))
            .Select(g => (g.Key.Dimension, g.Key.Member, Amount: g.Sum(m => m.Amount)))
            .ToList();
        var tranches = moves.SelectMany(m => m.Attribution).GroupBy(a => a.Key).Select(g => (Word: g.Key.Word(), Amount: g.Sum(a => a.Value))).ToList();
        var (dimensions, names) = (members.Select(m => m.Dimension).ToArray(), members.Select(m => m.Member).ToArray());
        batch.Add(
            "INSERT INTO coverage (dimension, member, coverage_usd) SELECT dimension, member, 0 FROM unnest($1, $2) AS m (dimension, member) ON CONFLICT DO NOTHING",
            dimensions,
            names);
        batch.Add(
            """
            UPDATE coverage SET coverage_usd = coverage.coverage_usd + m.amount
            FROM unnest($1, $2, $3) AS m (dimension, member, amount)
            WHERE coverage.dimension = m.dimension AND coverage.member = m.member
            """,
            dimensions,
            names,
            members.Select(m => m.Amount).ToArray());
        batch.Add(
            """
            UPDATE tranche SET coverage_usd = coverage_usd + t.amount
            FROM unnest($1, $2) AS t (tranche_id, amount) WHERE tranche.tranche_id = t.tranche_id
            """,
            tranches.Select(t => t.Word).ToArray(),
            tranches.Select(t => t.Amount).ToArray());
        batch.Add("UPDATE pool SET active_policies = active_policies + $1, version = version + 1", moves.Sum(m => Math.Sign(m.AmountUsd)));
    }

    /// <summary>Keeps what of earned premium is no whole cent yet, with the journal entries that shared it.</summary>
    public static void KeepCarries(WriteBatch batch, PoolPosition position)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(position);
        batch.Add(
            "UPDATE tranche SET premium_carry_usd = t.carry FROM unnest($1, $2) AS t (tranche_id, carry) WHERE tranche.tranche_id = t.tranche_id",
            position.Tranches.Select(t => t.Tranche.Word()).ToArray(),
            position.Tranches.Select(t => t.PremiumCarryUsd).ToArray());
    }

    /// <summary>The position from the results of <see cref="ReadSql"/>.</summary>
    internal static async Task<PoolSnapshot> ParseAsync(SqlMapper.GridReader results)
    {
        var pool = await results.ReadSingleAsync<PoolRow>();
        var balances = (await results.ReadAsync<(string Name, decimal Balance)>()).ToDictionary(a => a.Name, a => a.Balance, StringComparer.Ordinal);
        var tranches = (await results.ReadAsync<(string Id, decimal Coverage, decimal Carry)>()).ToDictionary(t => t.Id, StringComparer.Ordinal);
        var coverage = (await results.ReadAsync<(string Dimension, string Member, decimal Coverage)>()).ToLookup(c => c.Dimension, StringComparer.Ordinal);
        var position = new PoolPosition(
            [.. Words<Tranche>.Members.Select(t => new TranchePosition(t, -balances[Account.Capital(t)], tranches[t.Word()].Coverage, tranches[t.Word()].Carry))],
            CashUsd: balances[Account.Cash],
            DeployedUsd: balances[Account.Deployed],
            UnearnedPremiumUsd: -balances[Account.PremiumUnearned],
            ClaimsPayableUsd: -balances[Account.ClaimsPayable],
            ShortfallUsd: balances[Account.Shortfall],
            pool.ActivePolicies,
            ByMember<CoverageType>(coverage[Dimension.CoverageType]),
            ByMember<Chain>(coverage[Dimension.Chain]),
            ByMember<Stablecoin>(coverage[Dimension.Stablecoin]));
        return new PoolSnapshot(
            pool.Version,
            pool.PremiumBookedAt.ToMoment(),
            pool.BookingWanted,
            position,
            new BreakerState(pool.BreakerReason, pool.BreakerSince.ToMoment(), pool.BreakerResetAt.ToMoment()));
    }

    private static async Task<PoolSnapshot> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken, bool locked = false, TimeSpan? limit = null)
    {
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            sql, transaction: transaction, commandTimeout: (int?)limit?.TotalSeconds, cancellationToken: cancellationToken));
        if (locked)
        {
            await results.ReadAsync();
        }

        return await ParseAsync(results);
    }

    private static Dictionary<T, decimal> ByMember<T>(IEnumerable<(string Dimension, string Member, decimal Coverage)> rows)
        where T : struct, Enum =>
        rows.ToDictionary(
            r => Words<T>.TryParse(r.Member, out var member) ? member : throw new InvalidDataException($"Coverage of the unknown member {r.Member}."),
            r => r.Coverage);

    private sealed record PoolRow(
        long Version, int ActivePolicies, DateTime? PremiumBookedAt, bool BookingWanted, string? BreakerReason, DateTime? BreakerSince, DateTime? BreakerResetAt);

    private static class Dimension
    {
        public const string CoverageType = "coverage_type";
        public const string Chain = "chain";
        public const string Stablecoin = "stablecoin";
    }
}

/// <summary>The pool as it was read.</summary>
/// <param name="Version">Grows with every change.</param>
/// <param name="PremiumBookedAt">Up to when earned premium is booked; null before the first movement.</param>
/// <param name="BookingWanted">Booking took longer than a movement of capital could wait; the monitor of premiums is asked for it.</param>
/// <param name="Position">The figures.</param>
/// <param name="Breaker">The circuit breaker.</param>
public sealed record PoolSnapshot(long Version, DateTimeOffset? PremiumBookedAt, bool BookingWanted, PoolPosition Position, BreakerState Breaker);

/// <summary>Coverage of one policy that begins (positive) or ends (negative), in USD.</summary>
public sealed record CoverageMove(Product Product, decimal AmountUsd, IReadOnlyDictionary<Tranche, decimal> Attribution)
{
    /// <summary>The same cover, released.</summary>
    public CoverageMove Released() => new(Product, -AmountUsd, Attribution.ToDictionary(a => a.Key, a => -a.Value));
}

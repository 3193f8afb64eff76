using Dapper;
using Npgsql;

namespace Sure.Coordination.Partitions;

/// <summary>Makes the partitions of the declared tables ahead of time and drops those past retention.</summary>
public sealed class PartitionKeeper(IEnumerable<PartitionPlan> plans)
{
    /// <summary>Partitions beyond that of the present, so that a monitor that fails for a while leaves nothing without one.</summary>
    private const int PeriodsAhead = 2;

    /// <summary>
    /// Who waits for a lock on a table makes everybody after him wait too; it is better to give up and try in the next cycle. Days are
    /// compared with times as they are in UTC, whatever the server's own time zone is.
    /// </summary>
    private const string Manners = "SET LOCAL lock_timeout = '2s'; SET LOCAL TimeZone = 'UTC'";

    /// <summary>
    /// A default partition is looked through for each month that is made and for what is old. Where a table was not always partitioned it
    /// holds all that was there before, which may be many millions of rows.
    /// </summary>
    private const int LimitSeconds = 600;

    /// <summary>
    /// One at a time, or two would make the same: the monitor keeps the partitions while an instance that starts makes them with its schema.
    /// </summary>
    private const string Turn = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ':partitions', 0))";

    /// <summary>The tables of the service.</summary>
    public IReadOnlyList<PartitionedTable> Tables { get; } = [.. plans.SelectMany(p => p.Tables)];

    /// <summary>
    /// Makes what is missing of the default partitions and of the partitions of the present and the next periods. Rows of such a
    /// period that have gone to the default partition, because nothing ran when its time came, move to where they belong.
    /// </summary>
    public async Task MakeAheadAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await ExecuteAsync(connection, transaction, Manners, cancellationToken);
        await ExecuteAsync(connection, transaction, Turn, cancellationToken);
        foreach (var table in Tables)
        {
            var known = await ReadPartitionsAsync(connection, transaction, table, cancellationToken);
            if (!known.Contains(table.Rest))
            {
                await ExecuteAsync(connection, transaction, $"CREATE TABLE {table.Rest} PARTITION OF {table.Name} DEFAULT", cancellationToken);
            }

            var period = PartitionPeriod.Of(now, table.Span);
            for (var i = 0; i <= PeriodsAhead; i++, period = period.Next)
            {
                if (!known.Contains(table.PartitionOf(period)))
                {
                    await MakeAsync(connection, transaction, table, period, cancellationToken);
                }
            }
        }
    }

    /// <summary>
    /// Deletes rows of the table's default partition, and drops partitions, that are older than it keeps them. Which time it is the earlier
    /// of <paramref name="now"/> and the server's clock says: one that is ahead drops nothing that is to be kept.
    /// </summary>
    public static async Task DropOldAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PartitionedTable table, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(table);
        await ExecuteAsync(connection, transaction, Manners, cancellationToken);
        var cutoff = await connection.ExecuteScalarAsync<DateTime>(new CommandDefinition(
            "SELECT least(@Now, clock_timestamp()) - @Retention",
            new { Now = now.UtcDateTime, table.Retention },
            transaction,
            cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(
            $"DELETE FROM {table.Rest} WHERE {table.TimeColumn} < @Cutoff",
            new { Cutoff = cutoff },
            transaction,
            LimitSeconds,
            cancellationToken: cancellationToken));

        // Last: from here to the end of the transaction nobody reads or writes the table.
        var old = await connection.QueryAsync<string>(new CommandDefinition(
            $"""
            SELECT partition FROM (
                SELECT c.relname AS partition, (regexp_match(pg_get_expr(c.relpartbound, c.oid), 'TO \(''([^'']+)''\)'))[1]::timestamptz AS ends
                FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '{table.Name}'::regclass
            ) AS bounds WHERE ends <= @Cutoff
            """,
            new { Cutoff = cutoff },
            transaction,
            cancellationToken: cancellationToken));
        foreach (var partition in old)
        {
            await ExecuteAsync(connection, transaction, $"DROP TABLE {partition}", cancellationToken);
        }
    }

    /// <summary>Filled first and attached then: a partition cannot be added to a table whose default partition holds rows of its time.</summary>
    private static Task<int> MakeAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PartitionedTable table, PartitionPeriod period, CancellationToken cancellationToken)
    {
        var partition = table.PartitionOf(period);
        var (start, end) = ($"'{period.Start:yyyy-MM-dd} 00:00:00+00'", $"'{period.End:yyyy-MM-dd} 00:00:00+00'");
        return ExecuteAsync(
            connection,
            transaction,
            $"""
            CREATE TABLE {partition} (LIKE {table.Name} INCLUDING DEFAULTS INCLUDING CONSTRAINTS);
            WITH moved AS (
                DELETE FROM {table.Rest} WHERE {table.TimeColumn} >= {start} AND {table.TimeColumn} < {end} RETURNING *
            )
            INSERT INTO {partition} SELECT * FROM moved;
            ALTER TABLE {table.Name} ATTACH PARTITION {partition} FOR VALUES FROM ({start}) TO ({end});
            """,
            cancellationToken);
    }

    private static async Task<IReadOnlySet<string>> ReadPartitionsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, PartitionedTable table, CancellationToken cancellationToken)
    {
        var names = await connection.QueryAsync<string>(new CommandDefinition(
            $"SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = '{table.Name}'::regclass",
            transaction: transaction,
            cancellationToken: cancellationToken));
        return names.ToHashSet(StringComparer.Ordinal);
    }

    private static Task<int> ExecuteAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, transaction: transaction, commandTimeout: LimitSeconds, cancellationToken: cancellationToken));
}

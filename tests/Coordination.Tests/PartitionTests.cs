using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Coordination.Monitors;
using Sure.Coordination.Partitions;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>Partitions by time: made ahead, dropped past retention, and no row refused for its time.</summary>
public sealed class PartitionTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset MidJanuary = new(2026, 1, 15, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("2026-12-31T23:59:59Z", PartitionSpan.Month, "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", "202612")]
    [InlineData("2028-02-29T00:00:00Z", PartitionSpan.Month, "2028-02-01T00:00:00Z", "2028-03-01T00:00:00Z", "202802")]
    [InlineData("2028-02-29T00:00:00Z", PartitionSpan.Day, "2028-02-29T00:00:00Z", "2028-03-01T00:00:00Z", "20280229")]
    // Half past midnight in Berlin is still the day before in UTC.
    [InlineData("2026-02-01T00:30:00+01:00", PartitionSpan.Month, "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "202601")]
    public void A_period_begins_and_ends_by_the_calendar_of_UTC(string moment, PartitionSpan span, string start, string end, string suffix)
    {
        var period = PartitionPeriod.Of(DateTimeOffset.Parse(moment), span);

        Assert.Equal((DateTimeOffset.Parse(start), DateTimeOffset.Parse(end), suffix), (period.Start, period.End, period.Suffix));
        Assert.Equal(DateTimeOffset.Parse(end), period.Next.Start);
    }

    [Theory]
    [InlineData("Reading")]
    [InlineData("reading; DROP TABLE note")]
    [InlineData("")]
    public void What_is_no_plain_name_is_refused(string name) =>
        Assert.Throws<ArgumentException>(() => new PartitionedTable(name, "at", PartitionSpan.Month, TimeSpan.FromDays(1)));

    [Fact]
    public async Task Partitions_are_made_for_the_present_and_the_next_two_periods_once()
    {
        await using var database = await TableAsync();

        await MakeAsync(database, MidJanuary, PartitionSpan.Month);
        await MakeAsync(database, MidJanuary.AddDays(20), PartitionSpan.Month);

        Assert.Equal(["reading_202601", "reading_202602", "reading_202603", "reading_202604", "reading_rest"], await PartitionsAsync(database));
    }

    [Fact]
    public async Task A_row_goes_to_the_partition_of_its_time_and_no_row_is_refused_for_it()
    {
        await using var database = await TableAsync();
        await MakeAsync(database, MidJanuary, PartitionSpan.Day);

        await InsertAsync(database, MidJanuary, MidJanuary.AddDays(1), MidJanuary.AddYears(-6), MidJanuary.AddDays(40));

        Assert.Equal(
            [("reading_20260115", 1L), ("reading_20260116", 1L), ("reading_rest", 2L)],
            await CountsAsync(database));
    }

    /// <summary>Nothing ran in February and March; what arrived before anybody made partitions has gone to the rest.</summary>
    [Fact]
    public async Task After_a_month_without_running_rows_of_the_present_move_to_their_partition()
    {
        await using var database = await TableAsync();
        await MakeAsync(database, MidJanuary, PartitionSpan.Month);
        var mayDay = new DateTimeOffset(2026, 5, 1, 0, 0, 0, TimeSpan.Zero);
        await InsertAsync(database, mayDay.AddTicks(-10), mayDay, mayDay.AddHours(1));

        await MakeAsync(database, mayDay.AddHours(2), PartitionSpan.Month);
        await InsertAsync(database, mayDay.AddHours(3));

        Assert.Equal([("reading_202605", 3L), ("reading_rest", 1L)], await CountsAsync(database));
    }

    [Fact]
    public async Task A_partition_is_dropped_when_its_last_row_is_past_retention_and_not_before()
    {
        await using var database = await TableAsync();
        await MakeAsync(database, MidJanuary, PartitionSpan.Month);
        await InsertAsync(database, MidJanuary.AddYears(-1), MidJanuary, MidJanuary.AddMonths(1));

        // January ends on the first of February; ten days later all of it is older than ten days.
        var february = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
        await DropAsync(database, february.AddDays(10).AddTicks(-10), retention: TimeSpan.FromDays(10));
        Assert.Equal(2, await RowsAsync(database));

        await DropAsync(database, february.AddDays(10), retention: TimeSpan.FromDays(10));
        Assert.Equal(["reading_202602", "reading_202603", "reading_rest"], await PartitionsAsync(database));
        Assert.Equal(1, await RowsAsync(database));
    }

    /// <summary>At midnight in Auckland it is still eleven in the morning of the day before in UTC.</summary>
    [Fact]
    public async Task Days_are_those_of_UTC_whatever_the_time_zone_of_the_server_is()
    {
        await using var database = NpgsqlDataSource.Create($"{await postgres.CreateDatabaseAsync()};Timezone=Pacific/Auckland");
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        await connection.ExecuteAsync("CREATE TABLE reading (at date PRIMARY KEY) PARTITION BY RANGE (at)");
        await MakeAsync(database, MidJanuary, PartitionSpan.Month);
        await connection.ExecuteAsync("INSERT INTO reading VALUES ('2025-12-31'), ('2026-01-01'), ('2026-01-31'), ('2026-02-01')");
        Assert.Equal([("reading_202601", 2L), ("reading_202602", 1L), ("reading_rest", 1L)], await CountsAsync(database));

        var february = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);
        await DropAsync(database, february.AddDays(10).AddTicks(-10), retention: TimeSpan.FromDays(10));
        Assert.Equal([("reading_202601", 2L), ("reading_202602", 1L)], await CountsAsync(database));

        await DropAsync(database, february.AddDays(10), retention: TimeSpan.FromDays(10));
        Assert.Equal([("reading_202602", 1L)], await CountsAsync(database));
    }

    [Fact]
    public async Task A_table_that_was_not_partitioned_becomes_so_without_losing_a_row()
    {
        await using var database = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        await connection.ExecuteAsync("CREATE TABLE reading (at timestamptz NOT NULL, name text NOT NULL, PRIMARY KEY (name, at))");
        await InsertAsync(database, MidJanuary.AddYears(-2), MidJanuary.AddDays(-20), MidJanuary);

        // What a migration writes.
        await connection.ExecuteAsync(
            """
            ALTER TABLE reading RENAME TO reading_rest;
            ALTER INDEX reading_pkey RENAME TO reading_rest_pkey;
            CREATE TABLE reading (LIKE reading_rest INCLUDING ALL) PARTITION BY RANGE (at);
            ALTER TABLE reading ATTACH PARTITION reading_rest DEFAULT;
            """);
        await MakeAsync(database, MidJanuary, PartitionSpan.Month);

        Assert.Equal([("reading_202601", 1L), ("reading_rest", 2L)], await CountsAsync(database));
        var twice = await Assert.ThrowsAsync<PostgresException>(() => InsertAsync(database, MidJanuary.AddDays(-20)));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, twice.SqlState);
    }

    /// <summary>By the instance's clock it is a year later, by the server's it is not.</summary>
    [Fact]
    public async Task A_clock_that_is_ahead_drops_nothing_that_is_to_be_kept()
    {
        await using var database = await TableAsync();
        var now = TimeProvider.System.GetUtcNow();
        await MakeAsync(database, now, PartitionSpan.Month);
        // One of today, and two in the rest: of 90 days ago and of 110.
        await InsertAsync(database, now, now.AddDays(-90), now.AddDays(-110));

        await DropAsync(database, now.AddYears(1), retention: TimeSpan.FromDays(100));

        Assert.Equal(2, await RowsAsync(database));
        Assert.Equal(4, (await PartitionsAsync(database)).Count);
    }

    /// <summary>
    /// Somebody holds an old row of a default partition, of the table with old partitions or of the one that comes after it, so that it
    /// cannot be deleted. Who writes to the first one meanwhile waits for nothing.
    /// </summary>
    [Theory]
    [InlineData("reading_rest")]
    [InlineData("saying_rest")]
    public async Task While_a_default_partition_is_looked_through_no_table_is_locked(string held)
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var host = await CoordinationHost.ProducerAsync(database);
        await host.ExecuteAsync("CREATE TABLE reading (at timestamptz NOT NULL) PARTITION BY RANGE (at)");
        await host.ExecuteAsync("CREATE TABLE saying (at timestamptz NOT NULL) PARTITION BY RANGE (at)");
        var month = TimeSpan.FromDays(31);
        var keeper = new PartitionKeeper([new PartitionPlan(
            [new PartitionedTable("reading", "at", PartitionSpan.Month, month), new PartitionedTable("saying", "at", PartitionSpan.Month, month)])]);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var time in new[] { now.AddYears(-1), now })
        {
            await CommitAsync(host.Database, (c, t) => keeper.MakeAheadAsync(c, t, time, Cancellation));
        }

        await host.ExecuteAsync($"INSERT INTO {held} VALUES (now() - interval '3 years')");
        // However long it takes until it is waited for, the server does not end it for being idle.
        await using var patient = NpgsqlDataSource.Create(database);
        await using var other = await patient.OpenConnectionAsync(Cancellation);
        await using var transaction = await other.BeginTransactionAsync(Cancellation);
        await other.ExecuteAsync($"SELECT FROM {held} FOR UPDATE", transaction: transaction);
        var monitor = new PartitionMonitor(host.Database, keeper, Options.Create(new MonitoringOptions()), TimeProvider.System);

        var dropping = host.LeadAsync(term => monitor.RunOnceAsync(term, Cancellation));
        await Eventually.HoldsAsync(
            () => host.QueryAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {other.ProcessID} = ANY(pg_blocking_pids(pid)))"),
            "the old row is waited for",
            Cancellation);
        await host.ExecuteAsync("SET lock_timeout = '1ms'; INSERT INTO reading VALUES (now())");

        await transaction.RollbackAsync(Cancellation);
        try
        {
            await dropping;
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            // It has waited for long enough before the row was let go.
        }
    }

    private static PartitionedTable Reading(PartitionSpan span, TimeSpan retention) => new("reading", "at", span, retention);

    private static Task MakeAsync(NpgsqlDataSource database, DateTimeOffset now, PartitionSpan span) =>
        CommitAsync(database, (c, t) => new PartitionKeeper([new PartitionPlan([Reading(span, TimeSpan.FromDays(400))])]).MakeAheadAsync(c, t, now, Cancellation));

    private static Task DropAsync(NpgsqlDataSource database, DateTimeOffset now, TimeSpan retention) =>
        CommitAsync(database, (c, t) => PartitionKeeper.DropOldAsync(c, t, Reading(PartitionSpan.Month, retention), now, Cancellation));

    private static async Task CommitAsync(NpgsqlDataSource database, Func<NpgsqlConnection, NpgsqlTransaction, Task> work)
    {
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        await using var transaction = await connection.BeginTransactionAsync(Cancellation);
        await work(connection, transaction);
        await transaction.CommitAsync(Cancellation);
    }

    private static async Task InsertAsync(NpgsqlDataSource database, params DateTimeOffset[] times)
    {
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        await connection.ExecuteAsync("INSERT INTO reading (at, name) VALUES (@At, 'a')", times.Select(t => new { At = t.UtcDateTime }));
    }

    private static async Task<long> RowsAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        return await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM reading");
    }

    private static async Task<IReadOnlyList<string>> PartitionsAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        return [.. await connection.QueryAsync<string>("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'reading'::regclass ORDER BY 1")];
    }

    /// <summary>Rows by partition, where there are any.</summary>
    private static async Task<IReadOnlyList<(string, long)>> CountsAsync(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        return [.. await connection.QueryAsync<(string, long)>("SELECT tableoid::regclass::text, count(*) FROM reading GROUP BY 1 ORDER BY 1")];
    }

    private async Task<NpgsqlDataSource> TableAsync()
    {
        var database = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var connection = await database.OpenConnectionAsync(Cancellation);
        await connection.ExecuteAsync("CREATE TABLE reading (at timestamptz NOT NULL, name text NOT NULL, PRIMARY KEY (name, at)) PARTITION BY RANGE (at)");
        return database;
    }
}

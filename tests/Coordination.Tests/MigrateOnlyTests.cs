using System.Collections.Concurrent;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sure.Coordination.Migrations;
using Sure.Coordination.Partitions;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>The step before the instances of a new version are started.</summary>
public sealed class MigrateOnlyTests(PostgresServer postgres) : IDisposable
{
    private readonly int _exitCode = Environment.ExitCode;

    /// <summary>It is the process's, and this one is that of the tests.</summary>
    public void Dispose() => Environment.ExitCode = _exitCode;

    [Fact]
    public async Task It_ends_by_itself_with_the_schema_up_to_date_and_nothing_begun_that_needs_it()
    {
        var database = await postgres.CreateDatabaseAsync();
        using var host = Migration(database);

        await EndsAsync(host);

        Assert.False(host.Services.GetRequiredService<SchemaReady>().IsReady);
        await using var connection = new NpgsqlConnection(database);
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM note"));
    }

    /// <summary>The table that a script makes is there already, and will be however often it is tried.</summary>
    [Fact]
    public async Task A_script_that_fails_ends_it_with_a_code_that_says_so()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync("CREATE TABLE note (other integer)");
        using var host = Migration(database);

        await EndsAsync(host);

        Assert.Equal(1, Environment.ExitCode);
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM schema_version WHERE scriptname LIKE '%0001-notes.sql'"));
    }

    /// <summary>Somebody is about to make the table that a script makes, and lets it be.</summary>
    [Fact]
    public async Task A_lock_that_others_hold_is_waited_for_and_leaves_no_trace()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await other.ExecuteAsync("CREATE TABLE note (other integer)", transaction: transaction);
        var log = new Lines();
        using var host = Migration(database, log);

        var ended = EndsAsync(host);
        await WaitsAsync(log, PostgresErrorCodes.LockNotAvailable);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await ended;

        Assert.Equal(0, Environment.ExitCode);
        Assert.Equal(1, await other.ExecuteScalarAsync<long>("SELECT count(*) FROM schema_version WHERE scriptname LIKE '%0001-notes.sql'"));
    }

    /// <summary>The next one would wait for it, and so would the other instances; here the next one never comes.</summary>
    [Fact]
    public async Task An_attempt_that_failed_keeps_nobody_from_the_next()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var other = new NpgsqlConnection(database);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await other.ExecuteAsync("CREATE TABLE note (other integer)", transaction: transaction);
        var log = new Lines();
        using var host = Migration(database, log, new Standstill());

        await host.StartAsync(TestContext.Current.CancellationToken);
        await WaitsAsync(log, PostgresErrorCodes.LockNotAvailable);

        Assert.Equal(0, await other.ExecuteScalarAsync<long>(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE locktype = 'advisory' AND datname = current_database()", transaction: transaction));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>A dump reads a table for as long as it takes.</summary>
    [Fact]
    public async Task While_a_dump_reads_a_table_that_a_script_changes_others_write_to_it()
    {
        var database = await postgres.CreateDatabaseAsync();
        using (var before = Migration(database))
        {
            await EndsAsync(before);
        }

        await using var dump = new NpgsqlConnection(database);
        await dump.OpenAsync(TestContext.Current.CancellationToken);
        await dump.ExecuteAsync("ALTER TABLE outbox DROP COLUMN trace_links; DELETE FROM schema_version WHERE scriptname LIKE '%0004-trace-links.sql'");
        var transaction = await dump.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await dump.ExecuteAsync("LOCK TABLE outbox IN ACCESS SHARE MODE", transaction: transaction);
        var log = new Lines();
        using var host = Migration(database, log);

        var ended = EndsAsync(host);
        await WaitsAsync(log, PostgresErrorCodes.LockNotAvailable);
        await using var writer = new NpgsqlConnection(database);
        await writer.ExecuteAsync("SET statement_timeout = '10s'; INSERT INTO outbox (event_id, type, occurred_at, data) VALUES (gen_random_uuid(), 'told', now(), '{}')");
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await ended;

        Assert.Equal(0, Environment.ExitCode);
        Assert.Equal(1, await writer.ExecuteScalarAsync<long>("SELECT count(*) FROM outbox WHERE trace_links IS NULL"));
    }

    /// <summary>The leading instance makes the partitions of the present while another one starts that would make them too.</summary>
    [Fact]
    public async Task Partitions_that_another_instance_is_making_are_waited_for()
    {
        var database = await postgres.CreateDatabaseAsync();
        var plan = new PartitionPlan([new PartitionedTable("reading", "at", PartitionSpan.Month, TimeSpan.FromDays(400))]);
        var keeper = new PartitionKeeper([plan]);
        var now = TimeProvider.System.GetUtcNow();
        await using var leader = new NpgsqlConnection(database);
        await leader.OpenAsync(TestContext.Current.CancellationToken);
        await leader.ExecuteAsync("CREATE TABLE reading (at timestamptz NOT NULL) PARTITION BY RANGE (at)");
        await using (var before = await leader.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await keeper.MakeAheadAsync(leader, before, now.AddYears(-1), TestContext.Current.CancellationToken);
            await before.CommitAsync(TestContext.Current.CancellationToken);
        }

        var transaction = await leader.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await keeper.MakeAheadAsync(leader, transaction, now, TestContext.Current.CancellationToken);
        await using var look = new NpgsqlConnection(database);
        using var host = Migration(database, plan: plan);

        var ended = EndsAsync(host);
        await Eventually.HoldsAsync(
            () => look.ExecuteScalarAsync<bool>($"SELECT EXISTS (SELECT FROM pg_stat_activity WHERE {leader.ProcessID} = ANY(pg_blocking_pids(pid)))"),
            "it waits for the leader",
            TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await ended;

        Assert.Equal(0, Environment.ExitCode);
        // The default one, and three each of a year ago and of now.
        Assert.Equal(7, await look.ExecuteScalarAsync<long>("SELECT count(*) FROM pg_inherits WHERE inhparent = 'reading'::regclass"));
    }

    [Fact]
    public async Task A_database_that_is_not_there_yet_is_waited_for()
    {
        await using var other = new NpgsqlConnection(await postgres.CreateDatabaseAsync());
        var database = new NpgsqlConnectionStringBuilder(other.ConnectionString) { Database = $"{other.Database}_later" };
        var log = new Lines();
        using var host = Migration(database.ConnectionString, log);

        var ended = EndsAsync(host);
        await WaitsAsync(log, PostgresErrorCodes.InvalidCatalogName);
        await other.ExecuteAsync($"CREATE DATABASE {database.Database}");
        await ended;

        Assert.Equal(0, Environment.ExitCode);
        await using var connection = new NpgsqlConnection(database.ConnectionString);
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM note"));
    }

    private static Task WaitsAsync(Lines log, string because) => Eventually.HoldsAsync(
        () => Task.FromResult(log.Any(l => l.StartsWith("Waiting for PostgreSQL", StringComparison.Ordinal) && l.Contains(because, StringComparison.Ordinal))),
        $"it waits because of {because}",
        TestContext.Current.CancellationToken);

    private static IHost Migration(string database, ILoggerProvider? log = null, TimeProvider? time = null, PartitionPlan? plan = null)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Coordination.Tests" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:platform"] = database,
            ["Schema:MigrateOnly"] = "true",
        });
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.AddSchema();
        if (plan is not null)
        {
            builder.Services.AddSingleton(plan);
        }

        builder.Logging.ClearProviders();
        if (log is not null)
        {
            builder.Logging.AddProvider(log);
        }

        return builder.Build();
    }

    private static async Task EndsAsync(IHost host)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await host.StartAsync(limit.Token);
        await host.WaitForShutdownAsync(limit.Token);
        Assert.False(limit.IsCancellationRequested);
    }

    /// <summary>No delay ends.</summary>
    private sealed class Standstill : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    private sealed class Lines : ConcurrentQueue<string>, ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Enqueue(formatter(state, exception));

        public void Dispose()
        {
            // Nothing to give back; the lines are still read.
        }
    }
}

using System.Diagnostics.Metrics;
using Dapper;
using Microsoft.Extensions.Logging;
using Sure.Coordination.Migrations;
using Sure.Coordination.Outbox;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>What waits in the outbox is known, whatever else is in it.</summary>
public sealed class OutboxWatchTests(PostgresServer postgres)
{
    /// <summary>
    /// 100 000 events that were relayed are kept. Three more have their sequence and two have none yet; the first of those three is two
    /// hours old, the first of these two one hour.
    /// </summary>
    [Fact]
    public async Task What_waits_beside_100_000_relayed_events_is_read_from_indexes()
    {
        await using var host = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await host.ExecuteAsync(
            """
            INSERT INTO outbox (event_id, type, occurred_at, data, sequence)
            SELECT gen_random_uuid(), 'PolicyExpired', now() - interval '1 day', '{}', i FROM generate_series(1, 100000) AS i;
            INSERT INTO outbox (event_id, type, occurred_at, data, sequence)
            SELECT gen_random_uuid(), 'PolicyExpired', now() - interval '2 hours' + i * interval '10 minutes', '{}', 100001 + i FROM generate_series(0, 2) AS i;
            INSERT INTO outbox (event_id, type, occurred_at, data)
            SELECT gen_random_uuid(), 'PolicyExpired', now() - interval '1 hour' + i * interval '10 minutes', '{}' FROM generate_series(0, 1) AS i;
            UPDATE outbox_state SET numbered = 100003, relayed = 100000;
            """);
        await host.ExecuteAsync("ANALYZE outbox");

        Assert.Equal((5, 2), await LookAsync(host));
        Assert.DoesNotMatch(@"Seq Scan on outbox\b", await PlanAsync(host));

        await host.ExecuteAsync("UPDATE outbox_state SET relayed = 100003");
        Assert.Equal((2, 1), await LookAsync(host));

        await host.ExecuteAsync("DELETE FROM outbox WHERE sequence IS NULL");
        Assert.Equal((0, 0), await LookAsync(host));
        Assert.DoesNotMatch(@"Seq Scan on outbox\b", await PlanAsync(host));
    }

    /// <summary>The one row of the state is not there, which is no way for a database to be away.</summary>
    [Fact]
    public async Task After_a_look_that_failed_for_whatever_reason_the_next_one_comes()
    {
        await using var host = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await host.ExecuteAsync("DELETE FROM outbox_state");
        using var lines = new LoggedLines();
        using var loggers = new LoggerFactory([lines]);
        using var watch = new OutboxWatch(
            host.Database,
            host.Service<SchemaReady>(),
            new ServiceIdentity("producer", "one", typeof(OutboxWatchTests).Assembly),
            host.Service<IMeterFactory>(),
            new HastyTime(),
            loggers.CreateLogger<OutboxWatch>());

        await watch.StartAsync(TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            () => Task.FromResult(lines.Of<OutboxWatch>().Any(l => l.Level == LogLevel.Warning)), "a look failed", TestContext.Current.CancellationToken);
        Assert.Null(host.Measure("sure.outbox.oldest.age"));

        await host.ExecuteAsync("INSERT INTO outbox_state DEFAULT VALUES");
        await Eventually.HoldsAsync(
            () => Task.FromResult(host.Measure("sure.outbox.oldest.age") == 0), "it is known again that nothing waits", TestContext.Current.CancellationToken);
        await watch.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>How many events wait, and for how many full hours the oldest has.</summary>
    private static async Task<(long Waiting, int Hours)> LookAsync(CoordinationHost host)
    {
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var (waiting, age) = await connection.QuerySingleAsync<(long, double)>(OutboxWatch.LookSql);
        return (waiting, (int)(age / 3600));
    }

    private static async Task<string> PlanAsync(CoordinationHost host)
    {
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return string.Join('\n', await connection.QueryAsync<string>($"EXPLAIN {OutboxWatch.LookSql}"));
    }

    /// <summary>Timers tick at once.</summary>
    private sealed class HastyTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(20));
    }
}

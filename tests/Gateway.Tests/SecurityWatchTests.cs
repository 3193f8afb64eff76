using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Sure.Coordination.Migrations;
using Sure.Gateway.Audit;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>The audit trail can be emptied by nobody, so nobody may fill it.</summary>
public sealed class SecurityWatchTests(PostgresServer postgres)
{
    [Fact]
    public async Task What_cannot_be_written_keeps_nothing_else_from_the_trail()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        await gateway.ReadyAsync();
        var database = gateway.Services.GetRequiredService<NpgsqlDataSource>();
        using var watch = new SecurityWatch(database, gateway.Services.GetRequiredService<SchemaReady>(), new MovableClock(), NullLogger<SecurityWatch>.Instance);

        watch.Note(SecurityKind.LimitHit, "one", "alice", "Used up.");
        watch.Note(SecurityKind.LimitHit, "two", "ali\0ce", "Used up.");
        watch.Note(SecurityKind.LimitHit, "three", "bob", "Used up\0.");
        watch.Note(SecurityKind.AuthFailed, "four", "carol", "Not good.");
        await watch.StopAsync(TestContext.Current.CancellationToken);

        await using var connection = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Equal(["alice", "carol"], await connection.QueryAsync<string>("SELECT actor FROM audit ORDER BY actor"));
        Assert.Equal(2, await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM outbox WHERE type = 'SecurityEventOccurred'"));
    }

    /// <summary>300 addresses, twice each: 100 have records of their own, of 2, and the other 200 one together, of 400.</summary>
    [Fact]
    public async Task However_many_clients_there_are_only_so_many_records_a_minute_are_made()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        await gateway.ReadyAsync();
        var database = gateway.Services.GetRequiredService<NpgsqlDataSource>();
        var clock = new MovableClock();
        // Writes when it is told to stop, and not before.
        using var watch = new SecurityWatch(database, gateway.Services.GetRequiredService<SchemaReady>(), clock, NullLogger<SecurityWatch>.Instance);

        NoteTwice(300, "10.0.0");
        watch.Note(SecurityKind.BreakerReset, "key", "root", "Done by root.");
        await watch.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal((100, 2, 2), await RecordsAsync("actor LIKE '10.0.0.%'"));
        Assert.Equal((1, 400, 400), await RecordsAsync("actor = 'others'"));
        Assert.Equal((1, 1, 1), await RecordsAsync("actor = 'root'"));
        await using var connection = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Equal(102, await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM outbox WHERE type = 'SecurityEventOccurred'"));

        // Within the same minute nobody else gets a record of his own.
        NoteTwice(50, "10.0.1");
        await watch.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, 0, 0), await RecordsAsync("actor LIKE '10.0.1.%'"));
        Assert.Equal((2, 100, 400), await RecordsAsync("actor = 'others'"));

        // A minute later there are places again.
        clock.Advance(TimeSpan.FromMinutes(1));
        await watch.StopAsync(TestContext.Current.CancellationToken);
        NoteTwice(50, "10.0.2");
        await watch.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal((50, 2, 2), await RecordsAsync("actor LIKE '10.0.2.%'"));

        void NoteTwice(int clients, string net)
        {
            foreach (var address in Enumerable.Range(0, 2).SelectMany(_ => Enumerable.Range(0, clients).Select(i => $"{net}.{i}")))
            {
                watch.Note(SecurityKind.AuthFailed, address, address, "What was sent to be recognised is not good.");
            }
        }

        async Task<(int Records, int Least, int Most)> RecordsAsync(string which)
        {
            await using var asking = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
            return await asking.QuerySingleAsync<(int, int, int)>(
                $"""
                SELECT count(*)::int, coalesce(min((detail ->> 'count')::int), 0), coalesce(max((detail ->> 'count')::int), 0) FROM audit WHERE {which}
                """);
        }
    }
}

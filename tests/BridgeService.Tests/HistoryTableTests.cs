using System.Globalization;
using Dapper;
using Npgsql;
using Sure.BridgeService.Tests.Hosts;
using Sure.Coordination;
using Sure.TestServers;

namespace Sure.BridgeService.Tests;

/// <summary>Partitions of the tables of this service, as they are made when it starts and while it runs.</summary>
public sealed class HistoryTableTests(PostgresServer postgres)
{
    private static readonly string[] Tables = ["bridge_observation", "price_observation", "bridge_point", "price_point"];

    [Fact]
    public async Task Every_row_of_the_present_is_in_the_partition_of_its_month()
    {
        await using var host = await BridgeHost.StartAsync(postgres, "simulated");

        foreach (var table in Tables)
        {
            var rows = await host.ScalarAsync<long>($"SELECT count(*) FROM {table}");
            Assert.True(rows > 0, table);
            Assert.Equal(rows, await host.ScalarAsync<long>($"SELECT count(*) FROM {table}_{Month(host.Clock.GetUtcNow())}"));
        }
    }

    [Fact]
    public async Task A_service_that_stood_still_for_months_goes_on_in_the_partition_of_the_present()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (await BridgeHost.StartAsync(postgres, "simulated", database))
        {
        }

        var clock = new MovableClock();
        clock.Advance(TimeSpan.FromDays(200));
        await using var host = await BridgeHost.StartAsync(postgres, "simulated", database, clock);

        foreach (var table in Tables)
        {
            Assert.True(await host.ScalarAsync<long>($"SELECT count(*) FROM {table}_{Month(clock.GetUtcNow())}") > 0, table);
        }
    }

    [Fact]
    public async Task What_is_past_retention_goes_while_the_service_runs()
    {
        var database = await postgres.CreateDatabaseAsync();
        string month;
        await using (var before = await BridgeHost.StartAsync(postgres, "simulated", database))
        {
            month = Month(before.Clock.GetUtcNow());
        }

        // Observations are kept for 100 days, points for 1 100.
        var clock = new MovableClock();
        clock.Advance(TimeSpan.FromDays(140));
        await using var host = await BridgeHost.StartAsync(postgres, "simulated", database, clock);

        await Eventually.HoldsAsync(
            () => host.ScalarAsync<bool>($"SELECT to_regclass('bridge_observation_{month}') IS NULL AND to_regclass('price_observation_{month}') IS NULL"),
            "observations of 140 days ago are gone",
            TestContext.Current.CancellationToken);
        Assert.True(await host.ScalarAsync<long>($"SELECT count(*) FROM bridge_point_{month}") > 0);
    }

    /// <summary>A database as the version before partitions left it, with rows of long ago and of now.</summary>
    [Fact]
    public async Task An_older_database_keeps_its_rows()
    {
        var database = await postgres.CreateDatabaseAsync();
        var clock = new MovableClock();
        var (now, old) = (clock.GetUtcNow().UtcDateTime, clock.GetUtcNow().UtcDateTime.AddDays(-70));
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await connection.ExecuteAsync(
                "CREATE TABLE schema_version (schemaversionsid serial PRIMARY KEY, scriptname varchar(255) NOT NULL, applied timestamp without time zone NOT NULL)");
            await ApplyAsync(connection, "0-coordination", typeof(ServiceIdentity), "9999");
            await ApplyAsync(connection, "1-service", typeof(HistoryTables), "0004");
            await connection.ExecuteAsync(
                """
                INSERT INTO bridge_observation SELECT 'orbit_eth_ton', 'one', t, t, 5 FROM unnest(@Times) AS t;
                INSERT INTO price_observation SELECT 'USDC', 'price', 'one', t, t, 1 FROM unnest(@Times) AS t;
                INSERT INTO bridge_point SELECT 'orbit_eth_ton', t, 5, 0, 1, 1, 'Healthy', false, false FROM unnest(@Times) AS t;
                INSERT INTO price_point SELECT 'USDC', t, 1, 1, 1, 1, 3 FROM unnest(@Times) AS t;
                """,
                new { Times = new[] { old, now } });
        }

        await using var host = await BridgeHost.StartAsync(postgres, "none", database, clock);

        foreach (var table in Tables)
        {
            Assert.Equal(1, await host.ScalarAsync<long>($"SELECT count(*) FROM {table}_rest"));
            Assert.True(await host.ScalarAsync<long>($"SELECT count(*) FROM {table}_{Month(clock.GetUtcNow())}") > 0);
        }
    }

    private static string Month(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMM", CultureInfo.InvariantCulture);

    /// <summary>Applies the scripts of an assembly before <paramref name="end"/> and remembers them as the service does.</summary>
    private static async Task ApplyAsync(NpgsqlConnection connection, string prefix, Type marker, string end)
    {
        const string folder = ".Migrations.";
        foreach (var resource in marker.Assembly.GetManifestResourceNames().Where(r => r.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            var name = resource[(resource.IndexOf(folder, StringComparison.Ordinal) + folder.Length)..];
            if (string.CompareOrdinal(name, end) >= 0)
            {
                continue;
            }

            using var reader = new StreamReader(marker.Assembly.GetManifestResourceStream(resource)!);
            await connection.ExecuteAsync(await reader.ReadToEndAsync(TestContext.Current.CancellationToken));
            await connection.ExecuteAsync("INSERT INTO schema_version (scriptname, applied) VALUES (@Name, now())", new { Name = $"{prefix}/{name}" });
        }
    }
}

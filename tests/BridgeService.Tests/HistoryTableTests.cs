using System.Globalization;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.BridgeService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.BridgeService.Tests;

/// <summary>Partitions of the tables of this service, as they are made when it starts and while it runs.</summary>
public sealed class HistoryTableTests(PostgresServer postgres)
{
    private static readonly string[] Tables = ["bridge_observation", "price_observation", "bridge_point", "price_point", "bridge_hour", "price_hour"];

    [Fact]
    public async Task Every_row_of_the_present_is_in_the_partition_of_its_month()
    {
        var began = TimeProvider.System.GetUtcNow();
        await using var host = await BridgeHost.StartAsync(postgres, "simulated");

        foreach (var table in Tables)
        {
            var rows = await host.ScalarAsync<long>($"SELECT count(*) FROM {table}");
            Assert.True(rows > 0, table);
            Assert.Equal(rows, await RowsOfAsync(host, table, began, host.Clock.GetUtcNow()));
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
        var began = clock.GetUtcNow();
        await using var host = await BridgeHost.StartAsync(postgres, "simulated", database, clock);

        foreach (var table in Tables)
        {
            Assert.True(await RowsOfAsync(host, table, began, clock.GetUtcNow()) > 0, table);
        }
    }

    [Fact]
    public async Task What_is_past_retention_goes_while_the_service_runs()
    {
        // Observations are kept for 100 days, points for 1 100, hours for 3 660.
        await AssertGoesAsync("observation", days: 140, kept: "point");
        await AssertGoesAsync("point", days: 1_140, kept: "hour");
        await AssertGoesAsync("hour", days: 3_700, kept: null);

        async Task AssertGoesAsync(string gone, int days, string? kept)
        {
            // The service that was there then had the clock of then; one whose clock is ahead of PostgreSQL's lets nothing go.
            var database = await postgres.CreateDatabaseAsync();
            var then = new MovableClock();
            then.Advance(-TimeSpan.FromDays(days));
            string month;
            await using (var before = await BridgeHost.StartAsync(postgres, "simulated", database, then))
            {
                month = Month(then.GetUtcNow());
                Assert.True(await before.ScalarAsync<long>($"SELECT count(*) FROM bridge_{gone}_{month}") > 0);
                Assert.True(await before.ScalarAsync<long>($"SELECT count(*) FROM price_{gone}_{month}") > 0);
            }

            await using var host = await BridgeHost.StartAsync(postgres, "simulated", database);
            await Eventually.HoldsAsync(
                () => host.ScalarAsync<bool>($"SELECT to_regclass('bridge_{gone}_{month}') IS NULL AND to_regclass('price_{gone}_{month}') IS NULL"),
                $"what is called {gone} of {days} days ago is gone",
                TestContext.Current.CancellationToken);
            if (kept is not null)
            {
                Assert.True(await host.ScalarAsync<long>($"SELECT count(*) FROM bridge_{kept}_{month}") > 0);
                Assert.True(await host.ScalarAsync<long>($"SELECT count(*) FROM price_{kept}_{month}") > 0);
            }
        }
    }

    [Theory]
    [InlineData("1.23:59:59", "3660.00:00:00", "PointRetention")]
    [InlineData("2.00:00:00", "104.23:59:59", "HourRetention")]
    [InlineData("1100.00:00:00", "1099.23:59:59", "History:HourRetention must not be below History:PointRetention")]
    public async Task History_is_not_kept_for_less_than_is_read_of_it(string points, string hours, string fault)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => BridgeHost.StartAsync(
            postgres, database: "Host=127.0.0.1;Port=1", settings: new() { ["History:PointRetention"] = points, ["History:HourRetention"] = hours }));

        Assert.Contains(fault, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>A database as the version before partitions left it, with rows of long ago and of now.</summary>
    [Fact]
    public async Task An_older_database_keeps_its_rows()
    {
        var database = await postgres.CreateDatabaseAsync();
        var clock = new MovableClock();
        var began = clock.GetUtcNow();
        var (now, old) = (began.UtcDateTime, began.UtcDateTime.AddDays(-70));
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await EarlierSchema.MakeAsync(source, typeof(HistoryTables).Assembly, "0004", TestContext.Current.CancellationToken);
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
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
            Assert.True(await RowsOfAsync(host, table, began, clock.GetUtcNow()) > 0);
        }
    }

    /// <summary>Hours as the version before their partitions left them, one of them past retention.</summary>
    [Fact]
    public async Task Hours_of_an_older_database_are_answered_with_those_since()
    {
        var database = await postgres.CreateDatabaseAsync();
        var clock = new MovableClock();
        var hour = new DateTimeOffset(clock.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero).AddDays(-70);
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await EarlierSchema.MakeAsync(source, typeof(HistoryTables).Assembly, "0022", TestContext.Current.CancellationToken);
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await connection.ExecuteAsync(
                """
                INSERT INTO bridge_hour SELECT 'orbit_eth_ton', 'keepers', t, t, 900, 600, 1000, -40, 1, 0.9, 0.3, 'Healthy', true, false FROM unnest(@Times) AS t;
                INSERT INTO price_hour SELECT 'USDC', 'keepers', t, t, 0.99, 0.9, 1, 0.99, 1, 1, 3 FROM unnest(@Times) AS t;
                """,
                new { Times = new[] { hour.UtcDateTime, hour.AddDays(-3_600).UtcDateTime } });
        }

        await using var host = await BridgeHost.StartAsync(postgres, "none", database, clock);

        await Eventually.HoldsAsync(
            async () => (await host.ScalarAsync<long>("SELECT count(*) FROM bridge_hour_rest"), await host.ScalarAsync<long>("SELECT count(*) FROM price_hour_rest")) == (1, 1),
            "only the hours past retention are gone",
            TestContext.Current.CancellationToken);
        foreach (var (path, low, last) in new[] { ("bridge-health/orbit_eth_ton", "tvl_usd_min", 600m), ("oracles/USDC", "peg_ratio_min", 0.9m) })
        {
            var points = (await BridgeHost.GetAsync(host.Anonymous, $"/api/v2/{path}/history?from={host.Seconds(ago: TimeSpan.FromDays(365))}"))["points"].AsArray();
            Assert.Equal((2, hour.ToUnixTimeSeconds(), last), (points.Count, (long)points[0]!["time"]!, (decimal)points[0]![low]!));
        }
    }

    /// <summary>Rows in the partition of the present; in two where the month has ended since <paramref name="began"/>.</summary>
    private static Task<long> RowsOfAsync(BridgeHost host, string table, DateTimeOffset began, DateTimeOffset now) => host.ScalarAsync<long>(
        $"SELECT count(*) FROM {table} WHERE tableoid::regclass::text IN ('{table}_{Month(began)}', '{table}_{Month(now)}')");

    private static string Month(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMM", CultureInfo.InvariantCulture);
}

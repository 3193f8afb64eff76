using System.Globalization;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>Partitions of the tables of this service, and what stays whatever its age.</summary>
public sealed class HistoryTableTests(PostgresServer postgres)
{
    [Fact]
    public async Task Every_figure_of_a_tranche_is_in_the_partition_of_its_month()
    {
        var began = TimeProvider.System.GetUtcNow();
        await using var host = await UtilizationHost.StartAsync(postgres);
        await ToldAsync(host);

        // The month may end meanwhile.
        var elsewhere = $"tableoid::regclass::text NOT IN ('tranche_history_{Month(began)}', 'tranche_history_{Month(host.Now)}')";
        Assert.Equal(0, await ScalarAsync<long>(host, $"SELECT count(*) FROM tranche_history WHERE {elsewhere}"));
    }

    [Fact]
    public async Task Figures_past_retention_go_and_the_points_that_claims_rest_on_stay()
    {
        var database = await postgres.CreateDatabaseAsync();
        string month;
        long points;
        // Kept for 1 100 days, but a month goes only when its last day has. By the service's clock of then: one that is ahead of PostgreSQL's
        // lets nothing go.
        var then = new MovableClock();
        then.Advance(-TimeSpan.FromDays(1_140));
        await using (var before = await UtilizationHost.StartAsync(postgres, then, database: database))
        {
            await ToldAsync(before);
            month = Month(before.Now);
            points = await RowsAsync(before, "consensus_point");
            Assert.True(await ScalarAsync<bool>(before, $"SELECT to_regclass('tranche_history_{month}') IS NOT NULL"));
        }

        await using var host = await UtilizationHost.StartAsync(postgres, database: database);

        await UtilizationHost.EventuallyAsync(
            async () => await ScalarAsync<bool>(host, $"SELECT to_regclass('tranche_history_{month}') IS NULL"), "figures of 1 140 days ago to be gone");
        Assert.Equal(14, points);
        Assert.Equal(points, await ScalarAsync<long>(host, "SELECT count(*) FROM consensus_point WHERE at < @Before", host.Now.AddDays(-1_139)));
    }

    /// <summary>A database as the version before partitions left it: figures past retention, of two months ago and of just now.</summary>
    [Fact]
    public async Task Figures_of_an_older_database_are_answered_with_those_since()
    {
        var database = await postgres.CreateDatabaseAsync();
        var recent = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        var (old, past) = (recent.AddDays(-70), recent.AddDays(-1_101));
        await using (var source = NpgsqlDataSource.Create(database))
        {
            await EarlierSchema.MakeAsync(source, typeof(HistoryTables).Assembly, "0029", TestContext.Current.CancellationToken);
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            await connection.ExecuteAsync(
                "INSERT INTO tranche_history SELECT 'SURE_SNR', t, 6.5, 0, 0, extract(day FROM now() - t), 0, 1 FROM unnest(@Times) AS t",
                new { Times = new[] { past.UtcDateTime, old.UtcDateTime, recent.UtcDateTime } });
        }

        await using var host = await UtilizationHost.StartAsync(postgres, database: database);

        await UtilizationHost.EventuallyAsync(
            async () => await RowsAsync(host, "tranche_history_rest") == 1, "only the figures past retention to be gone");
        Assert.Equal(1, await ScalarAsync<long>(host, $"SELECT count(*) FROM tranche_history_{Month(recent)} WHERE at = @At", recent));
        var points = (await UtilizationHost.GetAsync(host.Anonymous, $"/api/v2/tranches/SURE_SNR/history?from={past.ToUnixTimeSeconds()}&to={recent.ToUnixTimeSeconds()}"))["points"].AsArray();
        Assert.Equal(
            [(old.ToUnixTimeSeconds(), 70m), (recent.ToUnixTimeSeconds(), 0m)],
            points.Select(p => ((long)p!["time"]!, (decimal)p["total_capital_usd"]!)));
    }

    [Theory]
    [InlineData("History:TrancheRetention")]
    [InlineData("Statistics:ClaimRetention")]
    public async Task History_is_not_kept_for_less_than_a_month(string setting)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => UtilizationHost.StartAsync(postgres, database: "Host=127.0.0.1;Port=1", settings: new() { [setting] = "30.23:59:59" }));

        Assert.Contains(setting.Split(':')[1], refusal.Message, StringComparison.Ordinal);
    }

    private static string Month(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMM", CultureInfo.InvariantCulture);

    private static Task ToldAsync(UtilizationHost host) =>
        UtilizationHost.EventuallyAsync(async () => await RowsAsync(host, "tranche_history") >= 6, "the figures of all tranches to be told");

    private static Task<long> RowsAsync(UtilizationHost host, string table) => ScalarAsync<long>(host, $"SELECT count(*) FROM {table}");

    private static async Task<T> ScalarAsync<T>(UtilizationHost host, string sql, DateTimeOffset? at = null)
    {
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return (await connection.ExecuteScalarAsync<T>(sql, new { At = at?.UtcDateTime, Before = at?.UtcDateTime }))!;
    }
}

using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Alerts;
using Sure.RiskService.ModelCheck;
using Sure.RiskService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.RiskService.Tests;

/// <summary>Partitions of the tables of this service, and what goes from those that have none.</summary>
public sealed class HistoryTableTests(PostgresServer postgres)
{
    private static readonly Book Empty = new(
        0, TimeProvider.System.GetUtcNow(), [], new PoolFigures(1_000_000, 1_000_000, 0, 0, 0, 1, 1_000_000), new Dictionary<Tranche, decimal> { [Tranche.Equity] = 1_000_000 }, []);

    [Fact]
    public async Task Every_row_of_the_present_is_in_the_partition_of_its_month()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        await using var source = NpgsqlDataSource.Create(host.Database);
        var now = TimeProvider.System.GetUtcNow();
        host.Utilization.Book = Empty;
        host.Bridges.Tell(new PriceConsensusMade(Guid.CreateVersion7(now), now, Stablecoin.USDC, 1, 1, 1, 1, [], "http"));

        foreach (var (table, days) in new[] { ("snapshot", 0), ("snapshot_hour", 0), ("var_forecast", 1), ("peg_hour", 0) })
        {
            // The month may end meanwhile.
            await RiskHost.UntilAsync(
                () => ScalarAsync<long>(
                    source,
                    $"SELECT count(*) FROM {table} WHERE tableoid::regclass::text IN ('{table}_{Month(now.AddDays(days))}', '{table}_{Month(TimeProvider.System.GetUtcNow().AddDays(days))}')"),
                n => n > 0);
            Assert.Equal(0, await ScalarAsync<long>(source, $"SELECT count(*) FROM {table}_rest"));
        }
    }

    /// <summary>
    /// A database as the version before partitions left it. Forecasts and losses are kept for 1 100 days, peg ratios for the 30 days that
    /// correlations look back, alerts that are over for 1 100 days; one that lasts stays.
    /// </summary>
    [Fact]
    public async Task An_older_database_keeps_its_rows_but_for_those_past_retention()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await EarlierSchema.MakeAsync(source, typeof(HistoryTables).Assembly, "0012", TestContext.Current.CancellationToken);
        await ExecuteAsync(
            source,
            """
            INSERT INTO var_forecast SELECT today() - d, 1000, now() FROM unnest('{1101, 300, 1}'::int[]) AS d;
            INSERT INTO loss SELECT gen_random_uuid(), (today() - d)::timestamp AT TIME ZONE 'UTC', 2000 FROM unnest('{1102, 300}'::int[]) AS d;
            INSERT INTO peg_hour SELECT 'USDC', date_trunc('hour', now(), 'UTC') - d * interval '1 day', 0.99, now(), false FROM unnest('{40, 20, 1}'::int[]) AS d;
            INSERT INTO alert SELECT gen_random_uuid(), 'LTV_Breach', d::text, 'High', 'It is high.', 0.8, 0.7, now(), now(), now() - d * interval '1 day'
            FROM unnest('{1101, 1099}'::int[]) AS d;
            INSERT INTO alert VALUES (gen_random_uuid(), 'LTV_Breach', 'lasts', 'High', 'It is high.', 0.8, 0.7, now() - interval '2000 days', now(), NULL);
            """);

        await using var host = await RiskHost.StartAsync(postgres, database);
        host.Utilization.Book = Empty;

        await RiskHost.UntilAsync(
            async () => (
                await ScalarAsync<string>(source, "SELECT string_agg((today() - day)::text, ' ' ORDER BY day) FROM var_forecast"),
                await ScalarAsync<string>(source, "SELECT string_agg((today() - (booked_at AT TIME ZONE 'UTC')::date)::text, ' ') FROM loss"),
                await ScalarAsync<string>(source, "SELECT string_agg(round(extract(epoch FROM now() - hour) / 86400)::text, ' ' ORDER BY hour) FROM peg_hour"),
                await ScalarAsync<string>(source, "SELECT string_agg(subject, ' ' ORDER BY subject) FROM alert")),
            kept => kept == ("300 1 -1", "300", "20 1", "1099 lasts"));

        var check = (await host.Service.Client.GetFromJsonAsync<JsonNode>(new Uri("/api/v2/risk/model-check", UriKind.Relative), TestContext.Current.CancellationToken))!;
        Assert.Equal((2, 1), ((int)check["days"]!, (int)check["exceptions"]!));
    }

    /// <summary>A month of forecasts goes as a whole, so some outlast their time; a loss stays that one of them is held against.</summary>
    [Fact]
    public async Task A_loss_stays_as_long_as_a_forecast_of_its_time()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await EarlierSchema.MakeAsync(source, typeof(HistoryTables).Assembly, "0012", TestContext.Current.CancellationToken);
        await ExecuteAsync(source, "INSERT INTO var_forecast VALUES (today() - 2000, 1000, now())");
        await using var host = await RiskHost.StartAsync(postgres, database);
        // What is past retention is looked for once an hour; that has been.
        await RiskHost.UntilAsync(() => ScalarAsync<long>(source, "SELECT count(*) FROM var_forecast WHERE day = today() - 2000"), n => n == 0);
        await ExecuteAsync(
            source,
            """
            INSERT INTO var_forecast VALUES (today() - 1110, 1000, now());
            INSERT INTO loss SELECT gen_random_uuid(), (today() - d)::timestamp AT TIME ZONE 'UTC', d FROM unnest('{1111, 1110}'::int[]) AS d;
            """);

        host.Utilization.Book = Empty;

        Assert.Equal("1110.00", await RiskHost.UntilAsync(() => ScalarAsync<string>(source, "SELECT string_agg(loss_usd::text, ' ') FROM loss"), kept => kept is "1110.00"));
    }

    /// <summary>Both are kept for 1 100 days. By the instance's clock it is a year later, by the server's it is not.</summary>
    [Fact]
    public async Task A_clock_that_is_ahead_forgets_no_alert_and_no_loss_that_is_to_be_kept()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        await using var source = NpgsqlDataSource.Create(host.Database);
        // Nothing is forgotten by the service itself, which is not told the book.
        await RiskHost.UntilAsync(() => ScalarAsync<bool>(source, "SELECT to_regclass('loss') IS NOT NULL AND to_regclass('alert') IS NOT NULL"), made => made);
        await ExecuteAsync(
            source,
            """
            INSERT INTO alert SELECT gen_random_uuid(), 'LTV_Breach', d::text, 'High', 'It is high.', 0.8, 0.7, now(), now(), now() - d * interval '1 day'
            FROM unnest('{1101, 1099}'::int[]) AS d;
            INSERT INTO loss SELECT gen_random_uuid(), now() - d * interval '1 day', d FROM unnest('{1101, 1099}'::int[]) AS d;
            """);

        await using (var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
            var (retention, ahead) = (TimeSpan.FromDays(1_100), TimeProvider.System.GetUtcNow().AddYears(1));
            Assert.Equal(1, await AlertStore.ForgetAsync(connection, transaction, retention, ahead, TestContext.Current.CancellationToken));
            Assert.Equal(1, await ForecastStore.ForgetAsync(connection, transaction, retention, ahead, TestContext.Current.CancellationToken));
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal("1099", await ScalarAsync<string>(source, "SELECT string_agg(subject, ' ') FROM alert"));
        Assert.Equal("1099.00", await ScalarAsync<string>(source, "SELECT string_agg(loss_usd::text, ' ') FROM loss"));
    }

    [Theory]
    [InlineData("ForecastRetention", "365.23:59:59")]
    [InlineData("SnapshotRetention", "30.23:59:59")]
    [InlineData("AlertStatisticsRetention", "30.23:59:59")]
    public async Task History_is_not_kept_for_less_than_is_read_of_it(string setting, string value)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(
            () => RiskHost.StartAsync(postgres, "Host=127.0.0.1;Port=1", new() { [$"Risk:{setting}"] = value }));

        Assert.Contains(setting, refusal.Message, StringComparison.Ordinal);
    }

    private static string Month(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMM", CultureInfo.InvariantCulture);

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource source, string sql)
    {
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return (await connection.ExecuteScalarAsync<T>(OfToday(sql)))!;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(OfToday(sql));
    }

    /// <summary>Today in UTC, whatever the server's time zone is.</summary>
    private static string OfToday(string sql) => sql.Replace("today()", "(now() AT TIME ZONE 'UTC')::date", StringComparison.Ordinal);
}

using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.RiskService.Tests.Snapshots;

/// <summary>The book's risk, measured again and again.</summary>
public sealed class SnapshotTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly Dictionary<Tranche, decimal> Equity = new() { [Tranche.Equity] = 1_000_000 };

    /// <summary>
    /// 600 000 of depeg on USDC at 0.08: λ = 0.40 · 0.08 / 0.35, p = 1 − exp(−λ) = 0.0873736 a year, expected 0.0873736 · 0.35 · 600 000 =
    /// 18 348.46. 100 000 of bridge on Ethereum at 0.02: λ = 0.40 · 0.02 / 0.80, p = 0.0099502, expected 796.01. Capital 1 000 000.
    /// </summary>
    [Fact]
    public async Task A_snapshot_measures_the_whole_book()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(host, "snapshot")).Status);
        host.Utilization.Book = Book(
            Pool(ltv: 0.7m, reserves: 1m),
            Policy(CoverageType.Depeg, Chain.Base, Stablecoin.USDC, 600_000, 0.08m),
            Policy(CoverageType.Bridge, Chain.Ethereum, Stablecoin.DAI, 100_000, 0.02m));

        var snapshot = (await RiskHost.UntilAsync(() => GetAsync(host, "snapshot"), a => a.Status == HttpStatusCode.OK)).Body;

        Assert.Equal((0.7m, 1m, 1_000_000m, 700_000m, 2), (Number(snapshot["ltv"]), Number(snapshot["reserve_ratio"]), Number(snapshot["total_capital_usd"]), Number(snapshot["coverage_usd"]), (int)snapshot["total_policies"]!));
        Assert.Equal(UnixSecondsConverter.ToSeconds(Start), Number(snapshot["as_of"]));
        Assert.Equal([1, 30, 365], snapshot["horizons"]!.AsArray().Select(h => (int)h!["days"]!));

        var year = snapshot["horizons"]![2]!;
        var (expected, error) = (Number(year["expected_loss"]!["value"]), Number(year["expected_loss"]!["standard_error"]));
        Assert.InRange(expected, 19_144.47m - (3 * error), 19_144.47m + (3 * error));
        Assert.InRange(error, 1m, 1_000m);
        Assert.True(Number(year["var_95"]!["value"]) <= Number(year["var_99"]!["value"]) && Number(year["var_99"]!["value"]) <= Number(year["var_995"]!["value"]));
        Assert.True(Number(year["cvar_99"]!["value"]) >= Number(year["var_99"]!["value"]));
        Assert.Equal(10_000, year["histogram"]!.AsArray().Sum(b => (int)b!["scenarios"]!) + (int)year["without_loss"]!);
        foreach (var dimension in new[] { "product", "chain", "stablecoin", "coverage_type" })
        {
            decimal[] contributions = [.. year["contributions"]![dimension]!.AsArray().Select(c => Number(c!["contribution_usd"]))];
            Assert.Equal(Number(year["cvar_99"]!["value"]), contributions.Sum());
            Assert.All(contributions, c => Assert.Equal(Math.Round(c, 2), c));
        }

        Assert.Equal(
            ["SURE_EQT", "SURE_JNR_PLUS", "SURE_JNR", "SURE_MEZZ", "SURE_SNR", "SURE_BTC"], year["tranches"]!.AsArray().Select(t => (string)t!["tranche_id"]!));
        Assert.Equal(expected, Number(year["tranches"]![0]!["expected_loss"]!["value"]));

        // USDC at 0.88 pays all of its cover; nothing of the capital is deployed, and no scenario takes both.
        Assert.Equal(600_000m, Number(snapshot["stress"]!.AsArray().Single(s => (string)s!["scenario"]! == "svb-2023-03")!["loss_usd"]));
        Assert.Equal(snapshot["stress"]!.AsArray().Max(s => Number(s!["loss_usd"])), Number(snapshot["worst_stress"]!["loss_usd"]));
        Assert.Equal(("USDC", 0.6m), ((string)snapshot["concentrations"]!["stablecoin"]![0]!["stablecoin"]!, Number(snapshot["concentrations"]!["stablecoin"]![0]!["of_capital"])));
        Assert.Equal(0.6m, Number(snapshot["concentrations"]!["max"]));
        Assert.Equal([0.6m, 0.1m, 0m, 0m], snapshot["correlated_exposure"]!.AsArray().Select(g => Number(g!["of_capital"])));
        Assert.Equal(("Medium", null), ((string)snapshot["correlation"]!["regime"]!, (decimal?)snapshot["correlation"]!["mean_absolute"]));
        Assert.Equal(
            ["Concentration critical: 60.00% >= 30.00%", "LTV warning: 70.00% >= 70.00%", "Stress loss critical: 60.00% >= 45.00%"],
            snapshot["alerts"]!.AsArray().Where(a => (string)a!["alert_type"]! != "VaR_Breach").Select(a => (string)a!["message"]!).Order(StringComparer.Ordinal));

        var tranches = (await GetAsync(host, "tranches")).Body;
        Assert.True(JsonNode.DeepEquals(year["tranches"], tranches["horizons"]![2]!["tranches"]));
        var limits = (await GetAsync(host, "limits")).Body["limits"]!.AsArray();
        var ofYear = limits.Single(l => (string)l!["alert_type"]! == "VaR_Breach")!;
        Assert.Equal(Number(year["var_99"]!["value"]) / 1_000_000m, Number(ofYear["current_value"]));
    }

    /// <summary>100 000 of cover of USDC by 300 000 of capital is a concentration of 0.333…; the LTV is as it was told.</summary>
    [Fact]
    public async Task Limits_show_ratios_with_eight_decimals()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        host.Utilization.Book = Book(Pool(0.5m, 1m) with { TotalCapitalUsd = 300_000 }, Coins(100_000));

        var limits = (await RiskHost.UntilAsync(() => GetAsync(host, "limits"), a => a.Status == HttpStatusCode.OK)).Body["limits"]!.AsArray();

        var concentration = limits.Single(l => (string)l!["alert_type"]! == "Concentration_High" && (string)l["subject"]! == "USDC")!;
        Assert.Equal((0.33333333m, "Critical"), (Number(concentration["current_value"]), (string)concentration["severity"]!));
        Assert.Equal(0.5m, Number(limits.Single(l => (string)l!["alert_type"]! == "LTV_Breach")!["current_value"]));
    }

    /// <summary>The examples of the domain, §8; each clears 0.01 back inside its High limit and not before.</summary>
    [Fact]
    public async Task Alerts_are_raised_once_and_clear_at_the_hysteresis()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        var (kept, small, large) = (Coins(240_000), Coins(5_000), Coins(25_000));
        host.Utilization.Book = Book(Pool(0.76m, 0.18m), kept, small, large);
        string[] raised = ["Concentration warning: 27.00% >= 25.00%", "LTV critical: 76.00% >= 75.00%", "Reserves warning: 18.00% <= 20.00%"];

        Assert.Equal(raised, await RiskHost.UntilAsync(() => MessagesAsync(host), m => m.Count == 3));
        var ids = await IdsAsync(host);

        // A point inside, not past the margin.
        host.Utilization.Tell(Ended(large), Moved(0.695m, 0.205m, seconds: 1));
        Assert.Equal(
            ["Concentration warning: 24.50%, lasts until 24.00%", "LTV warning: 69.50%, lasts until 69.00%", "Reserves warning: 20.50%, lasts until 21.00%"],
            await RiskHost.UntilAsync(() => MessagesAsync(host), m => m.All(s => s.Contains("lasts", StringComparison.Ordinal))));
        Assert.Equal(ids, await IdsAsync(host));

        host.Utilization.Tell(Ended(small), Moved(0.69m, 0.21m, seconds: 2));
        Assert.Empty(await RiskHost.UntilAsync(() => MessagesAsync(host), m => m.Count == 0));
        Assert.Equal(3, await ToldAsync(host.Database, nameof(RiskAlertRaised)));
        Assert.Equal(3, await ToldAsync(host.Database, nameof(RiskAlertCleared)));
        await BothKindsAreCountedAsync(host);
    }

    /// <summary>Two warnings and one critical alert were raised and cleared here; a bridge tells of two more, of which one is over.</summary>
    private static async Task BothKindsAreCountedAsync(RiskHost host)
    {
        var now = TimeProvider.System.GetUtcNow();
        var (drop, paused) = (Guid.CreateVersion7(now), Guid.CreateVersion7(now));
        host.Bridges.Tell(
            new BridgeAlertRaised(Guid.CreateVersion7(now), now, "wormhole_eth_ton", drop, "tvl_drop", Severity.Critical, "It is emptied."),
            new BridgeAlertRaised(Guid.CreateVersion7(now), now, "wormhole_eth_ton", paused, "contract_paused", Severity.High, "It is paused."),
            new BridgeAlertResolved(Guid.CreateVersion7(now), now, "wormhole_eth_ton", paused, "contract_paused", Severity.High, "It is paused."));
        using var analyst = host.Service.ClientOf("analyst", "read");

        var answer = await RiskHost.UntilAsync(() => ReadAsync(""), a => a["points"]!.AsArray().Sum(p => (int)p!["raised"]!) == 5);

        int Sum(JsonNode of, string field) => of["points"]!.AsArray().Sum(p => (int)p![field]!);
        Assert.Equal((25, 3600), (answer["points"]!.AsArray().Count, (int)answer["resolution_seconds"]!));
        Assert.Equal((5, 0, 4), (Sum(answer, "raised"), Sum(answer, "escalated"), Sum(answer, "cleared")));
        Assert.Equal((0, 0, 3, 2), (Sum(answer, "raised_low"), Sum(answer, "raised_medium"), Sum(answer, "raised_high"), Sum(answer, "raised_critical")));
        Assert.Equal(
            [
                "bridge contract_paused High 1 1", "bridge tvl_drop Critical 1 0", "risk Concentration_High High 1 1",
                "risk LTV_Breach Critical 1 0", "risk LTV_Breach High 0 1", "risk Reserve_Low High 1 1",
            ],
            answer["frequencies"]!.AsArray().Select(f => $"{f!["source"]} {f["alert_type"]} {f["severity"]} {f["raised"]} {f["cleared"]}").Order(StringComparer.Ordinal));

        var critical = await ReadAsync("?source=bridge&severity=Critical&interval=day");
        Assert.Equal((1, 86_400), (Sum(critical, "raised"), (int)critical["resolution_seconds"]!));
        Assert.Equal(HttpStatusCode.BadRequest, (await analyst.GetAsync(new Uri("/api/v2/analytics/alerts?severity=Extreme", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await host.Service.Client.GetAsync(new Uri("/api/v2/analytics/alerts", UriKind.Relative), TestContext.Current.CancellationToken)).StatusCode);

        async Task<JsonNode> ReadAsync(string query) =>
            (await analyst.GetFromJsonAsync<JsonNode>(new Uri($"/api/v2/analytics/alerts{query}", UriKind.Relative), TestContext.Current.CancellationToken))!;
    }

    [Fact]
    public async Task A_restart_raises_nothing_twice()
    {
        string database;
        await using (var host = await RiskHost.StartAsync(postgres))
        {
            database = host.Database;
            host.Utilization.Book = Book(Pool(0.76m, 0.18m), Coins(100_000));
            await RiskHost.UntilAsync(() => MessagesAsync(host), m => m.Count == 2);
        }

        var before = await SnapshotsAsync(database);
        await using var again = await RiskHost.StartAsync(postgres, database);
        again.Utilization.Book = Book(Pool(0.76m, 0.18m), Coins(100_000));

        // It has looked at the book again.
        await RiskHost.UntilAsync(() => SnapshotsAsync(database), n => n > before);
        Assert.Equal(2, (await MessagesAsync(again)).Count);
        Assert.Equal(2, await ToldAsync(database, nameof(RiskAlertRaised)));
        Assert.Equal(0, await ToldAsync(database, nameof(RiskAlertEscalated)));
    }

    /// <summary>What is kept bears times that will not be reached for an hour again.</summary>
    [Fact]
    public async Task Clocks_that_are_set_back_freeze_nothing()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        host.Utilization.Book = Book(Pool(0.5m, 1m), Coins(100_000));
        await RiskHost.UntilAsync(() => GetAsync(host, "snapshot"), a => a.Status == HttpStatusCode.OK);
        await using var source = NpgsqlDataSource.Create(host.Database);
        await using var ahead = source.CreateCommand(
            """
            UPDATE last_snapshot SET taken_at = taken_at + interval '1 hour';
            UPDATE var_forecast SET made_at = made_at + interval '1 hour', var_99_usd = 123456789;
            """);
        await ahead.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        host.Utilization.Tell(Moved(0.6m, 0.9m, seconds: -3600));

        var snapshot = (await RiskHost.UntilAsync(() => GetAsync(host, "snapshot"), a => Number(a.Body["ltv"]) == 0.6m)).Body;
        Assert.Equal((0.9m, UnixSecondsConverter.ToSeconds(Start.AddHours(-1))), (Number(snapshot["reserve_ratio"]), Number(snapshot["as_of"])));
        Assert.Equal(0, await CountAsync(host.Database, "var_forecast WHERE var_99_usd = 123456789"));
    }

    [Fact]
    public async Task Every_snapshot_tells_the_worst_stress_loss_and_the_regime()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        host.Utilization.Book = Book(Pool(0.1m, 1m), Coins(100_000));

        await RiskHost.UntilAsync(() => ToldAsync(host.Database, nameof(RiskSnapshotTaken)), n => n > 1);

        await using var source = NpgsqlDataSource.Create(host.Database);
        await using var command = source.CreateCommand("SELECT data FROM outbox WHERE type = 'RiskSnapshotTaken' LIMIT 1");
        var told = JsonNode.Parse((string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!)!;
        Assert.Equal((100_000m, "Medium"), (Number(told["worst_stress_loss_usd"]), (string)told["correlation_regime"]!));
    }

    /// <summary>However long ago an alert was raised or cleared: who begins now learns of it by the next snapshot.</summary>
    [Fact]
    public async Task Every_snapshot_tells_the_last_alert_of_each_figure_and_the_ranking()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        await using var source = NpgsqlDataSource.Create(host.Database);
        await using var newest = source.CreateCommand("SELECT data FROM outbox WHERE type = 'RiskSnapshotTaken' ORDER BY position DESC LIMIT 1");
        host.Utilization.Book = Book(Pool(0.76m, 0.18m), Coins(100_000));

        var told = await ToldAsync(alerts => alerts.Count == 2);
        Assert.Equal(["LTV critical: 76.00% >= 75.00%", "Reserves warning: 18.00% <= 20.00%"], Messages(told));
        var product = Assert.Single(told.TopProducts!);
        Assert.Equal((CoverageType.Depeg, Chain.Base, Stablecoin.USDC, 100_000m, 1), (product.CoverageType, product.Chain, product.Stablecoin, product.ExposureUsd, product.PolicyCount));

        host.Utilization.Tell(Moved(0.6m, 0.18m, seconds: 1));
        var (over, lasts) = Split(await ToldAsync(alerts => alerts.Any(a => a.ClearedAt is not null)));
        Assert.Equal((("LTV_Breach", 0.6m), "Reserve_Low"), ((over.AlertType, over.CurrentValue), lasts.AlertType));
        Assert.True(over.ClearedAt >= over.RaisedAt);

        // Another one of the same figure takes its place.
        host.Utilization.Tell(Moved(0.71m, 0.18m, seconds: 2));
        told = await ToldAsync(alerts => alerts.All(a => a.ClearedAt is null));
        Assert.Equal(["LTV warning: 71.00% >= 70.00%", "Reserves warning: 18.00% <= 20.00%"], Messages(told));
        Assert.DoesNotContain(told.Alerts!, a => a.AlertId == over.AlertId);

        Task<RiskSnapshotTaken> ToldAsync(Func<IReadOnlyList<AlertState>, bool> condition) => RiskHost.UntilAsync(
            async () => await newest.ExecuteScalarAsync(TestContext.Current.CancellationToken) is string data
                ? JsonSerializer.Deserialize<RiskSnapshotTaken>(data, SureJson.Internal)!
                : null!,
            taken => taken is { Alerts: { } alerts } && condition(alerts));

        static IEnumerable<string> Messages(RiskSnapshotTaken taken) => taken.Alerts!.Select(a => a.Message).Order(StringComparer.Ordinal);

        static (AlertState Over, AlertState Lasts) Split(RiskSnapshotTaken taken) =>
            (taken.Alerts!.Single(a => a.ClearedAt is not null), taken.Alerts!.Single(a => a.ClearedAt is null));
    }

    /// <summary>
    /// Three days before today: more lost than forecast; just as much; nothing. 1 of 3: −2(2 ln 0.99 + ln 0.01 − 2 ln ⅔ − ln ⅓) = 5.431457.
    /// </summary>
    [Fact]
    public async Task Forecasts_are_held_against_what_came()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        var midnight = new DateTimeOffset(TimeProvider.System.GetUtcNow().UtcDateTime.Date, TimeSpan.Zero);
        var (over, met, early) = (Lost(1_500m, midnight.AddDays(-3)), Lost(1_000m, midnight.AddDays(-1).AddTicks(-10)), Lost(700m, midnight.AddDays(-9)));
        host.Utilization.Book = Book(Pool(0.1m, 1m), Coins(100_000)) with { Losses = [over, early] };
        await RiskHost.UntilAsync(() => GetAsync(host, "snapshot"), a => a.Status == HttpStatusCode.OK);
        host.Utilization.Tell(Triggered(over), Triggered(met), Triggered(met));
        await using var source = NpgsqlDataSource.Create(host.Database);
        await using var command = source.CreateCommand(
            """
            INSERT INTO var_forecast SELECT (now() AT TIME ZONE 'UTC')::date - d, v, now() FROM (VALUES (3, 1000), (2, 1000), (1, 0)) AS f (d, v)
            """);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var check = await RiskHost.UntilAsync(
            async () => (await GetAsync(host, "model-check")).Body, c => c["days"] is { } days && (int)days == 3 && c["exception_days"]!.AsArray().Count == 1);

        Assert.Equal((1, 0.03m, "Green"), ((int)check["exceptions"]!, Number(check["expected_exceptions"]), (string)check["traffic_light"]!));
        Assert.Equal((5.431457m, 0.019777m), (Math.Round(Number(check["likelihood_ratio"]), 6), Math.Round(Number(check["p_value"]), 6)));
        Assert.Equal((1_000m, 1_500m), (Number(check["exception_days"]![0]!["forecast_usd"]), Number(check["exception_days"]![0]!["loss_usd"])));

        // Tomorrow's forecast is that of today's snapshots.
        await using var tomorrow = source.CreateCommand("SELECT count(*) FROM var_forecast WHERE day = (now() AT TIME ZONE 'UTC')::date + 1");
        Assert.Equal(1L, await tomorrow.ExecuteScalarAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>
    /// A snapshot a minute over a year, one of them with an LTV of 0.93, one with reserves of 0.11: 31 536 000 s in at most 5 000 buckets are
    /// buckets of two hours. The database is as the version before hours left it.
    /// </summary>
    [Fact]
    public async Task A_year_is_one_answer_and_its_peaks_are_in_it()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await EarlierSchema.MakeAsync(source, typeof(HistoryTables).Assembly, "0013", TestContext.Current.CancellationToken);
        await using var command = source.CreateCommand(
            """
            CREATE TABLE snapshot_rest PARTITION OF snapshot DEFAULT;
            INSERT INTO snapshot
            SELECT '2024-03-01T00:00Z'::timestamptz + n * interval '1 minute', CASE n WHEN 300001 THEN 0.93 ELSE 0.5 END,
                   CASE n WHEN 123456 THEN 0.11 ELSE 0.4 END, 1000000, n, 7, 0.2, 0.3, 100, 1, 2, 3, 4, 0
            FROM generate_series(0, 365 * 1440 - 1) n
            """);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await using var host = await RiskHost.StartAsync(postgres, database, new() { ["Risk:SnapshotRetention"] = "36500.00:00:00" });
        var first = new DateTimeOffset(2024, 3, 1, 0, 0, 0, TimeSpan.Zero);

        var year = (await GetAsync(host, $"snapshots?from={first.ToUnixTimeSeconds()}&to={first.AddDays(365).ToUnixTimeSeconds()}")).Body;

        var points = year["points"]!.AsArray();
        Assert.Equal((7_200, 365 * 12), ((int)year["resolution_seconds"]!, points.Count));
        Assert.Equal(0.93m, Number(Assert.Single(points, p => Number(p!["ltv"]) != 0.5m)!["ltv"]));
        Assert.Equal(0.11m, Number(Assert.Single(points, p => Number(p!["reserve_ratio"]) != 0.4m)!["reserve_ratio"]));
        // What has no limit is that of the bucket's last minute.
        Assert.Equal([119m, 239m], points.Take(2).Select(p => Number(p!["coverage_usd"])));
        Assert.Equal(first.AddMinutes(119).ToUnixTimeSeconds(), Number(points[0]!["time"]));

        Assert.Empty((await GetAsync(host, "snapshots?from=1&to=2")).Body["points"]!.AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await GetAsync(host, "snapshots?from=2&to=1")).Status);
    }

    /// <summary>A span since 1970 is read from hours, a day from minutes; both have the peaks. No LTV is beyond every LTV.</summary>
    [Fact]
    public async Task What_is_measured_is_in_its_hour_too()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        host.Utilization.Book = Book(Pool(0.5m, 0.9m), Coins(100_000));
        await MeasuredAsync(0.9m);
        host.Utilization.Tell(Moved(0.6m, 0.8m, seconds: 1));
        await MeasuredAsync(0.8m);
        host.Utilization.Tell(Moved(0.4m, 1m, seconds: 2));
        await MeasuredAsync(1m);

        await BothShowAsync(0.6m);

        host.Utilization.Tell(Moved(ltv: null, 0.95m, seconds: 3));
        await MeasuredAsync(0.95m);
        await BothShowAsync(ltv: null);

        Task MeasuredAsync(decimal reserves) => RiskHost.UntilAsync(
            () => GetAsync(host, "snapshot"), a => a.Status == HttpStatusCode.OK && Number(a.Body["reserve_ratio"]) == reserves);

        async Task BothShowAsync(decimal? ltv)
        {
            foreach (var span in new[] { "?from=0", "" })
            {
                var points = (await GetAsync(host, $"snapshots{span}")).Body["points"]!.AsArray();
                Assert.Equal(ltv is null, points.Any(p => p!["ltv"] is null));
                Assert.Equal(ltv, ltv is null ? null : points.Max(p => Number(p!["ltv"])));
                Assert.Equal(0.8m, points.Min(p => Number(p!["reserve_ratio"])));
                Assert.Equal((1_000_000m, 100_000m, 1), (Number(points[^1]!["total_capital_usd"]), Number(points[^1]!["coverage_usd"]), (int)points[^1]!["total_policies"]!));
            }
        }
    }

    /// <summary>A cycle that cannot read fails and says so; readers are answered with what is known, which says how old it is.</summary>
    [Theory]
    [InlineData("risk-snapshot", "policy", "snapshot")]
    [InlineData("risk-snapshot", "product_exposure", "snapshot")]
    [InlineData("top-products", "product_exposure", "outbox WHERE type = 'TopProductsChanged'")]
    public async Task What_cannot_be_read_is_not_measured(string monitor, string table, string written)
    {
        await using var host = await RiskHost.StartAsync(postgres, settings: new() { ["Monitoring:TopProductsInterval"] = "00:00:01" });
        await using var source = NpgsqlDataSource.Create(host.Database);
        // Says what a server says that is starting up; immutable, so that it says so of every statement, whatever rows that needs.
        await ExecuteAsync(
            "CREATE FUNCTION away() RETURNS boolean IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RAISE 'away' USING ERRCODE = 'cannot_connect_now'; END $$");
        host.Utilization.Book = Book(Pool(0.5m, 1m), Coins(100_000));
        var failed = new ConcurrentQueue<bool>();
        using var listener = Listen(host, monitor, failed);
        await RiskHost.UntilAsync(() => SnapshotsAsync(host.Database), n => n > 0);
        await RiskHost.UntilAsync(() => ToldAsync(host.Database, nameof(TopProductsChanged)), n => n > 0);

        await ExecuteAsync($"ALTER TABLE {table} RENAME TO elsewhere; CREATE VIEW {table} AS SELECT * FROM elsewhere WHERE away()");
        await NextAsync(ofFailed: true);
        var before = await CountAsync(host.Database, written);
        await NextAsync(ofFailed: true);

        Assert.Equal(before, await CountAsync(host.Database, written));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(host, "exposure")).Status);
        await ExecuteAsync($"DROP VIEW {table}; ALTER TABLE elsewhere RENAME TO {table}");
        await NextAsync(ofFailed: false);

        async Task ExecuteAsync(string sql)
        {
            await using var command = source.CreateCommand(sql);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        // One that was under way may still have succeeded.
        async Task NextAsync(bool ofFailed)
        {
            failed.Clear();
            await RiskHost.UntilAsync(() => Task.FromResult(failed.Contains(ofFailed)), seen => seen);
        }
    }

    /// <summary>Hears whether each cycle of a monitor failed.</summary>
    private static MeterListener Listen(RiskHost host, string monitor, ConcurrentQueue<bool> failed)
    {
        var meters = host.Service.Services.GetRequiredService<IMeterFactory>();
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "sure.monitor.cycle.duration" && ReferenceEquals(instrument.Meter.Scope, meters))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            if (tags.Contains(new("sure.monitor", monitor)))
            {
                failed.Enqueue(tags.Contains(new("sure.outcome", "failed")));
            }
        });
        listener.Start();
        return listener;
    }

    private static Book Book(PoolFigures pool, params BookedPolicy[] policies) => new(0, Start, policies, pool, Equity, []);

    private static PoolFigures Pool(decimal? ltv, decimal reserves) => new(1_000_000, 1_000_000, 700_000, 2, ltv, reserves, 1_000_000);

    private static BookedPolicy Policy(CoverageType type, Chain chain, Stablecoin coin, decimal usd, decimal rate) =>
        new(Guid.CreateVersion7(Start), type, chain, coin, usd, rate, Terms: null, Start, Start.AddDays(90));

    /// <summary>Cheap cover of USDC that prices trigger: hardly any VaR, little stress.</summary>
    private static BookedPolicy Coins(decimal usd) => Policy(CoverageType.Depeg, Chain.Base, Stablecoin.USDC, usd, 0.001m);

    private static PolicyExpired Ended(BookedPolicy p) =>
        new(Guid.CreateVersion7(Start), Start.AddSeconds(1), p.PolicyId, p.CoverageType, p.Chain, p.Stablecoin, p.CoverageUsd);

    private static TrancheUtilizationChanged Moved(decimal? ltv, decimal reserves, int seconds) => new(
        Guid.CreateVersion7(Start),
        Start.AddSeconds(seconds),
        [.. Words<Tranche>.Members.Select(t => new TrancheFigures(t, 5, 0, 0, Equity.GetValueOrDefault(t), 0, Start))],
        Pool(ltv, reserves));

    private static BookedLoss Lost(decimal usd, DateTimeOffset at) => new(Guid.CreateVersion7(Start), at, usd);

    private static PolicyTriggered Triggered(BookedLoss loss) => new(
        Guid.CreateVersion7(Start), loss.BookedAt, loss.PolicyId, Guid.CreateVersion7(Start), CoverageType.Depeg, Chain.Base, Stablecoin.USDC, loss.LossUsd, loss.LossUsd, 0, loss.BookedAt);

    /// <summary>Messages of the alerts of the domain's examples.</summary>
    private static async Task<IReadOnlyList<string>> MessagesAsync(RiskHost host) =>
        [.. (await AlertsAsync(host)).Select(a => (string)a["message"]!).Order(StringComparer.Ordinal)];

    private static async Task<IReadOnlySet<string>> IdsAsync(RiskHost host) => (await AlertsAsync(host)).Select(a => (string)a["alert_id"]!).ToHashSet();

    private static async Task<IReadOnlyList<JsonNode>> AlertsAsync(RiskHost host) =>
        [.. (await GetAsync(host, "alerts")).Body["alerts"]!.AsArray().Select(a => a!).Where(a => (string)a["alert_type"]! is not "Stress_Loss_High")];

    private static Task<long> ToldAsync(string database, string type) => CountAsync(database, $"outbox WHERE type = '{type}'");

    private static Task<long> SnapshotsAsync(string database) => CountAsync(database, "snapshot");

    private static async Task<long> CountAsync(string database, string from)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var command = source.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static decimal Number(JsonNode? node) => node!.GetValue<decimal>();

    private static async Task<(HttpStatusCode Status, JsonNode Body)> GetAsync(RiskHost host, string path)
    {
        using var response = await host.Service.Client.GetAsync(new Uri($"/api/v2/risk/{path}", UriKind.Relative), TestContext.Current.CancellationToken);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!);
    }
}

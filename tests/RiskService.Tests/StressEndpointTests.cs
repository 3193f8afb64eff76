using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Correlation;
using Sure.RiskService.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.RiskService.Tests;

/// <summary>Scenarios, stress test, reverse stress test and the history of prices, as they run.</summary>
public sealed class StressEndpointTests(PostgresServer postgres)
{
    private const string Test = "/api/v2/risk/stress-test";
    private const string Reverse = "/api/v2/risk/reverse-stress";

    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>100 000 of first-loss capital, all liquid.</summary>
    private static readonly PoolFigures Pool = new(100_000, 100_000, 70_000, 2, 0.7m, 1, 100_000);

    /// <summary>
    /// 60 000 of depeg on USDC and 10 000 of bridge on Ethereum. The reverse test: 70 000 / (100 000 − L) ≥ 0.75 from L = 6 666.67 on, that
    /// is a fall of USDC by 0.0378. USDC at 0.93: 60 000 · 0.571428… = 34 285.71. Everything: 70 000 of 100 000, LTV 70 000 / 30 000.
    /// </summary>
    [Fact]
    public async Task A_book_is_stressed_once_it_and_its_capital_are_known()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        using var reader = host.Service.ClientOf("reader", Scope.Read);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await PostAsync(reader, """{"scenario":"svb-2023-03"}""")).Status);

        host.Utilization.Book = Book(Pool);
        var reverse = await RiskHost.UntilAsync(() => GetAsync(host.Service.Client, Reverse), a => a.Status == HttpStatusCode.OK);

        Assert.Equal(("USDC", 0.0378m, "ltv"), (Text(reverse.Body["by_stablecoin"]![0]!["stablecoin"]), reverse.Body["by_stablecoin"]![0]!["drop"]!.GetValue<decimal>(), Text(reverse.Body["by_stablecoin"]![0]!["limits"]![0])));
        Assert.Equal(14, reverse.Body["by_stablecoin"]!.AsArray().Count);
        Assert.Null(reverse.Body["by_stablecoin"]![1]!["drop"]);
        Assert.Equal(0.0378m, reverse.Body["all"]!["drop"]!.GetValue<decimal>());

        var custom = await PostAsync(reader, """{"custom":{"peg_ratios":{"USDC":0.93}}}""");
        Assert.Equal(("custom", 34_285.71m, 0m), (Text(custom.Body["scenario"]), Number(custom, "loss_usd"), Number(custom, "uncovered_usd")));
        Assert.Equal(["SURE_BTC", "SURE_SNR", "SURE_MEZZ", "SURE_JNR", "SURE_JNR_PLUS", "SURE_EQT"], custom.Body["by_tranche"]!.AsArray().Select(t => Text(t!["tranche_id"])));
        Assert.Equal(34_285.71m, custom.Body["by_tranche"]![5]!["loss_usd"]!.GetValue<decimal>());
        Assert.Equal(UnixSecondsConverter.ToSeconds(Start), Number(custom, "as_of"));

        var everything = await PostAsync(reader, """{"custom":{"peg_ratios":{"usdc":0.5},"bridges":["orbit_eth_ton"]}}""");
        Assert.Equal((70_000m, 2.33333333m, 1m), (Number(everything, "loss_usd"), Number(everything, "ltv_after"), Number(everything, "reserve_ratio_after")));
        Assert.Equal(60_000m, Number(await PostAsync(reader, """{"scenario":"svb-2023-03"}"""), "claims_usd"));
        Assert.Equal(10_000m, Number(await PostAsync(reader, """{"scenario":"multichain-2023-07"}"""), "claims_usd"));
    }

    /// <summary>
    /// The same book with 30 000 of the capital deployed. USDC at 0.935: 60 000 · (0.97 − 0.935) / 0.07 = 30 000; of the 70 000 that are left
    /// 40 000 are liquid, 0.571428571….
    /// </summary>
    [Fact]
    public async Task Ratios_have_eight_decimals()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        using var reader = host.Service.ClientOf("reader", Scope.Read);
        host.Utilization.Book = Book(Pool with { LiquidReservesUsd = 70_000 });

        var stressed = await RiskHost.UntilAsync(() => PostAsync(reader, """{"custom":{"peg_ratios":{"USDC":0.935}}}"""), a => a.Status == HttpStatusCode.OK);

        Assert.Equal((1m, 0.57142857m), (Number(stressed, "ltv_after"), Number(stressed, "reserve_ratio_after")));
    }

    /// <summary>
    /// Of 100 000 of capital 50 000 are liquid; with a surplus of 10 000 there are 60 000 deployed, 60 000 · 0.20 · −0.5 = −6 000. With the next
    /// figures there are 70 000; and where they do not say how much, it is what of the capital is not liquid.
    /// </summary>
    [Fact]
    public async Task What_is_deployed_is_as_UtilizationService_tells_it()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        using var reader = host.Service.ClientOf("reader", Scope.Read);
        host.Utilization.Book = Book(Pool with { LiquidReservesUsd = 50_000, DeployedUsd = 60_000 });

        var stressed = await RiskHost.UntilAsync(FallAsync, a => a.Status == HttpStatusCode.OK);
        Assert.Equal((-6_000m, 6_000m), (Number(stressed, "deployed_change_usd"), Number(stressed, "loss_usd")));

        await TellAsync(70_000, -7_000);
        await TellAsync(deployedUsd: null, -5_000);

        Task<Answer> FallAsync() => PostAsync(reader, """{"custom":{"btc_move":-0.5}}""");

        async Task TellAsync(decimal? deployedUsd, decimal changeUsd)
        {
            host.Utilization.Tell(new TrancheUtilizationChanged(
                Guid.CreateVersion7(Start),
                Start,
                [.. Words<Tranche>.Members.Select(t => new TrancheFigures(t, 5, 0, 0, t is Tranche.Equity ? 100_000 : 0, 0, Start))],
                Pool with { LiquidReservesUsd = 50_000, DeployedUsd = deployedUsd }));
            await RiskHost.UntilAsync(FallAsync, a => Number(a, "deployed_change_usd") == changeUsd);
        }
    }

    [Fact]
    public async Task Requests_are_refused_by_field()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        using var reader = host.Service.ClientOf("reader", Scope.Read);
        using var writer = host.Service.ClientOf("writer", Scope.Write);

        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(host.Service.Client, """{"scenario":"svb-2023-03"}""")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(writer, """{"scenario":"svb-2023-03"}""")).Status);
        foreach (var (body, status, field, sentence) in new[]
        {
            ("{}", 400, "scenario", "scenario is missing"),
            ("""{"scenario":"bank-crisis","custom":{}}""", 400, "scenario", "not both"),
            ("""{"scenario":"moon"}""", 400, "scenario", "scenario must be one of bank-crisis,"),
            ("""{"custom":{"peg_ratios":{"UST":0.1}}}""", 400, "custom.peg_ratios.UST", "must be one of USDC, USDT,"),
            ("""{"custom":{"peg_ratios":{"USDC":-1}}}""", 422, "custom.peg_ratios.USDC", "must be above 0"),
            ("""{"custom":{"peg_ratios":null}}""", 400, "custom.peg_ratios", "must not be null"),
            ("""{"custom":{"bridges":["ronin"]}}""", 400, "custom.bridges", "must be among wormhole_eth_ton,"),
            ("""{"custom":{"bridges":[null]}}""", 400, "custom.bridges", "must be among wormhole_eth_ton,"),
            ("""{"custom":{"bridges":["orbit_eth_ton",null]}}""", 400, "custom.bridges", "must be among wormhole_eth_ton,"),
            ("""{"custom":{"btc_move":-2}}""", 422, "custom.btc_move", "must be -1"),
            ("""{"custom":{"eth_move":-0.5}}""", 400, "custom.eth_move", "is not a field of this request"),
        })
        {
            var refused = await PostAsync(reader, body);

            Assert.Equal((status, body), ((int)refused.Status, body));
            Assert.Contains(sentence, Text(refused.Body["errors"]![field]![0]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Scenarios_are_listed_with_their_sources()
    {
        await using var host = await RiskHost.StartAsync(postgres);

        var list = await GetAsync(host.Service.Client, "/api/v2/risk/scenarios");

        var svb = list.Body["scenarios"]!.AsArray().Single(s => Text(s!["id"]) == "svb-2023-03")!;
        Assert.Equal((0.88m, "high", 3), (svb["peg_ratios"]!["USDC"]!.GetValue<decimal>(), Text(svb["confidence"]!["peg_ratios.USDC"]), svb["sources"]!.AsArray().Count));
    }

    /// <summary>60 hours in which two coins move alike: two points an hour, of which the later counts.</summary>
    [Fact]
    public async Task Prices_become_an_hourly_history()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        var first = TimeProvider.System.GetUtcNow().AddHours(-61);
        host.Bridges.Tell(
        [
            .. from hour in Enumerable.Range(0, 60)
               from minute in new[] { 0, 1 }
               from coin in new[] { Stablecoin.USDC, Stablecoin.DAI }
               let at = first.AddHours(hour).AddMinutes(-first.Minute + minute)
               let ratio = minute == 0 ? 0.5m : hour % 2 == 0 ? 1m : 0.999m
               select new PriceConsensusMade(Guid.CreateVersion7(at), at, coin, ratio, ratio, 1, 1, [], "simulated"),
            new PriceConsensusMade(Guid.CreateVersion7(first), first, Stablecoin.FRAX, PegRatio: null, Price: null, Reference: null, Consensus: null, [], "simulated"),
        ]);
        var pegs = host.Service.Services.GetRequiredService<PegHistory>();

        var matrix = await RiskHost.UntilAsync(() => pegs.ReadAsync(TestContext.Current.CancellationToken), m => m.Pairs is [{ SharedReturns: 59 }]);

        Assert.Equal((Stablecoin.USDC, Stablecoin.DAI, 1.0), (matrix.Pairs[0].First, matrix.Pairs[0].Second, Math.Round(matrix.Pairs[0].Coefficient, 9)));
        Assert.Equal(CorrelationRegime.High, matrix.Regime);
    }

    /// <summary>
    /// 60 hours of two coins on the simulated market, then 3 of one of them by an adapter and 2 by keepers: of the other nothing is left. Where
    /// the kinds take turns, what came since the last turn is kept.
    /// </summary>
    [Fact]
    public async Task Simulated_prices_and_real_ones_make_no_correlation_together()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        await using var database = NpgsqlDataSource.Create(host.Database);
        var first = TimeProvider.System.GetUtcNow().AddHours(-70);
        host.Bridges.Tell([.. Told(0, 60, "simulated", Stablecoin.USDC, Stablecoin.DAI)]);
        Assert.Equal((120, 0), await RiskHost.UntilAsync(KeptAsync, k => k == (120, 0)));

        host.Bridges.Tell([.. Told(60, 63, "http", Stablecoin.USDC), .. Told(63, 65, "keepers", Stablecoin.USDC)]);

        Assert.Equal((0, 5), await RiskHost.UntilAsync(KeptAsync, k => k == (0, 5)));
        Assert.Empty((await host.Service.Services.GetRequiredService<PegHistory>().ReadAsync(TestContext.Current.CancellationToken)).Pairs);

        host.Bridges.Tell(
        [
            .. Told(65, 66, "simulated", Stablecoin.USDC), .. Told(66, 67, "http", Stablecoin.USDC), .. Told(67, 69, "simulated", Stablecoin.USDC, Stablecoin.DAI),
        ]);
        Assert.Equal((4, 0), await RiskHost.UntilAsync(KeptAsync, k => k == (4, 0)));

        IEnumerable<PriceConsensusMade> Told(int firstHour, int endHour, string dataSource, params Stablecoin[] coins) =>
            from hour in Enumerable.Range(firstHour, endHour - firstHour)
            from coin in coins
            let at = first.AddHours(hour)
            let ratio = hour % 2 == 0 ? 1m : 0.999m
            select new PriceConsensusMade(Guid.CreateVersion7(at), at, coin, ratio, ratio, 1, 1, [], dataSource);

        async Task<(long Simulated, long Real)> KeptAsync()
        {
            await using var command = database.CreateCommand("SELECT count(*) FILTER (WHERE simulated), count(*) FILTER (WHERE NOT simulated) FROM peg_hour");
            await using var row = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
            await row.ReadAsync(TestContext.Current.CancellationToken);
            return (row.GetInt64(0), row.GetInt64(1));
        }
    }

    /// <summary>To look for what is of the other kind reads the whole history: once, whether one point comes or forty.</summary>
    [Fact]
    public async Task The_history_is_not_read_for_every_price()
    {
        await using var host = await RiskHost.StartAsync(postgres);
        await using var database = NpgsqlDataSource.Create(host.Database);
        await using var watch = database.CreateCommand(
            """
            CREATE TABLE search (statement text);
            CREATE FUNCTION note_search() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN INSERT INTO search VALUES (ltrim(current_query(), E' \r\n')); RETURN NULL; END $$;
            CREATE TRIGGER searches AFTER UPDATE OR DELETE ON peg_hour FOR EACH STATEMENT EXECUTE FUNCTION note_search();
            """);
        await watch.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var first = TimeProvider.System.GetUtcNow().AddHours(-48);

        Assert.Equal("DELETE UPDATE", await SearchesAsync(0, 1));
        Assert.Equal("DELETE UPDATE", await SearchesAsync(1, 41));

        async Task<string> SearchesAsync(int firstHour, int endHour)
        {
            await ScalarAsync("WITH gone AS (DELETE FROM search RETURNING 1) SELECT count(*)::text FROM gone");
            host.Bridges.Tell(
                from hour in Enumerable.Range(firstHour, endHour - firstHour)
                let at = first.AddHours(hour)
                select new PriceConsensusMade(Guid.CreateVersion7(at), at, Stablecoin.USDC, 1, 1, 1, 1, [], "http"));
            await RiskHost.UntilAsync(() => ScalarAsync("SELECT count(*)::text FROM peg_hour"), n => n == $"{endHour}");
            // That a point of the same hour is overwritten is an update of one row.
            return await ScalarAsync("SELECT string_agg(split_part(statement, ' ', 1), ' ' ORDER BY statement) FROM search WHERE statement NOT LIKE 'INSERT%'");
        }

        async Task<string> ScalarAsync(string sql)
        {
            await using var command = database.CreateCommand(sql);
            return (string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        }
    }

    private static Book Book(PoolFigures pool) => new(
        0,
        Start,
        [
            new BookedPolicy(Guid.CreateVersion7(Start), CoverageType.Depeg, Chain.Base, Stablecoin.USDC, 60_000, 0.008m, PolicyTerms.DepegDefault, Start, Start.AddDays(90)),
            new BookedPolicy(Guid.CreateVersion7(Start), CoverageType.Bridge, Chain.Ethereum, Stablecoin.DAI, 10_000, 0.02m, Terms: null, Start, Start.AddDays(90)),
        ],
        pool,
        new Dictionary<Tranche, decimal> { [Tranche.Equity] = 100_000 },
        []);

    private static async Task<Answer> PostAsync(HttpClient client, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(Test, content, TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!);
    }

    private static async Task<Answer> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken))!);
    }

    private static decimal Number(Answer answer, string field) => answer.Body[field]!.GetValue<decimal>();

    private static string Text(JsonNode? node) => node!.GetValue<string>();

    private sealed record Answer(HttpStatusCode Status, JsonNode Body);
}

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Sure.BridgeService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.Observations;

/// <summary><c>POST /api/v2/observations</c>, on the service as it runs.</summary>
public sealed class IngestionTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string Path = "/api/v2/observations";

    private BridgeHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await BridgeHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Each_of_a_batch_is_accepted_or_refused_with_its_reason()
    {
        using var keeper = _host.Keeper("one", "two");

        var answer = await BridgeHost.PostAsync(keeper, Path, new
        {
            observations = new object[]
            {
                Price("one", 0.999m), Price("two", 11m), Price("three", 1m), Bridge("one", 5_000_000m), Bridge("two", -1m), Price("one", 0.999m),
            },
        });

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((2, 3), ((int)answer["accepted"], (int)answer["refused"]));
        Assert.Equal(
            ["accepted", "refused", "refused", "accepted", "refused", "duplicate"],
            answer["results"].AsArray().Select(r => (string)r!["status"]!));
        Assert.Equal("source: the key may not speak for three.", (string)answer["results"][2]!["reason"]!);
        Assert.Equal([0, 1, 2, 3, 4, 5], answer["results"].AsArray().Select(r => (int)r!["index"]!));
        Assert.Equal(1, await _host.ScalarAsync<long>("SELECT count(*) FROM price_observation"));
        Assert.Equal(1, await _host.ScalarAsync<long>("SELECT count(*) FROM bridge_observation"));
    }

    [Fact]
    public async Task It_is_kept_when_it_was_seen_and_when_it_arrived()
    {
        var seen = _host.Seconds(ago: TimeSpan.FromMinutes(3));

        await _host.PostAsync(new { source = "one", kind = "price", stablecoin = "usdc", value = 0.99995m, observed_at = seen });

        Assert.Equal(
            (double)seen, await _host.ScalarAsync<double>("SELECT extract(epoch FROM observed_at) FROM price_observation WHERE value = 0.99995"), tolerance: 1e-6);
        Assert.InRange(
            await _host.ScalarAsync<double>("SELECT extract(epoch FROM received_at - observed_at) FROM price_observation"), 180, 240);
    }

    /// <summary>A keeper that had no answer sends again, and both may be under way at once.</summary>
    [Fact]
    public async Task The_same_batch_sent_many_times_at_once_is_kept_once()
    {
        var at = _host.Seconds();
        var batch = Enumerable.Range(0, 200).Select(i => (object)new { source = $"s{i % 5}", kind = "price", stablecoin = "DAI", value = 1m, observed_at = at - 200 + i }).ToArray();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _host.PostAsync(batch)));

        Assert.Equal(200, answers.Sum(a => (int)a["accepted"]));
        Assert.All(answers, a => Assert.Equal(0, (int)a["refused"]));
        Assert.Equal(7 * 200, answers.Sum(a => a["results"].AsArray().Count(r => (string)r!["status"]! == "duplicate")));
        Assert.Equal(200, await _host.ScalarAsync<long>("SELECT count(*) FROM price_observation"));
    }

    [Fact]
    public async Task What_a_source_says_late_or_otherwise_than_before_is_refused()
    {
        var at = _host.Seconds();
        await _host.PostAsync(Price("one", 1m, at), Bridge("one", 7m, at));

        var answer = await _host.PostAsync(Price("one", 1m, at - 1), Price("one", 0.5m, at), Price("one", 1.0m, at), Bridge("one", 7.00m, at), Bridge("one", 8m, at));

        Assert.Equal(["refused", "refused", "duplicate", "duplicate", "refused"], answer["results"].AsArray().Select(r => (string)r!["status"]!));
    }

    [Fact]
    public async Task A_thousand_are_a_batch_and_one_more_is_not()
    {
        var at = _host.Seconds();
        object[] Batch(int size) => [.. Enumerable.Range(0, size).Select(i => Price("one", 1m, at - 2000 + i))];

        Assert.Equal(1000, (int)(await _host.PostAsync(Batch(1000)))["accepted"]);
        foreach (var size in new[] { 0, 1001 })
        {
            var answer = await _host.PostAsync(Batch(size));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
            Assert.NotNull(answer["errors"]["observations"]);
        }
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("""{"observations":[{"source":"a","kind":"rumour","observed_at":1}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"observations":[{"source":"a","kind":"price","stablecoin":"USDC","value":NaN,"observed_at":1}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"observations":[{"source":"a","kind":"price","stablecoin":"USDC","value":"1","observed_at":1}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"observations":[{"source":"a","kind":"price","stablecoin":"USDC","value":1,"observed_at":1,"colour":1}]}""", HttpStatusCode.BadRequest)]
    [InlineData("""{"observations":[null]}""", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_read_is_malformed_and_nothing_of_it_is_kept(string body, HttpStatusCode status)
    {
        using var keeper = _host.Keeper("a");
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

        using var response = await keeper.PostAsync(new Uri(Path, UriKind.Relative), content, TestContext.Current.CancellationToken);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal(0, await _host.ScalarAsync<long>("SELECT count(*) FROM price_observation"));
    }

    [Fact]
    public async Task A_body_that_is_too_large_is_refused()
    {
        using var keeper = _host.Keeper("a");

        var answer = await BridgeHost.PostAsync(keeper, Path, new { observations = new[] { Price(new string('a', 1024 * 1024), 1m) } });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.Status);
    }

    [Fact]
    public async Task Only_a_key_that_may_ingest_posts()
    {
        var body = new { observations = new[] { Price("one", 1m) } };

        Assert.Equal(HttpStatusCode.Unauthorized, (await BridgeHost.PostAsync(_host.Anonymous, Path, body)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await BridgeHost.PostAsync(_host.Reader, Path, body)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await BridgeHost.PostAsync(_host.Operator, Path, body)).Status);
    }

    [Fact]
    public async Task What_two_keepers_post_makes_a_consensus_in_the_next_cycle()
    {
        await _host.PostAsync(Price("one", 0.998m), Price("two", 1.000m), Bridge("one", 1_000_000m), Bridge("two", 1_002_000m));
        await _host.CycleAsync();

        var usdc = (await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/oracles/prices"))["prices"].AsArray().Single(p => (string)p!["stablecoin"]! == "USDC")!;
        var orbit = await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/bridge-health/orbit_eth_ton");

        Assert.Equal((0.999m, 2, "keepers"), ((decimal)usdc["peg_ratio"]!, (int)usdc["live_sources"]!, (string)usdc["data_source"]!));
        Assert.Equal((1_001_000m, "keepers"), ((decimal)orbit["tvl_usd"], (string)orbit["data_source"]!));
    }

    /// <summary>A source that goes on saying "not paused" does not keep its value of half an hour ago alive.</summary>
    /// <summary>98 of 100, 48 of 50, and one that says that nothing of very much succeeded: the median is 0.96.</summary>
    [Fact]
    public async Task How_many_transactions_succeed_is_the_median_of_what_sources_count()
    {
        object Counted(string source, int tried, int succeeded) => new
        {
            source,
            kind = "bridge",
            bridge_id = "orbit_eth_ton",
            tvl_usd = 5_000_000m,
            transactions_tried = tried,
            transactions_succeeded = succeeded,
            observed_at = _host.Seconds(),
        };
        await _host.PostAsync(Counted("one", 100, 98), Counted("two", 50, 48), Counted("three", int.MaxValue, 0));

        await _host.CycleAsync();

        Assert.Equal(0.96m, (decimal)(await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/bridge-health/orbit_eth_ton"))["transaction_success_rate"]);
    }

    [Fact]
    public async Task Of_a_bridge_that_was_never_observed_everything_is_null()
    {
        var unseen = (await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/bridge-health/orbit_eth_ton")).Body!.AsObject();

        Assert.Equal("Unknown", (string)unseen["health_status"]!);
        Assert.All(
            ["health_score", "tvl_usd", "tvl_change_pct", "tvl_drawdown_pct", "oracle_consensus", "transaction_success_rate", "data_age_seconds"],
            field => Assert.Null(unseen[field]));

        await _host.PostAsync(Bridge("one", 5_000_000m));
        await _host.CycleAsync();
        Assert.Equal(1m, (decimal)(await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/bridge-health/orbit_eth_ton"))["transaction_success_rate"]);
    }

    [Fact]
    public async Task What_a_source_stopped_saying_grows_old()
    {
        await _host.PostAsync(Bridge("one", 1_000_000m), Bridge("two", 1_000_000m));
        _host.Clock.Advance(TimeSpan.FromMinutes(11));
        var at = _host.Seconds();
        await _host.PostAsync(
            new { source = "one", kind = "bridge", bridge_id = "orbit_eth_ton", paused = true, observed_at = at }, Bridge("two", 900_000m, at));
        await _host.CycleAsync();

        var orbit = await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/bridge-health/orbit_eth_ton");

        Assert.Equal(900_000m, (decimal)orbit["tvl_usd"]);
        Assert.Equal([("one", false), ("two", true)], orbit["sources"].AsArray().Select(s => ((string)s!["source"]!, (bool)s["live"]!)));
        Assert.Contains("contract_paused", orbit["active_alerts"].AsArray().Select(a => (string)a!["alert_type"]!));
    }

    [Fact]
    public async Task Real_sources_and_the_simulated_market_never_make_a_consensus_together()
    {
        await _host.DisposeAsync();
        var database = await postgres.CreateDatabaseAsync();
        _host = await BridgeHost.StartAsync(postgres, "simulated", database);

        Assert.Equal(2, (int)(await _host.PostAsync(Price("one", 0.5m), Price("two", 0.5m)))["accepted"]);
        await _host.CycleAsync(TimeSpan.FromSeconds(1));
        var simulated = await UsdcAsync();
        Assert.Equal("simulated", (string)simulated["data_source"]!);
        Assert.Equal(["sim-alpha", "sim-beta", "sim-gamma"], simulated["sources"]!.AsArray().Select(s => (string)s!["source"]!));
        Assert.InRange((decimal)simulated["peg_ratio"]!, 0.9m, 1.1m);

        var clock = _host.Clock;
        await _host.DisposeAsync();
        _host = await BridgeHost.StartAsync(postgres, "none", database, clock);
        var real = await UsdcAsync();
        Assert.Equal((0.5m, "keepers"), ((decimal)real["peg_ratio"]!, (string)real["data_source"]!));
        Assert.Equal(["one", "two"], real["sources"]!.AsArray().Select(s => (string)s!["source"]!));
        // Of the bridges nobody said anything real: what the simulated market made of them is not theirs.
        var orbit = await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/bridge-health/orbit_eth_ton");
        Assert.Equal("Unknown", (string)orbit["health_status"]!);
        Assert.Null(orbit.Body!["tvl_change_pct"]);

        async Task<System.Text.Json.Nodes.JsonNode> UsdcAsync() =>
            (await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/oracles/prices"))["prices"].AsArray().Single(p => (string)p!["stablecoin"]! == "USDC")!;
    }

    private object Price(string source, decimal value, decimal? at = null) =>
        new { source, kind = "price", stablecoin = "USDC", value, observed_at = at ?? Now };

    private object Bridge(string source, decimal tvl, decimal? at = null) =>
        new { source, kind = "bridge", bridge_id = "orbit_eth_ton", tvl_usd = tvl, observed_at = at ?? Now };

    /// <summary>Within a test always the same.</summary>
    private decimal Now => _now ??= _host.Seconds();

    private decimal? _now;
}

using System.Net;
using Sure.BridgeService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.BridgeService.Tests;

/// <summary>Bridges and coins over time.</summary>
public sealed class HistoryTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string Orbit = "/api/v2/bridge-health/orbit_eth_ton/history";
    private const string Usdc = "/api/v2/oracles/USDC/history";

    /// <summary>Midnight of a day long before the test.</summary>
    private const long Day = 1_767_571_200;

    private BridgeHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await BridgeHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>30 days of minutes at 0 %, and one minute at −35 %: in buckets of ten minutes it is still there.</summary>
    [Fact]
    public async Task A_drawdown_of_a_minute_does_not_vanish_in_a_month()
    {
        await WriteBridgePointsAsync(Day, minutes: 30 * 1440, dippingAt: Day + (12_345 * 60));

        var history = await ReadAsync($"{Orbit}?from={Day}&to={Day + (30 * 86_400) - 1}");
        var points = history["points"].AsArray();

        Assert.Equal((600, 4320), ((int)history["resolution_seconds"], points.Count));
        var deep = Assert.Single(points, p => (decimal)p!["tvl_drawdown_pct"]! < 0)!;
        Assert.Equal((-35m, 650m, 1000m, 0.29m), ((decimal)deep["tvl_drawdown_pct"]!, (decimal)deep["tvl_usd_min"]!, (decimal)deep["tvl_usd_max"]!, (decimal)deep["health_score_min"]!));
        // As it was at the last of its ten minutes.
        Assert.Equal((1000m, 1m, "Healthy", true), ((decimal)deep["tvl_usd"]!, (decimal)deep["health_score"]!, (string)deep["health_status"]!, (bool)deep["exploit_detected"]!));
        Assert.Equal(0, ((long)deep["time"]! + 60 - Day) % 600);
    }

    [Fact]
    public async Task Where_nothing_was_seen_there_is_nothing()
    {
        await WriteBridgePointsAsync(Day, minutes: 10, dippingAt: 0);
        await WriteBridgePointsAsync(Day + 7200, minutes: 10, dippingAt: 0);

        Assert.Equal(20, (await ReadAsync($"{Orbit}?from={Day}&to={Day + 14_400}"))["points"].AsArray().Count);
        Assert.Empty((await ReadAsync($"{Orbit}?from={Day + 600}&to={Day + 7199}"))["points"].AsArray());
        Assert.Empty((await ReadAsync($"/api/v2/bridge-health/celer_eth_ton/history?from={Day}&to={Day + 14_400}"))["points"].AsArray());
    }

    [Fact]
    public async Task Both_ends_belong_to_the_span()
    {
        await WriteBridgePointsAsync(Day, minutes: 10, dippingAt: 0);

        var points = (await ReadAsync($"{Orbit}?from={Day + 60}&to={Day + 180}"))["points"].AsArray();

        Assert.Equal([Day + 60, Day + 120, Day + 180], points.Select(p => (long)p!["time"]!));
    }

    [Fact]
    public async Task A_long_span_is_made_of_hours_as_the_cycles_left_them()
    {
        await _host.CycleAsync(UntilNextHour());
        foreach (var (tvl, price) in new[] { (1000m, 1m), (600m, 0.9m), (900m, 0.99m) })
        {
            var at = _host.Seconds();
            await _host.PostAsync(Bridge("one", tvl, at), Bridge("two", tvl, at), Price("one", price, at), Price("two", price, at));
            await _host.CycleAsync(TimeSpan.FromMinutes(1));
        }

        var year = _host.Seconds(ago: TimeSpan.FromDays(365));
        var bridge = await ReadAsync($"{Orbit}?from={year}");
        var coin = await ReadAsync($"{Usdc}?from={year}");

        Assert.Equal((7200, 7200), ((int)bridge["resolution_seconds"], (int)coin["resolution_seconds"]));
        var hour = bridge["points"].AsArray()[^1]!;
        Assert.Equal((900m, 600m, 1000m, -40m), ((decimal)hour["tvl_usd"]!, (decimal)hour["tvl_usd_min"]!, (decimal)hour["tvl_usd_max"]!, (decimal)hour["tvl_drawdown_pct"]!));
        var peg = coin["points"].AsArray()[^1]!;
        Assert.Equal((0.99m, 0.9m, 1m, 2), ((decimal)peg["peg_ratio"]!, (decimal)peg["peg_ratio_min"]!, (decimal)peg["peg_ratio_max"]!, (int)peg["live_sources"]!));

        // And the single points of the same time say the same.
        var points = (await ReadAsync($"{Orbit}?from={_host.Seconds(ago: TimeSpan.FromMinutes(10))}"))["points"].AsArray();
        Assert.Equal([1000m, 600m, 900m], points.TakeLast(3).Select(p => (decimal)p!["tvl_usd"]!));
    }

    /// <summary>Of two points of an hour the first came from an adapter, the second from keepers: one hour, as it was at the second.</summary>
    [Fact]
    public async Task History_goes_on_from_adapters_to_keepers_and_not_from_the_simulated_market()
    {
        await _host.CycleAsync(UntilNextHour());
        var first = _host.Seconds();
        foreach (var (tvl, price, source) in new[] { (1000m, 1m, "simulated"), (600m, 0.9m, "http"), (900m, 0.99m, "keepers") })
        {
            var at = _host.Seconds();
            await _host.PostAsync(Bridge("one", tvl, at), Bridge("two", tvl, at), Price("one", price, at), Price("two", price, at));
            await _host.CycleAsync(TimeSpan.FromMinutes(1));
            foreach (var kind in new[] { "bridge", "price" })
            {
                await _host.ScalarAsync<int>($"UPDATE {kind}_point SET data_source = '{source}' WHERE made_at = (SELECT max(made_at) FROM {kind}_point)");
                await _host.ScalarAsync<int>($"UPDATE {kind}_hour SET data_source = '{source}' WHERE made_at = (SELECT max(made_at) FROM {kind}_hour)");
            }
        }

        var minutes = await ReadAsync($"{Orbit}?from={first}");
        Assert.Equal([600m, 900m], minutes["points"].AsArray().Select(p => (decimal?)p!["tvl_usd"]).Where(v => v is not null));
        var ofCoin = await ReadAsync($"{Usdc}?from={first}");
        Assert.Equal([0.9m, 0.99m], ofCoin["points"].AsArray().Select(p => (decimal?)p!["peg_ratio"]).Where(v => v is not null));

        var year = _host.Seconds(ago: TimeSpan.FromDays(365));
        var hour = Assert.Single((await ReadAsync($"{Orbit}?from={year}"))["points"].AsArray(), p => p!["tvl_usd"] is not null)!;
        Assert.Equal((900m, 600m, 900m), ((decimal)hour["tvl_usd"]!, (decimal)hour["tvl_usd_min"]!, (decimal)hour["tvl_usd_max"]!));
        var peg = Assert.Single((await ReadAsync($"{Usdc}?from={year}"))["points"].AsArray(), p => p!["peg_ratio"] is not null)!;
        Assert.Equal((0.99m, 0.9m, 0.99m), ((decimal)peg["peg_ratio"]!, (decimal)peg["peg_ratio_min"]!, (decimal)peg["peg_ratio_max"]!));
    }

    [Theory]
    [InlineData("?from=2&to=1", "from")]
    [InlineData("?from=-1", "from")]
    [InlineData("?to=253402300800", "to")]
    [InlineData("?to=soon", "to")]
    public async Task What_is_no_span_is_malformed(string query, string field)
    {
        foreach (var path in new[] { Orbit, Usdc })
        {
            var answer = await ReadAsync(path + query);
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.NotNull(answer["errors"][field]);
        }
    }

    [Theory]
    [InlineData("/api/v2/bridge-health/rainbow/history")]
    [InlineData("/api/v2/oracles/DOGE/history")]
    public async Task Of_what_is_not_known_there_is_no_history(string path) => Assert.Equal(HttpStatusCode.NotFound, (await ReadAsync(path)).Status);

    private static object Bridge(string source, decimal tvl, decimal at) => new { source, kind = "bridge", bridge_id = "orbit_eth_ton", tvl_usd = tvl, observed_at = at };

    private static object Price(string source, decimal value, decimal at) => new { source, kind = "price", stablecoin = "USDC", value, observed_at = at };

    private TimeSpan UntilNextHour()
    {
        var now = _host.Clock.GetUtcNow();
        return TimeSpan.FromMinutes(61 - now.Minute);
    }

    private Task<Answer> ReadAsync(string path) => BridgeHost.GetAsync(_host.Anonymous, path);

    private async Task WriteBridgePointsAsync(long from, int minutes, long dippingAt)
    {
        await using var command = _host.Database.CreateCommand(
            $"""
            INSERT INTO bridge_point
            SELECT 'orbit_eth_ton', to_timestamp(s), CASE WHEN s = {dippingAt} THEN 650 ELSE 1000 END, CASE WHEN s = {dippingAt} THEN -35 ELSE 0 END, 1,
                   CASE WHEN s = {dippingAt} THEN 0.29 ELSE 1 END, CASE WHEN s = {dippingAt} THEN 'Critical' ELSE 'Healthy' END, s = {dippingAt}, false, 'keepers'
            FROM generate_series({from}, {from} + ({minutes} - 1) * 60, 60) AS s
            """);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

using System.Net;
using Sure.BridgeService.Tests.Hosts;
using Sure.Contracts.MarketEvents;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.Market;

/// <summary>Stored events on the simulated market, as an operator plays them.</summary>
public sealed class PlayTests(PostgresServer postgres)
{
    private const string Path = "/api/v2/admin/market/play";

    /// <summary>USDC is below 0.95 from 1678506587 to 1678583975 of a record that begins at 1678428059: minutes 1 309 to 2 598.</summary>
    [Fact]
    public async Task A_played_price_makes_the_consensus()
    {
        await using var host = await BridgeHost.StartAsync(postgres, "simulated");

        var started = await BridgeHost.PostAsync(host.Operator, Path, new { @event = "svb-2023", speed = 60 });
        await host.CycleAsync(TimeSpan.FromMinutes(1_600 / 60.0));

        Assert.Equal((HttpStatusCode.OK, "svb-2023", 60), (started.Status, (string?)started["event"], (int)started["speed"]));
        var prices = (await BridgeHost.GetAsync(host.Anonymous, "/api/v2/oracles/prices"))["prices"].AsArray();
        Assert.InRange((decimal)prices.Single(p => (string?)p!["stablecoin"] == "USDC")!["peg_ratio"]!, 0.87m, 0.95m);
        Assert.InRange((decimal)prices.Single(p => (string?)p!["stablecoin"] == "PYUSD")!["peg_ratio"]!, 0.97m, 1.03m);
        var playing = await BridgeHost.GetAsync(host.Operator, Path);
        Assert.Equal("svb-2023", (string?)playing["playing"]["event"]);
        Assert.Equal("operator", await host.ScalarAsync<string>("SELECT actor FROM audit WHERE action = 'market_event_played'"));
    }

    /// <summary>The names that <c>GET /api/v2/events</c> lists. USDC as above; DAI, which fell with it, is not in the record.</summary>
    [Fact]
    public async Task A_stored_price_record_is_played_alone()
    {
        await using var host = await BridgeHost.StartAsync(postgres, "simulated");
        var playable = (await BridgeHost.GetAsync(host.Operator, Path))["events"].AsArray().Select(e => (string)e!["event"]!).ToList();
        Assert.Empty(StoredEvents.All.Select(e => e.Name).Except(playable, StringComparer.Ordinal));
        Assert.Empty(StoredBridgeEvents.All.Select(e => e.Name).Except(playable, StringComparer.Ordinal));

        var started = await BridgeHost.PostAsync(host.Operator, Path, new { @event = "usdc-svb-2023-03", speed = 60 });
        await host.CycleAsync(TimeSpan.FromMinutes(1_600 / 60.0));

        Assert.Equal(HttpStatusCode.OK, started.Status);
        var prices = (await BridgeHost.GetAsync(host.Anonymous, "/api/v2/oracles/prices"))["prices"].AsArray();
        Assert.InRange((decimal)prices.Single(p => (string?)p!["stablecoin"] == "USDC")!["peg_ratio"]!, 0.87m, 0.95m);
        Assert.InRange((decimal)prices.Single(p => (string?)p!["stablecoin"] == "DAI")!["peg_ratio"]!, 0.97m, 1.03m);
    }

    [Fact]
    public async Task A_played_drain_is_an_exploit_and_its_pause_confirms_it()
    {
        await using var host = await BridgeHost.StartAsync(postgres, "simulated");
        await host.CycleAsync(TimeSpan.FromMinutes(1));

        await BridgeHost.PostAsync(host.Operator, Path, new { @event = "multichain-2023", speed = 1 });
        await host.CycleAsync(TimeSpan.FromMinutes(20));
        await host.CycleAsync(TimeSpan.FromMinutes(1));
        var drained = await BridgeHost.GetAsync(host.Anonymous, "/api/v2/bridge-health/multichain_eth_ton");
        await host.CycleAsync(TimeSpan.FromMinutes(160));
        var paused = await BridgeHost.GetAsync(host.Anonymous, "/api/v2/bridge-health/multichain_eth_ton");
        var other = await BridgeHost.GetAsync(host.Anonymous, "/api/v2/bridge-health/celer_eth_ton");

        Assert.Equal((true, false, "Critical"), ((bool)drained["exploit_detected"], (bool)drained["exploit_confirmed"], (string?)drained["health_status"]));
        Assert.True((bool)paused["exploit_confirmed"]);
        Assert.False((bool)other["exploit_detected"]);
    }

    [Fact]
    public async Task Only_an_operator_plays_only_what_is_stored_and_only_on_a_simulated_market()
    {
        await using var host = await BridgeHost.StartAsync(postgres, "simulated");
        await using var real = await BridgeHost.StartAsync(postgres);

        Assert.Equal(HttpStatusCode.Forbidden, (await BridgeHost.PostAsync(host.Reader, Path, new { @event = "svb-2023" })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await BridgeHost.GetAsync(host.Anonymous, Path)).Status);
        var unknown = await BridgeHost.PostAsync(host.Operator, Path, new { @event = "moon" });
        Assert.Equal(HttpStatusCode.BadRequest, unknown.Status);
        Assert.Contains("svb-2023", (string?)unknown["errors"]["event"]![0], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await BridgeHost.PostAsync(host.Operator, Path, new { @event = "svb-2023", speed = 0 })).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await BridgeHost.PostAsync(real.Operator, Path, new { @event = "svb-2023" })).Status);
        Assert.Empty((await BridgeHost.GetAsync(real.Operator, Path))["events"].AsArray());
        Assert.Null((await BridgeHost.GetAsync(host.Operator, Path)).Body!["playing"]);
    }
}

using System.Net;

namespace Sure.EndToEndTests;

/// <summary>Bridges, prices and risk alerts as the API shows them.</summary>
public sealed class MonitorTests(RunningPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly string[] Bridges =
    [
        "wormhole_eth_ton", "multichain_eth_ton", "orbit_eth_ton", "celer_eth_ton", "wormhole_arb_ton",
        "wormhole_base_ton", "wormhole_poly_ton", "wormhole_sol_ton", "lightning_btc_ton",
    ];

    [Fact]
    public async Task Every_bridge_has_a_score_from_three_simulated_sources()
    {
        foreach (var id in Bridges)
        {
            var bridge = await platform.Anonymous.GetJsonAsync($"/api/v2/bridge-health/{id}");

            Assert.Equal(HttpStatusCode.OK, bridge.Status);
            Assert.Equal("simulated", (string?)bridge["data_source"]);
            Assert.InRange((decimal)bridge["health_score"], 0.5m, 1m);
            Assert.Equal(3, bridge["sources"].AsArray().Count);
            Assert.InRange((decimal)bridge["data_age_seconds"], 0m, 60m);
        }
    }

    [Fact]
    public async Task An_unknown_bridge_is_not_found()
    {
        var answer = await platform.Anonymous.GetJsonAsync("/api/v2/bridge-health/golden_gate");

        Assert.Equal(HttpStatusCode.NotFound, answer.Status);
        Assert.Equal("application/problem+json", answer.ContentType);
    }

    [Fact]
    public async Task All_fourteen_coins_have_a_price_near_their_reference()
    {
        var prices = (await platform.Anonymous.GetJsonAsync("/api/v2/oracles/prices"))["prices"].AsArray();

        Assert.Equal(14, prices.Count);
        Assert.All(prices, p => Assert.InRange((decimal)p!["peg_ratio"]!, 0.98m, 1.02m));
        Assert.All(prices, p => Assert.Equal(3, (int)p!["live_sources"]!));
    }

    [Fact]
    public async Task Alerts_are_listed_and_unknown_filters_refused()
    {
        var alerts = await platform.Anonymous.GetJsonAsync("/api/v2/risk/alerts?severity=Critical");
        Assert.Equal(HttpStatusCode.OK, alerts.Status);
        Assert.Equal((int)alerts["total_alerts"], alerts["alerts"].AsArray().Count);

        var refused = await platform.Anonymous.GetJsonAsync("/api/v2/risk/alerts?severity=Dreadful");
        Assert.Equal(HttpStatusCode.BadRequest, refused.Status);
        Assert.Contains("severity", (string)refused["error"]!, StringComparison.Ordinal);
    }

    /// <summary>A platform that has just started has too little history for a regime other than <c>Medium</c>, which loads by 1.1.</summary>
    [Fact]
    public async Task The_risk_of_the_book_is_measured_and_prices_follow_it()
    {
        var snapshot = await Eventually.HoldsAsync(
            () => platform.Anonymous.GetJsonAsync("/api/v2/risk/snapshot"), s => s.Status == HttpStatusCode.OK && (int)s["total_policies"] > 0, Patience, "there is a snapshot of the book");

        Assert.Equal([1, 30, 365], snapshot["horizons"].AsArray().Select(h => (int)h!["days"]!));
        Assert.All(snapshot["horizons"].AsArray(), h => Assert.True((decimal)h!["cvar_99"]!["value"]! >= (decimal)h["var_99"]!["value"]!));
        Assert.Equal(snapshot["stress"].AsArray().Max(s => (decimal)s!["loss_usd"]!), (decimal)snapshot["worst_stress"]["loss_usd"]!);
        foreach (var path in new[] { "snapshots", "limits", "tranches", "reverse-stress", "model-check", "scenarios" })
        {
            Assert.Equal(HttpStatusCode.OK, (await platform.Anonymous.GetJsonAsync($"/api/v2/risk/{path}")).Status);
        }

        var quote = await Eventually.HoldsAsync(
            () => platform.Anonymous.PostJsonAsync(
                "/api/v2/quote/multi-dimensional",
                new { coverage_type = "depeg", chain = "Ethereum", stablecoin = "USDC", coverage_amount = 10_000m, duration_days = 90, pricing = "dynamic" }),
            q => q["breakdown"]["stale_inputs"]!.AsArray().Count == 0,
            Patience,
            "a dynamic price has every figure");
        Assert.Contains(quote["breakdown"]["loads"]!.AsArray(), l => (string)l!["name"]! == "correlation_regime" && (decimal)l["factor"]! == 1.1m);
    }

    [Fact]
    public async Task Nothing_internal_is_reachable()
    {
        foreach (var path in new[] { "/alive", "/metrics", "/internal/events?after=0", "/internal/keys", "/internal/pool", "/api/v2/%2e%2e/%2e%2e/internal/keys" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await platform.Operator.GetJsonAsync(path)).Status);
        }
    }
}

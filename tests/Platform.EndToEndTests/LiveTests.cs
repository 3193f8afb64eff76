using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests;

/// <summary>The WebSocket as any client sees it, through the gateway.</summary>
public sealed class LiveTests(RunningPlatform platform)
{
    private static readonly string[] Channels = ["bridge_health", "risk_alerts", "top_products", "tranche_apy"];

    [Fact]
    public async Task A_client_is_welcomed_with_the_channels()
    {
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        var welcome = await client.NextOfTypeAsync("welcome");

        Assert.Equal(Channels, welcome["available_channels"]!.AsArray().Select(c => (string)c!).Order());
        Assert.NotEmpty((string)welcome["client_id"]!);
        Assert.Equal(30, (int)welcome["heartbeat_seconds"]!);
    }

    [Fact]
    public async Task Each_channel_is_subscribed_and_shows_its_last_messages_first()
    {
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        foreach (var channel in Channels)
        {
            await client.SendAsync(new { action = "subscribe", channel });
            var subscribed = await client.NextAsync(m => (string?)m["type"] == "subscribed" && (string?)m["channel"] == channel, $"subscribed to {channel}");
            Assert.NotEmpty((string)subscribed["epoch"]!);
            Assert.True((long)subscribed["offset"]! >= 0);
        }

        foreach (var channel in new[] { "bridge_health", "top_products", "tranche_apy" })
        {
            var snapshot = await client.NextAsync(m => (string?)m["channel"] == channel && (bool?)m["snapshot"] == true, $"snapshot of {channel}");
            Assert.True((long)snapshot["offset"]! > 0);
        }
    }

    [Fact]
    public async Task Tranche_figures_arrive_live_one_offset_after_the_other()
    {
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await client.SendAsync(new { action = "subscribe", channel = "tranche_apy" });
        var offset = (long)(await client.NextOfTypeAsync("subscribed"))["offset"]!;

        for (var i = 1; i <= 3; i++)
        {
            var update = await client.NextAsync(m => (string?)m["type"] == "apy_update" && m["snapshot"] is null, "live apy_update");
            Assert.Equal(offset + i, (long)update["offset"]!);
            Assert.Equal(6, update["tranches"]!.AsArray().Count);
        }
    }

    [Fact]
    public async Task A_bound_policy_moves_the_ranking_and_the_tranches_live()
    {
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await client.SendAsync(new { action = "subscribe", channel = "top_products" });
        await client.NextOfTypeAsync("subscribed");
        await client.SendAsync(new { action = "subscribe", channel = "tranche_apy" });
        var before = Utilization(await client.NextAsync(m => (string?)m["type"] == "apy_update" && (bool?)m["snapshot"] == true, "snapshot of tranche_apy"));

        var quote = await platform.Anonymous.BindableQuoteAsync(Api.Quote("oracle", "Polygon", "crvUSD", 150_000m, 60));
        var policy = await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });
        Assert.True(policy.Status == HttpStatusCode.Created, policy.ToString());

        var ranking = await client.NextAsync(
            m => (string?)m["type"] == "ranking_update" && m["snapshot"] is null
                && m["products"]!.AsArray().Any(p => (string?)p!["coverage_type"] == "oracle" && (string?)p["chain"] == "Polygon" && (string?)p["stablecoin"] == "crvUSD"),
            "ranking with the new product");
        Assert.Equal("top_products", (string?)ranking["channel"]);
        var tranches = await client.NextAsync(m => (string?)m["type"] == "apy_update" && m["snapshot"] is null && Utilization(m) > before, "tranches with the new policy");
        Assert.Equal("tranche_apy", (string?)tranches["channel"]);
    }

    [Fact]
    public async Task Reserves_that_fall_low_are_an_alert_live_and_so_is_its_end()
    {
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await client.SendAsync(new { action = "subscribe", channel = "risk_alerts" });
        await client.NextOfTypeAsync("subscribed");

        // Leaves 18 % of the capital liquid: past the limit of 20 %, short of the critical one of 15 %.
        var pool = await platform.Anonymous.GetJsonAsync("/api/v2/pool");
        var amount = Math.Round((decimal)pool["liquid_reserves_usd"] - (0.18m * (decimal)pool["total_capital_usd"]), 2);
        await MoveAsync("deploy", amount);
        JsonObject raised;
        try
        {
            raised = await NextOfReservesAsync("new_alert");
            Assert.Contains(
                (await platform.Anonymous.GetJsonAsync("/api/v2/risk/alerts?alert_type=Reserve_Low"))["alerts"].AsArray(),
                a => (string?)a!["alert_id"] == (string?)raised["alert_id"]);
        }
        finally
        {
            await MoveAsync("return", amount);
        }

        Assert.Equal("High", (string?)raised["severity"]);
        Assert.Equal("Reserves warning: 18.00% <= 20.00%", (string?)raised["message"]);
        Assert.Equal(0.18m, (decimal)raised["current_value"]!, precision: 4);
        Assert.Equal(0.20m, (decimal)raised["limit_value"]!);

        var cleared = await NextOfReservesAsync("alert_cleared");
        Assert.Equal((string?)raised["alert_id"], (string?)cleared["alert_id"]);
        Assert.True((long)cleared["offset"]! > (long)raised["offset"]!);
        Assert.Equal((decimal)pool["reserve_ratio"], (decimal)cleared["current_value"]!, precision: 4);
        Assert.Empty((await platform.Anonymous.GetJsonAsync("/api/v2/risk/alerts?alert_type=Reserve_Low"))["alerts"].AsArray());

        Task<JsonObject> NextOfReservesAsync(string type) => client.NextAsync(
            m => (string?)m["type"] == type && (string?)m["alert_type"] == "Reserve_Low" && m["snapshot"] is null, $"live {type} of the reserves");

        async Task MoveAsync(string direction, decimal amountUsd)
        {
            var moved = await platform.Operator.PostJsonAsync("/api/v2/pool/deployments", new { direction, amount_usd = amountUsd });
            Assert.True(moved.Status == HttpStatusCode.Created, moved.ToString());
        }
    }

    [Fact]
    public async Task Who_comes_back_with_since_gets_what_was_missed_and_no_snapshot()
    {
        long offset;
        string epoch;
        await using (var first = await LiveClient.ConnectAsync(platform.Gateway))
        {
            await first.SendAsync(new { action = "subscribe", channel = "tranche_apy" });
            var subscribed = await first.NextOfTypeAsync("subscribed");
            offset = (long)subscribed["offset"]!;
            epoch = (string)subscribed["epoch"]!;
            await first.NextAsync(m => (string?)m["type"] == "apy_update" && (long)m["offset"]! > offset + 1, "two live messages");
        }

        await using var second = await LiveClient.ConnectAsync(platform.Gateway);
        await second.SendAsync(new { action = "subscribe", channel = "tranche_apy", since = offset, epoch });
        var recovered = await second.NextOfTypeAsync("subscribed");
        Assert.True((bool)recovered["recovered"]!);
        for (var i = 1; i <= 2; i++)
        {
            var missed = await second.NextAsync(m => (string?)m["type"] == "apy_update", "missed message");
            Assert.Equal(offset + i, (long)missed["offset"]!);
            Assert.Null(missed["snapshot"]);
        }
    }

    [Fact]
    public async Task Another_epoch_is_not_recovered()
    {
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await client.SendAsync(new { action = "subscribe", channel = "tranche_apy", since = 1, epoch = "another" });

        Assert.False((bool)(await client.NextOfTypeAsync("subscribed"))["recovered"]!);
        await client.NextAsync(m => (bool?)m["snapshot"] == true, "snapshot");
    }

    [Fact]
    public async Task Ping_is_answered_and_nonsense_gets_errors_on_an_open_connection()
    {
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await client.SendAsync(new { action = "ping", channel = "whatever" });
        await client.NextOfTypeAsync("pong");

        await client.SendAsync(new { action = "subscribe", channel = "weather" });
        var wrongChannel = await client.NextOfTypeAsync("error");
        Assert.Equal("Invalid channel: weather", (string?)wrongChannel["message"]);
        Assert.Equal(Channels, wrongChannel["valid_channels"]!.AsArray().Select(c => (string)c!).Order());

        await client.SendAsync("{not json");
        await client.NextOfTypeAsync("error");
        await client.SendAsync(new { action = "dance" });
        await client.NextOfTypeAsync("error");
        await client.SendAsync("binary", WebSocketMessageType.Binary);
        await client.NextOfTypeAsync("error");

        await client.SendAsync(new { action = "subscribe", channel = "risk_alerts" });
        await client.NextOfTypeAsync("subscribed");
        await client.SendAsync(new { action = "unsubscribe", channel = "risk_alerts" });
        await client.NextOfTypeAsync("unsubscribed");
    }

    private static decimal Utilization(JsonObject update) => update["tranches"]!.AsArray().Sum(t => (decimal)t!["utilization"]!);
}

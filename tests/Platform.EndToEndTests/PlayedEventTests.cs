using System.Net;

namespace Sure.EndToEndTests;

/// <summary>From something that happens on the market to money: alerts, the claim, its payment and its evidence.</summary>
public sealed class PlayedEventTests(RunningPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>
    /// At 600 times its speed the bridge is drained within 6 s, paused after 18 s, and comes back after 144 s. Bridge cover pays in full once
    /// the exploit is confirmed.
    /// </summary>
    [Fact]
    public async Task A_drained_and_paused_bridge_pays_its_policies()
    {
        var quote = await platform.Anonymous.BindableQuoteAsync(Api.Quote("bridge", "Ethereum", "GHO", 5_000m, 30));
        var policy = await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });
        Assert.True(policy.Status == HttpStatusCode.Created, policy.ToString());
        // It does not read on afterwards, and would be let go.
        await using (var client = await LiveClient.ConnectAsync(platform.Gateway))
        {
            await client.SendAsync(new { action = "subscribe", channel = "bridge_health" });
            await client.NextOfTypeAsync("subscribed");

            var played = await platform.Operator.PostJsonAsync("/api/v2/admin/market/play", new { @event = "multichain-2023", speed = 600 });
            Assert.True(played.Status == HttpStatusCode.OK, played.ToString());

            await client.NextAsync(m => (string?)m["type"] == "critical_alert" && (string?)m["bridge_id"] == "multichain_eth_ton", "a critical alert of the drained bridge");
        }

        var paid = await Eventually.HoldsAsync(
            () => platform.Operator.GetJsonAsync($"/api/v2/policies/{policy["policy_id"]}"), p => p.Body?["claim_id"] is not null, Patience, "the policy has a claim");
        var claim = await Eventually.HoldsAsync(
            () => platform.Operator.GetJsonAsync($"/api/v2/claims/{paid["claim_id"]}"), c => (string?)c["status"] == "paid", Patience, "the claim is paid");

        Assert.Equal((1m, 5_000m), ((decimal)claim["payout_fraction"], (decimal)claim["payout_usd"]));
        var evidence = await platform.Operator.GetJsonAsync($"/api/v2/claims/{paid["claim_id"]}/evidence");
        Assert.Contains("multichain_eth_ton", evidence.Body!.ToJsonString(), StringComparison.Ordinal);
        Assert.True((bool)(await platform.Operator.GetJsonAsync("/api/v2/ledger/check"))["agrees"]);
        // What was lost leaves the book, and counts against today's forecast once the day is over.
        await Eventually.HoldsAsync(
            () => platform.Anonymous.GetJsonAsync("/api/v2/risk/exposure"),
            e => !e["top_10_products"].AsArray().Any(p => (string?)p!["coverage_type"] == "bridge" && (string?)p["stablecoin"] == "GHO"),
            Patience,
            "the paid policy has left the book");
        await Browser.RunAsync(
            platform, new Dictionary<string, string>(StringComparer.Ordinal) { ["SURE_PAID_POLICY"] = (string)policy["policy_id"]! }, "--grep", "@event");
    }
}

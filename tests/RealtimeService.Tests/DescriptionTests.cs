using System.Text.Json.Nodes;
using Json.Schema;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Tests.Hosts;
using Sure.Rfc6455;
using Sure.TestServers;

namespace Sure.RealtimeService.Tests;

/// <summary>The AsyncAPI document against what is sent: every frame fits its schema, and every message of the document is sent or understood.</summary>
public sealed class DescriptionTests
{
    private static readonly Guid Id = Guid.Parse("0199a000-0000-7000-8000-000000000001");

    [Fact]
    public async Task What_is_sent_is_what_the_document_describes()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:MessagesPerSecond", "15"));
        using var answer = await host.Instance(0).Client.GetAsync(new Uri("/asyncapi/v2.json", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        var document = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("3.0.0", (string?)document["asyncapi"]);
        var schemas = SchemasOf(document);
        host.Producers.Tell(
            "bridgeservice",
            Producers.Health("orbit_eth_ton", 0.9m),
            new BridgeAlertRaised(Id, Producers.Noon, "orbit_eth_ton", Id, "tvl_drop", Severity.Critical, "CRITICAL: …"));
        host.Producers.Tell(
            "riskservice",
            new RiskAlertRaised(Id, Producers.Noon, Id, "LTV_Breach", "", Severity.High, "…", CurrentValue: null, 0.75m),
            new RiskAlertEscalated(Id, Producers.Noon, Id, "LTV_Breach", "", Severity.Critical, "…", 0.9m, 0.75m),
            new RiskAlertCleared(Id, Producers.Noon, Id, "LTV_Breach", "", Severity.High, "…", 0.2m, 0.75m),
            new TopProductsChanged(Id, Producers.Noon, [new ProductExposure(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 1000m, 1)]));
        var seen = new HashSet<string>();
        var codes = new HashSet<string>();
        using var client = new CheckingClient(await Listener.ConnectAsync(host.Address, check: m => Check(schemas, m, seen, codes)), schemas);

        // From the beginning, so that what no snapshot shows is among it. What is told meanwhile comes live.
        await client.AskAsync("""{"action":"subscribe","channel":"bridge_health","since":0,"epoch":"x"}""");
        await client.AskAsync("""{"action":"subscribe","channel":"risk_alerts"}""");
        await client.AskAsync("""{"action":"subscribe","channel":"top_products"}""");
        await client.AskAsync("""{"action":"subscribe","channel":"tranche_apy"}""");
        await client.AskAsync("""{"action":"ping"}""");
        await client.AskAsync("""{"action":"unsubscribe","channel":"tranche_apy"}""");
        await client.AskAsync($$"""{"action":"authenticate","token":"{{TestGateway.GoodKey}}"}""");
        await Waiting.UntilAsync(() => host.Feed(Channel.BridgeHealth).Subscriptions + host.Feed(Channel.RiskAlerts).Subscriptions == 2, "it listens");
        host.Producers.Tell("bridgeservice", new BridgeAlertRaised(Id, Producers.Noon, "orbit_eth_ton", Id, "tvl_drop", Severity.Critical, "CRITICAL: …"));
        host.Producers.Tell(
            "riskservice",
            new RiskAlertRaised(Id, Producers.Noon, Id, "LTV_Breach", "", Severity.High, "…", CurrentValue: null, 0.75m),
            new RiskAlertEscalated(Id, Producers.Noon, Id, "LTV_Breach", "", Severity.Critical, "…", 0.9m, 0.75m),
            new RiskAlertCleared(Id, Producers.Noon, Id, "LTV_Breach", "", Severity.High, "…", 0.2m, 0.75m));
        var described = MessagesOf(document, "tell");
        while (!described.IsSubsetOf([.. seen, "error"]))
        {
            Assert.NotNull(await client.NextAsync());
        }

        foreach (var wrong in new[] { "{", "{}", """{"action":"dance"}""", """{"action":"subscribe","channel":"weather"}""", """{"action":"authenticate","token":"bad"}""" })
        {
            await client.SayAsync(wrong);
        }

        while (!codes.IsSupersetOf(["invalid_json", "invalid_message", "unknown_action", "invalid_channel", "invalid_token"]))
        {
            Assert.NotNull(await client.NextAsync());
        }

        // Twice what is allowed, at once.
        using var hasty = await RawSocket.ConnectAsync(host.Address);
        await hasty.SendAsync(Enumerable.Repeat(RawSocket.Text("""{"action":"ping"}"""), 30).SelectMany(f => f).ToArray());
        while (!codes.Contains("rate_limited"))
        {
            Check(schemas, JsonNode.Parse((await hasty.ReadAsync()).Payload)!, seen, codes);
        }

        Assert.Equal(described, seen);
        Assert.Equal(MessagesOf(document, "ask"), client.Asked);
    }

    private static Dictionary<string, JsonSchema> SchemasOf(JsonNode document)
    {
        // On their own, so that their references do not need the rest of the document.
        var definitions = document["components"]!["schemas"]!.ToJsonString().Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
        return document["components"]!["schemas"]!.AsObject().ToDictionary(
            s => s.Key, s => JsonSchema.FromText($$"""{"$ref":"#/$defs/{{s.Key}}","$defs":{{definitions}}}"""));
    }

    private static HashSet<string> MessagesOf(JsonNode document, string operation) =>
        [.. document["operations"]![operation]!["messages"]!.AsArray().Select(m => ((string)m!["$ref"]!).Split('/')[^1])];

    private static void Check(Dictionary<string, JsonSchema> schemas, JsonNode message, HashSet<string> seen, HashSet<string> codes)
    {
        var type = (string)message["type"]!;
        var result = schemas[type].Evaluate(message, new EvaluationOptions { OutputFormat = OutputFormat.List });
        Assert.True(result.IsValid, $"{message.ToJsonString()}: {string.Join("; ", result.Details.SelectMany(d => d.Errors ?? new Dictionary<string, string>()).Select(e => e.Value))}");
        seen.Add(type);
        if ((string?)message["code"] is { } code)
        {
            codes.Add(code);
        }
    }

    /// <summary>Holds what it asks to the document too.</summary>
    private sealed class CheckingClient(Listener listener, Dictionary<string, JsonSchema> schemas) : IDisposable
    {
        public HashSet<string> Asked { get; } = [];

        public Task AskAsync(string request)
        {
            var message = JsonNode.Parse(request)!;
            var action = (string)message["action"]!;
            Assert.True(schemas[action].Evaluate(message).IsValid, request);
            Asked.Add(action);
            return listener.SendAsync(request);
        }

        public Task SayAsync(string text) => listener.SendAsync(text);

        public Task<JsonNode?> NextAsync() => listener.NextAsync();

        public void Dispose() => listener.Dispose();
    }
}

using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests;

/// <summary>One trace follows what a client does to wherever it has consequences.</summary>
public sealed class TraceTests(RunningPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Service, part and name of spans that binding a quote must leave; of names, how they begin.</summary>
    private static readonly (string Service, string Source, string Name)[] Expected =
    [
        ("gateway", "Microsoft.AspNetCore", "POST"),
        ("gateway", "System.Net.Http", "POST"),
        ("quoteservice", "Microsoft.AspNetCore", "POST /api/v2/quote/multi-dimensional"),
        ("quoteservice", "StackExchange.Redis", "EVAL"),
        ("utilizationservice", "Microsoft.AspNetCore", "POST /api/v2/policies"),
        ("utilizationservice", "System.Net.Http", "GET"),
        ("quoteservice", "Microsoft.AspNetCore", "GET /internal/"),
        ("quoteservice", "StackExchange.Redis", "GET"),
        ("utilizationservice", "Sure.Utilization", "decide orders"),
        ("utilizationservice", "Npgsql", ""),
        ("utilizationservice", "Sure.Outbox", "relay PolicyBound"),
        ("utilizationservice", "MassTransit", ""),
        ("riskservice", "MassTransit", ""),
        ("riskservice", "Sure.Intake", "apply PolicyBound"),
        ("riskservice", "Npgsql", ""),
        ("utilizationservice", "Sure.Outbox", "relay TrancheUtilizationChanged"),
        ("realtimeservice", "Sure.Intake", "apply TrancheUtilizationChanged"),
        ("realtimeservice", "StackExchange.Redis", "EVAL"),
        ("realtimeservice", "Sure.Realtime", "deliver tranche_apy"),
    ];

    [Fact]
    public async Task Binding_a_policy_is_one_trace_from_the_gateway_to_the_websocket()
    {
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await client.SendAsync(new { action = "subscribe", channel = "tranche_apy" });
        await client.NextOfTypeAsync("subscribed");
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        var root = ActivitySpanId.CreateRandom().ToHexString();

        var quote = await Api.BindableAsync(() => PostAsync(Api.QuotePath, Api.Quote("depeg", "Arbitrum", "USDC", 1_000m, 30)), q => (bool)q["bindable"]!);
        await PostAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });
        await client.NextAsync(m => (string?)m["type"] == "apy_update" && m["snapshot"] is null, "apy_update after the sale");

        await Eventually.HoldsAsync(
            () => Task.FromResult(string.Join(Environment.NewLine, Missing(platform.Traces.Of(trace)))), missing => missing.Length == 0, Patience, "nothing is missing in the trace");
        // What is exported last may have parents that are exported with the next batch.
        await Eventually.HoldsAsync(
            () => Task.FromResult(string.Join(Environment.NewLine, Orphans(platform.Traces.Of(trace)))), orphans => orphans.Length == 0, Patience, "every span has its parent in the trace");

        IEnumerable<ExportedSpan> Orphans(IReadOnlyList<ExportedSpan> spans)
        {
            var known = spans.Select(s => s.SpanId).Append(root).ToHashSet(StringComparer.Ordinal);
            return spans.Where(s => !known.Contains(s.ParentId));
        }

        async Task<JsonNode> PostAsync(string path, object body)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
            request.Headers.Add("traceparent", $"00-{trace}-{root}-01");
            using var response = await platform.Operator.SendAsync(request, TestContext.Current.CancellationToken);
            var answer = await response.Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
            Assert.True(response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created, $"{response.StatusCode} {answer}");
            return answer!;
        }
    }

    private static IEnumerable<string> Missing(IReadOnlyList<ExportedSpan> spans) => Expected
        .Where(e => !spans.Any(s => s.Service == e.Service && s.Source == e.Source && s.Name.StartsWith(e.Name, StringComparison.Ordinal)))
        .Select(e => $"{e.Service} | {e.Source} | {e.Name}");
}

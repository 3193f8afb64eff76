using System.Text;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests.Description;

/// <summary>What runs is what is described, and nothing else.</summary>
public sealed class ContractTests(RunningPlatform platform)
{
    /// <summary>Operations whose example is refused on a platform that is well, and how.</summary>
    private static readonly Dictionary<string, int> Refused = new(StringComparer.Ordinal) { ["resetBreaker"] = 409 };

    [Fact]
    public async Task Every_operation_answers_its_example_as_it_is_described()
    {
        var api = await ApiDocument.ReadAsync(platform);
        var live = await LiveValues.CreateAsync(platform.Operator);
        var faults = new List<string>();

        // An incident stops sales and withdrawals, so it comes last.
        foreach (var operation in api.Operations.OrderBy(o => o.Id == "recordIncident"))
        {
            var answer = await SendAsync(platform.Operator, operation, live.PathOf(operation), live.BodyOf(operation)?.ToJsonString());
            var isExpected = answer.Status == Refused.GetValueOrDefault(operation.Id) || answer.Status is >= 200 and < 300
                // What the example names may not exist, or be in another state.
                || (operation.Path.Contains('{', StringComparison.Ordinal) && answer.Status is 403 or 404 or 409);
            Hold(operation, answer, _ => isExpected);
            if (!operation.IsPublic)
            {
                Hold(operation, await SendAsync(platform.Anonymous, operation, live.PathOf(operation), "{}"), s => s is 401);
            }

            if (operation.Body is { } body)
            {
                Assert.True(body.ContainsKey("example"), $"{operation} shows no body: give it one WithExample.");
                if (ApiDocument.SchemaFault(body["schema"]!, body["example"]!.ToJsonString()) is { } wrong)
                {
                    faults.Add($"{operation}: its example: {wrong}");
                }

                Hold(operation, await SendAsync(platform.Operator, operation, live.PathOf(operation), "{"), s => s is 400);
                Hold(operation, await SendAsync(platform.Operator, operation, live.PathOf(operation), "{}", "text/plain"), s => s is 415);
                Hold(operation, await SendAsync(platform.Operator, operation, live.PathOf(operation), new string(' ', 1_100_000)), s => s is 413);
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));

        void Hold(Operation operation, Sent sent, Func<int, bool> isExpected)
        {
            if (!isExpected(sent.Status))
            {
                faults.Add($"{operation}: answered {sent.Status} {sent.Text}");
            }
            else if ((api.Fault(operation, sent.Status, sent.MediaType, sent.Text) ?? api.HeaderFault(operation, sent.Status, sent.Headers)) is { } fault)
            {
                faults.Add($"{operation}: {fault} – {sent.Text}");
            }
        }
    }

    [Fact]
    public async Task Every_operation_is_named_explained_and_shown()
    {
        var api = await ApiDocument.ReadAsync(platform);

        Assert.Equal(api.Operations.Count, api.Operations.Select(o => o.Id).Distinct(StringComparer.Ordinal).Count());
        foreach (var operation in api.Operations)
        {
            Assert.False(string.IsNullOrWhiteSpace((string?)operation.Node["summary"]), $"{operation} has no summary.");
            Assert.All(operation.Parameters, p => Assert.True(p["example"] is not null, $"{operation}: {p["name"]} has no example."));
            var shown = operation.Node["responses"]!.AsObject().Where(r => r.Key.StartsWith('2')).Select(r => r.Value?["content"]?["application/json"]).OfType<JsonObject>();
            foreach (var content in shown)
            {
                var fault = ApiDocument.SchemaFault(content["schema"]!, content["example"]!.ToJsonString());
                Assert.True(fault is null, $"{operation}: its answer's example: {fault}");
            }
        }
    }

    [Fact]
    public async Task A_query_that_is_not_declared_is_refused_by_name()
    {
        var api = await ApiDocument.ReadAsync(platform);
        var live = await LiveValues.CreateAsync(platform.Operator);
        var faults = new List<string>();
        foreach (var operation in api.Operations.Where(o => o.Path.StartsWith("/api/", StringComparison.Ordinal)))
        {
            await RefuseAsync(operation, "colour=red", "colour");
            foreach (var parameter in operation.QueryParameters)
            {
                var name = (string)parameter["name"]!;
                var schema = parameter["schema"]!.AsObject();
                await RefuseAsync(operation, $"{name}=a&{name}=a", name);
                await RefuseAsync(operation, $"{name}=", name);
                await RefuseAsync(operation, $"{name}={new string('x', 257)}", name);
                if (schema.ContainsKey("enum"))
                {
                    await RefuseAsync(operation, $"{name}=nonsense", name);
                }

                if ((string?)schema["type"] is "integer" or "number")
                {
                    await RefuseAsync(operation, $"{name}=x", name);
                    await RefuseAsync(operation, $"{name}=99999999999999999999999999999999", name);
                    await RefuseAsync(operation, $"{name}=-1", name);
                }
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));

        async Task RefuseAsync(Operation operation, string query, string field)
        {
            var sent = await SendAsync(platform.Operator, operation, $"{live.PathOf(operation)}?{query}", live.BodyOf(operation)?.ToJsonString());
            if (sent.Status != 400 || JsonNode.Parse(sent.Text)?["errors"]?[field] is null || api.Fault(operation, sent.Status, sent.MediaType, sent.Text) is not null)
            {
                faults.Add($"{operation}?{query}: answered {sent.Status} {sent.Text}");
            }
        }
    }

    [Fact]
    public async Task Nothing_that_is_not_described_is_reachable()
    {
        var api = await ApiDocument.ReadAsync(platform);
        var live = await LiveValues.CreateAsync(platform.Operator);
        var paths = api.Operations.ToLookup(o => o.Path, StringComparer.Ordinal);
        var routes = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(DocumentTests.Root, "Gateway/appsettings.json"), TestContext.Current.CancellationToken))!
            ["ReverseProxy"]!["Routes"]!.AsObject().Select(r => (string)r.Value!["Match"]!["Path"]!).ToList();
        var faults = new List<string>();
        // The live part of the platform has a description of its own, which its own tests hold to what is sent.
        foreach (var route in routes.Where(r => r is not ("/ws" or "/asyncapi/v2.json")))
        {
            var start = route.Split("/{**")[0];
            if (!paths.Any(p => p.Key == start || (route != start && p.Key.StartsWith(start + "/", StringComparison.Ordinal))))
            {
                faults.Add($"The route {route} leads to nothing that is described.");
            }

            await AbsentAsync(HttpMethod.Get, $"{start}/undescribed/things");
            await AbsentAsync(HttpMethod.Post, $"{start}/undescribed/things");
        }

        foreach (var path in paths.Where(p => p.Key != "/health"))
        {
            var methods = path.Select(o => o.Method).ToHashSet(StringComparer.Ordinal);
            foreach (var method in new[] { "GET", "POST", "PUT", "PATCH", "DELETE" }.Where(m => !methods.Contains(m)))
            {
                var sent = await SendAsync(platform.Operator, new HttpMethod(method), live.PathOf(path.First()), body: null);
                if (sent.Status is not (404 or 405))
                {
                    faults.Add($"{method} {path.Key} is not described and answers {sent.Status}.");
                }
            }
        }

        foreach (var path in new[] { "/alive", "/metrics", "/internal/openapi/v2.json", "/internal/events?after=0", "/internal/keys", "/internal/book", "/api", "/api/v2", "/openapi/v1.json" })
        {
            await AbsentAsync(HttpMethod.Get, path);
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));

        async Task AbsentAsync(HttpMethod method, string path)
        {
            var sent = await SendAsync(platform.Operator, method, path, body: null);
            if (sent.Status != 404)
            {
                faults.Add($"{method} {path} is not described and answers {sent.Status}.");
            }
        }
    }

    private static Task<Sent> SendAsync(HttpClient client, Operation operation, string path, string? body, string mediaType = "application/json") =>
        SendAsync(client, new HttpMethod(operation.Method), path, operation.Body is null ? null : body, mediaType);

    private static async Task<Sent> SendAsync(HttpClient client, HttpMethod method, string path, string? body, string mediaType = "application/json")
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, mediaType) };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return new Sent(
            (int)response.StatusCode,
            response.Content.Headers.ContentType?.MediaType,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken),
            response.Headers.Select(h => h.Key).ToHashSet(StringComparer.OrdinalIgnoreCase));
    }

    private sealed record Sent(int Status, string? MediaType, string Text, IReadOnlySet<string> Headers);
}

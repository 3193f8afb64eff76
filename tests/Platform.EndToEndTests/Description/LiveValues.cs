using System.Text.Json.Nodes;

namespace Sure.EndToEndTests.Description;

/// <summary>Things that exist on the running platform, in place of those that the examples only imagine.</summary>
internal sealed class LiveValues
{
    private readonly Dictionary<string, string> _byPath = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _byField = new(StringComparer.Ordinal);

    /// <summary>Makes a quote for each use, a policy and a claim. Incidents that are open, which stop sales and withdrawals, are dismissed.</summary>
    public static async Task<LiveValues> CreateAsync(HttpClient client)
    {
        var values = new LiveValues();
        await DismissIncidentsAsync(client);
        var bound = await QuoteAsync(client);
        var policy = await client.PostJsonAsync("/api/v2/policies", new { quote_id = bound });
        var policyId = (string)policy["policy_id"]!;
        var claim = await client.PostJsonAsync("/api/v2/claims", new { policy_id = policyId });
        values._byPath["/api/v2/policies/{id}"] = policyId;
        values._byPath["/api/v2/claims/{id}"] = (string)claim["claim_id"]!;
        values._byPath["/api/v2/claims/{id}/evidence"] = (string)claim["claim_id"]!;
        values._byPath["/api/v2/quotes/{quote_id}"] = await QuoteAsync(client);
        values._byPath["/api/v2/tranches/{id}/history"] = "SURE_BTC";
        values._byPath["/api/v2/vault/accounts/{account}"] = "development";
        values._byField["quote_id"] = await QuoteAsync(client);
        values._byField["policy_id"] = policyId;
        return values;
    }

    /// <summary>The path with its parameters filled in.</summary>
    public string PathOf(Operation operation) => operation.Parameters
        .Where(p => (string?)p["in"] == "path")
        .Aggregate(operation.Path, (path, p) => path.Replace(
            $"{{{(string)p["name"]!}}}", Uri.EscapeDataString(_byPath.GetValueOrDefault(operation.Path) ?? (string)p["example"]!), StringComparison.Ordinal));

    /// <summary>The example of the body with what exists.</summary>
    public JsonNode? BodyOf(Operation operation)
    {
        var body = operation.Body?["example"]?.DeepClone();
        foreach (var (field, value) in _byField)
        {
            if (body is JsonObject members && members.ContainsKey(field))
            {
                members[field] = value;
            }
        }

        return body;
    }

    /// <summary>Open incidents stop sales and withdrawals.</summary>
    public static async Task DismissIncidentsAsync(HttpClient client)
    {
        JsonArray open;
        do
        {
            open = (await client.GetJsonAsync("/api/v2/incidents?status=open&limit=200"))["items"].AsArray();
            foreach (var incident in open)
            {
                await client.PostJsonAsync($"/api/v2/incidents/{incident!["incident_id"]}/dismiss", new { });
            }
        }
        while (open.Count > 0);
    }

    private static async Task<string> QuoteAsync(HttpClient client) =>
        (string)(await client.BindableQuoteAsync(Api.Quote("depeg", "Polygon", "DAI", 500m, 30)))["quote_id"]!;
}

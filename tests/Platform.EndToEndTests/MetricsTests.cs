using System.Net;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests;

/// <summary>What operators see: a real Prometheus scrapes every process, and each query of each dashboard finds what it asks for.</summary>
public sealed class MetricsTests(RunningPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Metrics of what does not happen on a platform that is well, pulls nothing over HTTP and has no webhooks.</summary>
    private static readonly string[] NotYet =
        ["sure_policies_declined_total", "sure_realtime_closed_total", "sure_adapter_requests_total", "sure_webhook_attempts_total"];

    [Fact]
    public async Task Every_query_of_every_dashboard_finds_what_it_asks_for()
    {
        var deploy = FindDeploy();
        await using var prometheus = PrometheusServer.Start(
            platform.InternalAddresses(), Path.Combine(deploy, "prometheus", "recording.yml"), Path.Combine(deploy, "prometheus", "alerts.yml"));
        var queries = Directory.GetFiles(Path.Combine(deploy, "grafana"), "*.json").SelectMany(QueriesOf).ToList();
        Assert.NotEmpty(queries);
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await Eventually.HoldsAsync(
            () => prometheus.ValueAsync("count(up == 1)"), up => up == platform.InternalAddresses().Count, Patience, "every process is scraped");

        // A sale between two scrapes, so that there is something to see everywhere.
        var bound = await prometheus.ValueAsync("sum(sure_policies_bound_total)");
        var quote = await platform.Anonymous.BindableQuoteAsync(Api.Quote("depeg", "Ethereum", "USDC", 1_000m, 30));
        var policy = await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });
        Assert.True(policy.Status == HttpStatusCode.Created, policy.ToString());
        await Eventually.HoldsAsync(
            () => prometheus.ValueAsync("sum(sure_policies_bound_total)"), now => now > bound, Patience, "the sale is counted");

        var empty = queries;
        await Eventually.HoldsAsync(
            async () =>
            {
                // A rate needs a change after the first value: somebody looks and asks while Prometheus scrapes.
                await platform.Anonymous.GetJsonAsync("/api/v2/pool");
                await platform.Anonymous.PostJsonAsync("/api/v2/quote/multi-dimensional", Api.Quote("depeg", "Ethereum", "USDC", 1_000m, 30));
                empty = await EmptyOfAsync(prometheus, empty);
                return string.Join(Environment.NewLine, empty);
            },
            missing => missing.Length == 0,
            Patience,
            "every query finds something");
    }

    private static async Task<List<(string Panel, string Expression)>> EmptyOfAsync(
        PrometheusServer prometheus, IEnumerable<(string Panel, string Expression)> queries)
    {
        var empty = new List<(string, string)>();
        foreach (var query in queries)
        {
            var found = await prometheus.QueryAsync(query.Expression);
            if (found.Count == 0 && !NotYet.Any(m => query.Expression.Contains(m, StringComparison.Ordinal)))
            {
                empty.Add(query);
            }
        }

        return empty;
    }

    /// <summary>As Grafana asks them, for a dashboard of the last minutes.</summary>
    private static IEnumerable<(string Panel, string Expression)> QueriesOf(string dashboard) =>
        from panel in JsonNode.Parse(File.ReadAllText(dashboard))!["panels"]!.AsArray()
        from target in panel["targets"]!.AsArray()
        select ($"{Path.GetFileName(dashboard)}: {panel["title"]}", ((string)target["expr"]!).Replace("$__rate_interval", "30s", StringComparison.Ordinal));

    private static string FindDeploy()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!Directory.Exists(Path.Combine(folder.FullName, "deploy")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("There is no folder deploy above the tests.");
        }

        return Path.Combine(folder.FullName, "deploy");
    }
}

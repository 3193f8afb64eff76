using System.Text;
using System.Text.Json.Nodes;
using Sure.EndToEndTests.Description;

namespace Sure.EndToEndTests;

/// <summary>
/// Whoever changes what is the platform's or another's is in the audit trail. What can be done stands in the description, so that a new
/// operation is done here by itself.
/// </summary>
public sealed class AccountabilityTests(RunningPlatform platform)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <summary>Operations that ask for a scope and are not done here, and why.</summary>
    private static readonly Dictionary<string, string> Excepted = new(StringComparer.Ordinal)
    {
        ["previewVault"] = "It changes nothing.",
        ["runStressTest"] = "It changes nothing.",
        ["postObservations"] = "Each is kept with its source, and who may speak for that is part of a key, whose making is in the trail.",
        ["resetBreaker"] = "The breaker trips by great losses only; ClaimTests of UtilizationService and KeyAdministrationTests hold it to its records.",
        ["confirmExploit"] = "No bridge is drained here; ExploitEndpointTests hold it to its record.",
        ["clearExploit"] = "No bridge is drained here; ExploitEndpointTests hold it to its record.",
    };

    /// <summary>Fields of bodies that say whose something is.</summary>
    private static readonly string[] Owners = ["holder", "account"];

    /// <summary>Of this run alone, so that nothing of theirs is in the trail yet.</summary>
    private readonly string _run = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");

    private string Root => $"root-{_run}";

    private string Alice => $"alice-{_run}";

    [Fact]
    public async Task Whatever_an_operator_changes_is_in_the_trail_with_their_name()
    {
        var api = await ApiDocument.ReadAsync(platform);
        var live = await LiveValues.CreateAsync(platform.Operator);
        using var root = await platform.ClientAsync(Root, "read", "write", "admin");
        await platform.Operator.PostJsonAsync("/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 5_000m, account = Alice });
        var operations = api.Operations.Where(o => o.Method != "GET" && !o.IsPublic).ToList();
        Assert.Superset(Excepted.Keys.ToHashSet(StringComparer.Ordinal), operations.Select(o => o.Id).ToHashSet(StringComparer.Ordinal));
        var faults = new List<string>();

        // Open incidents stop sales and withdrawals, so they come last.
        foreach (var operation in operations.Where(o => !Excepted.ContainsKey(o.Id)).OrderBy(o => o.Path.Contains("incidents", StringComparison.Ordinal)))
        {
            var body = live.BodyOf(operation)?.AsObject();
            var owner = Owners.SingleOrDefault(api.MembersOf(operation).Contains);
            if (owner is not null)
            {
                body![owner] = Alice;
            }

            var before = (await TrailAsync()).Count;
            var (status, text) = await SendAsync(root, operation, await PathOfAsync(operation, live), body);
            if (status is < 200 or >= 300)
            {
                faults.Add($"{operation} answered {status} {text}: do it here so that it succeeds, or say in {nameof(Excepted)} why not.");
                continue;
            }

            try
            {
                // What the gateway notes is written a little later.
                var trail = await Eventually.HoldsAsync(TrailAsync, t => t.Count > before, Patience, "there is one more record");
                if (trail.Count != before + 1 || (owner is not null && (string?)trail[0]["detail"]![owner] != Alice))
                {
                    faults.Add($"{operation} left {string.Join(", ", trail.Take(trail.Count - before).Select(r => r.ToJsonString()))}.");
                }
            }
            catch (TimeoutException)
            {
                faults.Add($"{operation} answered {status} and left nothing in the trail.");
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        await EndIncidentsAsync();
    }

    /// <summary>What root did, newest first.</summary>
    private async Task<IReadOnlyList<JsonNode>> TrailAsync() =>
    [
        .. (await platform.Operator.GetJsonAsync("/api/v2/admin/audit?limit=200"))["items"].AsArray().OfType<JsonNode>().Where(r => (string?)r["actor"] == Root),
    ];

    /// <summary>The path with what it names, made by somebody else where the examples only imagine it.</summary>
    private async Task<string> PathOfAsync(Operation operation, LiveValues live)
    {
        var id = operation.Id switch
        {
            "revokeApiKey" => (string)(await platform.Operator.PostJsonAsync("/api/v2/admin/api-keys", new { subject = Alice, scopes = new[] { "read" } }))["details"]["key_id"]!,
            "confirmIncident" or "dismissIncident" => await RecordIncidentAsync(),
            "deleteWebhook" or "testWebhook" => (string)(await platform.Operator.PostJsonAsync("/api/v2/webhooks", new { url = "https://hooks.example.invalid/a", events = new[] { "claims" } }))["webhook_id"]!,
            _ => null,
        };
        return id is null ? live.PathOf(operation) : operation.Path.Replace("{id}", id, StringComparison.Ordinal);
    }

    /// <summary>What was recorded stops sales and withdrawals, which other tests need.</summary>
    private async Task EndIncidentsAsync()
    {
        await LiveValues.DismissIncidentsAsync(platform.Operator);
        await Eventually.HoldsAsync(
            () => platform.Operator.PostJsonAsync("/api/v2/vault/preview", new { direction = "withdraw", tranche_id = "SURE_SNR", amount_usd = 1m, account = Alice }),
            preview => preview.Body!["refusal"] is null,
            Patience,
            "what was confirmed is settled and capital can be withdrawn");
    }

    /// <summary>By an operator whose key had nothing to do with root's; before any policy began, so that it pays none.</summary>
    private async Task<string> RecordIncidentAsync()
    {
        using var another = platform.ClientFor(platform.Issuer.Issue($"another-{_run}", "admin"));
        var recorded = await another.PostJsonAsync("/api/v2/incidents", new
        {
            coverage_type = "smart_contract",
            chain = "Arbitrum",
            stablecoin = "FRAX",
            occurred_at = 1_690_000_000,
            evidence_url = "https://example.org/post-mortem",
            loss_fraction = 0.25m,
        });
        return (string)recorded["incident_id"]!;
    }

    private static async Task<(int Status, string Text)> SendAsync(HttpClient client, Operation operation, string path, JsonObject? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}

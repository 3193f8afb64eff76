using System.Net;
using System.Text.Json.Nodes;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Claims;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>What operators do with the money of the pool and with what belongs to others names them; what is somebody's own does that by itself.</summary>
public sealed class AuditTests(PostgresServer postgres) : CoverInForce(postgres)
{
    [Fact]
    public async Task Who_moves_deployed_capital_is_written_down_once_for_each_movement()
    {
        var deployed = await DeployAsync(new { direction = "deploy", amount_usd = 6_000m }, "once");
        Assert.Equal(HttpStatusCode.Created, (await DeployAsync(new { direction = "deploy", amount_usd = 6_000m }, "once")).Status);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var returned = await DeployAsync(new { direction = "return", amount_usd = 6_000m, gain_usd = -6_000m });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await DeployAsync(new { direction = "return", amount_usd = 1m })).Status);

        Assert.Equal(
            [
                $"operator capital_returned {EntryOf(returned)} 6000 -6000",
                $"operator capital_deployed {EntryOf(deployed)} 6000 0",
            ],
            (await TrailAsync()).Select(r => $"{r["actor"]} {r["action"]} {r["detail"]!["entry_id"]} {r["detail"]!["amount_usd"]} {r["detail"]!["gain_usd"]}"));

        Task<Answer> DeployAsync(object body, string? key = null) => UtilizationHost.PostAsync(Host.Operator, "/api/v2/pool/deployments", body, key);
    }

    [Fact]
    public async Task Who_moves_capital_of_another_is_written_down_with_the_account()
    {
        var deposited = await MoveAsync(Host.Operator, "deposit", new { tranche_id = "SURE_EQT", amount_usd = 1_000m, account = "alice" });
        Clock.Advance(TimeSpan.FromSeconds(1));
        var withdrawn = await MoveAsync(Host.Deputy, "withdraw", new { tranche_id = "SURE_EQT", shares = "250", account = "alice" });
        // Their own, whether or not they say so.
        await MoveAsync(Host.Alice, "withdraw", new { tranche_id = "SURE_EQT", amount_usd = 100m });
        await MoveAsync(Host.Operator, "deposit", new { tranche_id = "SURE_EQT", amount_usd = 100m, account = "operator" });

        Assert.Equal(
            [
                $"deputy capital_withdrawn {EntryOf(withdrawn)} alice SURE_EQT 250 250.000000000000000000",
                $"operator capital_deposited {EntryOf(deposited)} alice SURE_EQT 1000 1000.000000000000000000",
            ],
            (await TrailAsync()).Select(r => $"{r["actor"]} {r["action"]} {string.Join(' ', new[] { "entry_id", "account", "tranche_id", "amount_usd", "shares" }.Select(f => r["detail"]![f]))}"));

        static async Task<Answer> MoveAsync(HttpClient client, string what, object body)
        {
            var answer = await UtilizationHost.PostAsync(client, $"/api/v2/vault/{what}", body);
            Assert.True(answer.Status is HttpStatusCode.Created, $"{answer.Body}");
            return answer;
        }
    }

    [Fact]
    public async Task Who_binds_for_another_is_written_down_with_the_holder()
    {
        var quote = Host.Quote(1_000m, Depeg, premiumUsd: 12.50m);
        var bound = await UtilizationHost.PostAsync(Host.Operator, "/api/v2/policies", new { quote_id = quote, holder = "alice" });
        Assert.Equal((HttpStatusCode.Created, "alice"), (bound.Status, (string?)bound["holder"]));
        await BindAsync(1_000m, Depeg);
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(Host.Operator, Host.Quote(1_000m, Depeg))).Status);

        var record = Assert.Single(await TrailAsync());
        Assert.Equal(("operator", "policy_bound"), ((string?)record["actor"], (string?)record["action"]));
        var detail = record["detail"]!;
        Assert.Equal(
            ((string?)bound["policy_id"], $"{quote}", "alice", 1_000m, 12.50m),
            ((string?)detail["policy_id"], (string?)detail["quote_id"], (string?)detail["holder"], (decimal)detail["coverage_usd"]!, (decimal)detail["premium_usd"]!));
    }

    [Fact]
    public async Task Who_files_for_another_is_written_down_with_the_holder()
    {
        var policy = await BindAsync(1_000m, Depeg);
        var other = await BindAsync(1_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.94m);
        var filed = await FileForAliceAsync(HttpStatusCode.Created);
        // It stands: nothing is filed.
        await FileForAliceAsync(HttpStatusCode.OK);
        await FileAsync(Host, other);

        var record = Assert.Single(await TrailAsync());
        Assert.Equal(
            ("operator", "claim_filed", (string?)filed["claim_id"], policy, "alice", "pending"),
            ((string?)record["actor"], (string?)record["action"], (string?)record["detail"]!["claim_id"], (string?)record["detail"]!["policy_id"], (string?)record["detail"]!["holder"], (string?)record["detail"]!["status"]));

        async Task<Answer> FileForAliceAsync(HttpStatusCode expected)
        {
            var answer = await UtilizationHost.PostAsync(Host.Operator, "/api/v2/claims", new { policy_id = policy });
            Assert.Equal((expected, "pending"), (answer.Status, (string?)answer["status"]));
            return answer;
        }
    }

    /// <summary>It stops sales at once, and stays in the trail when another operator has decided it.</summary>
    [Fact]
    public async Task Who_records_an_incident_is_written_down()
    {
        var recorded = await UtilizationHost.PostAsync(Host.Operator, "/api/v2/incidents", new
        {
            coverage_type = "smart_contract",
            chain = "Polygon",
            stablecoin = "GHO",
            occurred_at = Host.Now.ToUnixTimeSeconds() - 1,
            evidence_url = "https://example.org/",
            loss_fraction = 0.5,
        });
        Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.PostAsync(Host.Deputy, $"/api/v2/incidents/{recorded["incident_id"]}/dismiss", new { })).Status);

        Assert.Equal(
            [$"deputy incident_dismissed {recorded["incident_id"]} dismissed", $"operator incident_recorded {recorded["incident_id"]} open"],
            (await TrailAsync()).Select(r => $"{r["actor"]} {r["action"]} {r["detail"]!["incident_id"]} {r["detail"]!["status"]}"));
    }

    private static string EntryOf(Answer moved) => (string)moved["entry"]["entry_id"]!;

    private async Task<IReadOnlyList<JsonNode>> TrailAsync() =>
        [.. (await UtilizationHost.GetAsync(Host.Peer, "/internal/audit"))["items"].AsArray().OfType<JsonNode>()];
}

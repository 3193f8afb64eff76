using System.Net;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>Four eyes: one operator records, another confirms.</summary>
public sealed class IncidentTests(PostgresServer postgres) : IAsyncLifetime
{
    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await UtilizationHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Who_recorded_an_incident_cannot_confirm_it_and_nobody_decides_it_twice()
    {
        var path = $"/api/v2/incidents/{(await RecordAsync())["incident_id"]}";

        Assert.Equal(HttpStatusCode.Forbidden, (await UtilizationHost.PostAsync(_host.Operator, $"{path}/confirm", new { })).Status);
        var confirmed = await UtilizationHost.PostAsync(_host.Deputy, $"{path}/confirm", new { });
        Assert.Equal((HttpStatusCode.OK, "confirmed", "deputy"), (confirmed.Status, (string?)confirmed["status"], (string?)confirmed["decided_by"]));
        Assert.Equal(HttpStatusCode.Conflict, (await UtilizationHost.PostAsync(_host.Deputy, $"{path}/dismiss", new { })).Status);
        Assert.Single((await UtilizationHost.GetAsync(_host.Alice, "/api/v2/incidents?status=confirmed"))["items"].AsArray());
        Assert.Equal("incident_confirmed", (string?)(await UtilizationHost.GetAsync(_host.Peer, "/internal/audit"))["items"][0]!["action"]);
    }

    [Fact]
    public async Task An_open_incident_stops_sales_and_a_dismissed_one_does_not()
    {
        await _host.FillAsync();
        var incident = await RecordAsync();
        var product = new Product(CoverageType.Depeg, Chain.Polygon, Stablecoin.GHO);
        var declined = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100m, product));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "known_event"), (declined.Status, (string?)declined["checks"][0]!["check"]));

        Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.PostAsync(_host.Operator, $"/api/v2/incidents/{incident["incident_id"]}/dismiss", new { })).Status);

        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100m, product))).Status);
    }

    [Fact]
    public async Task Only_operators_record_and_decide()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await UtilizationHost.PostAsync(_host.Alice, "/api/v2/incidents", Body())).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await UtilizationHost.PostAsync(_host.Alice, $"/api/v2/incidents/{Guid.Empty}/confirm", new { })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.PostAsync(_host.Deputy, $"/api/v2/incidents/{Guid.Empty}/confirm", new { })).Status);
    }

    [Theory]
    [InlineData("depeg", "Polygon", "GHO", 0.5, "https://example.org/", "coverage_type")]
    [InlineData("smart_contract", "Bitcoin", "GHO", 0.5, "https://example.org/", "chain")]
    [InlineData("smart_contract", "Polygon", null, 0.5, "https://example.org/", "stablecoin")]
    [InlineData("smart_contract", "Polygon", "GHO", 1.5, "https://example.org/", "loss_fraction")]
    [InlineData("smart_contract", "Polygon", "GHO", 0.5, "javascript:alert(1)", "evidence_url")]
    [InlineData("bridge", "Ethereum", null, null, "https://example.org/", "chain")]
    [InlineData("bridge", "Optimism", "USDC", null, "https://example.org/", "stablecoin")]
    public async Task What_does_not_fit_is_refused_by_field(string type, string chain, string? coin, double? loss, string url, string field)
    {
        var answer = await UtilizationHost.PostAsync(_host.Operator, "/api/v2/incidents", Body(type, chain, coin, loss, url));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.NotNull(answer["errors"][field]);
        Assert.Empty((await UtilizationHost.GetAsync(_host.Operator, "/api/v2/incidents"))["items"].AsArray());
    }

    /// <summary>Subjects, makers of the keys, and whether the second may confirm what the first recorded.</summary>
    [Theory]
    [InlineData("anna", "", "bert", "", true)]
    [InlineData("anna", "", "anna", "", false)]
    [InlineData("anna", "", "bert", "anna", false)]
    [InlineData("anna", "", "bert", "carl,anna", false)]
    [InlineData("bert", "anna", "anna", "", false)]
    [InlineData("anna", "root", "bert", "root", true)]
    [InlineData("anna", "carl,root", "bert", "carl,root", false)]
    [InlineData("anna", "carl,root", "bert", "dora,root", true)]
    [InlineData("anna", "root", "bert", "carl,root", true)]
    [InlineData("anna", "eric,carl,root", "bert", "carl,root", false)]
    // Carl has two keys, or a key and a token.
    [InlineData("anna", "carl,root", "bert", "carl,https://issuer", false)]
    // A key for the subject root that Carl made is not the first one.
    [InlineData("anna", "root,carl", "bert", "carl,root", false)]
    [InlineData("anna", "root,carl", "bert", "root,carl", false)]
    [InlineData("anna", "root,carl,root", "bert", "root,carl,root", false)]
    // Nor are those two, which he made with a key and with a token.
    [InlineData("anna", "root,carl,root", "bert", "https://issuer,carl,https://issuer", false)]
    [InlineData("anna", "root,carl,root", "bert", "dora,root", true)]
    [InlineData("anna", "https://issuer", "bert", "https://issuer", true)]
    [InlineData("anna", "carl,https://issuer", "bert", "carl,https://issuer", false)]
    public void The_keys_of_the_two_operators_are_not_made_by_each_other_nor_by_one_third(string recorder, string itsMakers, string caller, string theirMakers, bool mayConfirm)
    {
        var recorded = new Recorder(recorder, "key of the first", itsMakers.Split(',', StringSplitOptions.RemoveEmptyEntries));
        var second = new Caller(caller, "key of the second", new HashSet<string>(), new HashSet<string>(), theirMakers.Split(',', StringSplitOptions.RemoveEmptyEntries));

        Assert.Equal(mayConfirm, recorded.IsAnotherThan(second));
        Assert.False(recorded.IsAnotherThan(second with { ClientId = "key of the first" }));
        Assert.False(recorded.IsAnotherThan(second with { Subject = null }));
    }

    private object Body(
        string type = "smart_contract", string chain = "Polygon", string? coin = "GHO", double? loss = 0.5, string url = "https://example.org/") => new
        {
            coverage_type = type,
            chain,
            stablecoin = coin,
            occurred_at = _host.Now.ToUnixTimeSeconds() - 1,
            evidence_url = url,
            loss_fraction = loss,
        };

    private async Task<Answer> RecordAsync()
    {
        var recorded = await UtilizationHost.PostAsync(_host.Operator, "/api/v2/incidents", Body());
        Assert.Equal((HttpStatusCode.Created, "open"), (recorded.Status, (string?)recorded["status"]));
        return recorded;
    }
}

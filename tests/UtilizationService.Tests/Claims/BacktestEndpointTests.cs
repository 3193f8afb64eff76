using System.Net;
using System.Text.Json.Nodes;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>Back-tests and stored events as anyone can ask for them.</summary>
public sealed class BacktestEndpointTests(BacktestEndpointTests.Host host) : IClassFixture<BacktestEndpointTests.Host>
{
    private const string Path = "/api/v2/claims/backtest";

    [Fact]
    public async Task A_stored_event_is_listed_and_can_be_tested()
    {
        var events = (await UtilizationHost.GetAsync(host.Service.Anonymous, "/api/v2/events"))["events"].AsArray();
        var usdc = events.Single(e => (string?)e!["name"] == "usdc-svb-2023-03")!;
        Assert.Equal(("USDC", 290, 1678428059, 1678610987), ((string?)usdc["stablecoin"], (int)usdc["points"]!, (long)usdc["from"]!, (long)usdc["to"]!));
        Assert.Equal((null, "recorded"), ((string?)usdc["bridge_id"], (string?)usdc["course"]));
        string[] texts = ["source", "confidence", "description"];
        Assert.All(events, e => Assert.All(texts, t => Assert.NotEmpty((string)e![t]!)));

        var answer = await PostAsync("""{"coverage_type":"depeg","event":"usdc-svb-2023-03"}""");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal((true, 1678519751, 1678505351), ((bool)answer["triggered"], (long)answer["triggered_at"], (long)answer["run_started_at"]));
        Assert.Equal(0.516m, Math.Round((decimal)answer["payout_fraction"], 3));
        Assert.Equal(290, answer["points"].AsArray().Count);
        Assert.Equal(1678505351, (long)answer["points"].AsArray().First(p => (bool)p!["below"]!)!["time"]!);
    }

    /// <summary>July 2023 is from 1688169600 to 1690848000.</summary>
    [Fact]
    public async Task An_exploit_of_a_bridge_is_listed_as_far_as_it_is_known_and_has_no_prices_to_test()
    {
        var events = (await UtilizationHost.GetAsync(host.Service.Anonymous, "/api/v2/events"))["events"].AsArray();
        var multichain = events.Single(e => (string?)e!["name"] == "multichain-2023")!;
        Assert.Equal(
            (null, "multichain_eth_ton", 1688169600, 1690848000, 5, "assumed", "low"),
            ((string?)multichain["stablecoin"], (string?)multichain["bridge_id"], (long)multichain["from"]!, (long)multichain["to"]!, (int)multichain["points"]!,
             (string?)multichain["course"], (string?)multichain["confidence"]));
        Assert.Contains("assumed", (string?)multichain["description"], StringComparison.Ordinal);

        var refused = await PostAsync("""{"coverage_type":"depeg","event":"multichain-2023"}""");

        Assert.Equal((HttpStatusCode.UnprocessableEntity, "urn:sure:problem:event-without-prices"), (refused.Status, (string?)refused["type"]));
        Assert.Contains("multichain_eth_ton", (string?)refused["errors"]["event"]![0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_did_not_trigger_says_why()
    {
        var answer = await PostAsync("""{"coverage_type":"cex_liquidation","observations":[{"source":"a","price":0.96,"observed_at":1700000000}]}""");

        Assert.Equal((HttpStatusCode.OK, false), (answer.Status, (bool)answer["triggered"]));
        Assert.Null(answer.Body!["triggered_at"]);
        Assert.Contains("0.95", (string?)answer["reason"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"coverage_type":"depeg"}""", "observations")]
    [InlineData("""{"coverage_type":"depeg","event":"usdc-svb-2023-03","observations":[]}""", "event")]
    [InlineData("""{"coverage_type":"depeg","event":"never"}""", "event")]
    [InlineData("""{"coverage_type":"tempest","event":"usdc-svb-2023-03"}""", "coverage_type")]
    [InlineData("""{"coverage_type":"depeg","observations":[{"source":"a","price":"1","observed_at":1700000000}]}""", "observations[0].price")]
    [InlineData("""{"coverage_type":"depeg","observations":[{"source":"a","price":1}]}""", "observations[0].observed_at")]
    public async Task What_cannot_be_read_is_malformed(string body, string field) => await AssertRefusedAsync(body, HttpStatusCode.BadRequest, field);

    [Theory]
    [InlineData("""{"coverage_type":"bridge","event":"usdc-svb-2023-03"}""", "coverage_type")]
    [InlineData("""{"coverage_type":"smart_contract","event":"usdc-svb-2023-03"}""", "coverage_type")]
    [InlineData("""{"coverage_type":"depeg","event":"usdc-svb-2023-03","stablecoin":"DAI"}""", "stablecoin")]
    [InlineData("""{"coverage_type":"depeg","event":"usdc-svb-2023-03","terms":{"trigger_price":0.995}}""", "terms.trigger_price")]
    [InlineData("""{"coverage_type":"depeg","event":"usdc-svb-2023-03","terms":{"floor_price":0.97}}""", "terms.floor_price")]
    [InlineData("""{"coverage_type":"depeg","event":"usdc-svb-2023-03","terms":{"dwell_hours":25}}""", "terms.dwell_hours")]
    [InlineData("""{"coverage_type":"oracle","event":"usdc-svb-2023-03","terms":{}}""", "terms")]
    [InlineData("""{"coverage_type":"oracle","event":"usdc-svb-2023-03","min_sources":2}""", "min_sources")]
    [InlineData("""{"coverage_type":"depeg","event":"usdc-svb-2023-03","min_sources":0}""", "min_sources")]
    [InlineData("""{"coverage_type":"depeg","event":"usdc-svb-2023-03","starts_at":1700000000}""", "starts_at")]
    [InlineData("""{"coverage_type":"depeg","observations":[]}""", "observations")]
    [InlineData("""{"coverage_type":"depeg","observations":[{"source":"","price":1,"observed_at":1700000000}]}""", "observations[0].source")]
    [InlineData("""{"coverage_type":"depeg","observations":[{"source":"a","price":0,"observed_at":1700000000}]}""", "observations[0].price")]
    [InlineData("""{"coverage_type":"depeg","observations":[{"source":"a","price":10.01,"observed_at":1700000000}]}""", "observations[0].price")]
    [InlineData("""{"coverage_type":"depeg","observations":[{"source":"a","price":1,"nav":1,"observed_at":1700000000}]}""", "observations[0].nav")]
    [InlineData("""{"coverage_type":"depeg","observations":[{"source":"a","price":1,"observed_at":1700000000},{"source":"a","price":1,"observed_at":1700000000}]}""", "observations[1].observed_at")]
    [InlineData("""{"coverage_type":"depeg","observations":[{"source":"a","price":1,"observed_at":1600000000},{"source":"a","price":1,"observed_at":1700000000}]}""", "observations")]
    public async Task What_is_not_allowed_names_the_field(string body, string field) =>
        await AssertRefusedAsync(body, HttpStatusCode.UnprocessableEntity, field);

    /// <summary>946 684 800 is 2000-01-01, 4 133 980 800 is 2101-01-01; the others are the first and the last that can be read.</summary>
    [Theory]
    [InlineData(-62_135_596_800, HttpStatusCode.UnprocessableEntity)]
    [InlineData(946_684_799, HttpStatusCode.UnprocessableEntity)]
    [InlineData(946_684_800, HttpStatusCode.OK)]
    [InlineData(4_133_980_799, HttpStatusCode.OK)]
    [InlineData(4_133_980_800, HttpStatusCode.UnprocessableEntity)]
    [InlineData(253_402_300_799, HttpStatusCode.UnprocessableEntity)]
    public async Task Times_are_of_the_years_2000_to_2100(long at, HttpStatusCode status)
    {
        foreach (var type in new[] { "depeg", "cex_liquidation" })
        {
            var answer = await PostAsync($$"""{"coverage_type":"{{type}}","observations":[{"source":"a","price":0.9,"observed_at":{{at}}}]}""");

            Assert.Equal(status, answer.Status);
            if (status is HttpStatusCode.UnprocessableEntity)
            {
                Assert.Equal("observations[0].observed_at must be within the years 2000 … 2100.", (string?)answer["errors"]["observations[0].observed_at"]![0]);
            }
        }
    }

    [Fact]
    public async Task Bridges_are_tested_elsewhere() => Assert.Contains(
        "/api/v2/bridge-health/backtest", (string?)(await PostAsync("""{"coverage_type":"bridge","event":"usdc-svb-2023-03"}"""))["error"], StringComparison.Ordinal);

    private async Task AssertRefusedAsync(string body, HttpStatusCode status, string field)
    {
        var answer = await PostAsync(body);

        Assert.Equal(status, answer.Status);
        Assert.Contains(field, answer["errors"].AsObject().Select(e => e.Key));
    }

    private Task<Answer> PostAsync(string json) => UtilizationHost.PostAsync(host.Service.Anonymous, Path, JsonNode.Parse(json)!);

    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        internal UtilizationHost Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Service = await UtilizationHost.StartAsync(postgres);

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }
}

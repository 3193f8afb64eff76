using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>What is reachable from outside, where it goes, and what an answer looks like.</summary>
public sealed class RouteTests(RouteTests.Host host) : IClassFixture<RouteTests.Host>
{
    private GatewayHost Gateway => host.Gateway;

    [Theory]
    [InlineData("/api/v2/products", "quoteservice")]
    [InlineData("/api/v2/products/0x12", "quoteservice")]
    [InlineData("/api/v2/quote/multi-dimensional", "quoteservice")]
    [InlineData("/api/v2/quote/batch", "quoteservice")]
    [InlineData("/api/v2/quotes/1", "quoteservice")]
    [InlineData("/api/v2/policies?status=active", "utilizationservice")]
    [InlineData("/api/v2/claims/backtest", "utilizationservice")]
    [InlineData("/api/v2/events", "utilizationservice")]
    [InlineData("/api/v2/tranches/apy", "utilizationservice")]
    [InlineData("/api/v2/pool", "utilizationservice")]
    [InlineData("/api/v2/pool/deployments", "utilizationservice")]
    [InlineData("/api/v2/vault/accounts/a%20b", "utilizationservice")]
    [InlineData("/api/v2/vault/accounts?account=a%2Fb", "utilizationservice")]
    [InlineData("/api/v2/ledger/entries?account=a%2Fb", "utilizationservice")]
    [InlineData("/api/v2/bridge-health", "bridgeservice")]
    [InlineData("/api/v2/bridge-health/wormhole/history?from=1", "bridgeservice")]
    [InlineData("/api/v2/bridge-health/backtest", "bridgeservice")]
    [InlineData("/api/v2/bridge-health/orbit_eth_ton/exploit/confirm", "bridgeservice")]
    [InlineData("/api/v2/oracles/prices", "bridgeservice")]
    [InlineData("/api/v2/oracles/sources", "bridgeservice")]
    [InlineData("/api/v2/oracles/USDC/history?from=1&to=2", "bridgeservice")]
    [InlineData("/api/v2/observations", "bridgeservice")]
    [InlineData("/api/v2/risk/exposure", "riskservice")]
    [InlineData("/api/v2/analytics/quotes?format=csv", "quoteservice")]
    [InlineData("/api/v2/analytics/conversion", "quoteservice")]
    [InlineData("/api/v2/analytics/top-products", "quoteservice")]
    [InlineData("/api/v2/analytics/claims", "utilizationservice")]
    [InlineData("/api/v2/analytics/alerts", "riskservice")]
    public async Task A_route_leads_to_its_service_unchanged(string path, string service)
    {
        using var response = await Gateway.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
        Assert.Equal(service, (string?)answer!["service"]);
        var arrival = Gateway.Fakes[service].Arrivals.Last();
        Assert.Equal(path, arrival.Target);
        Assert.Equal("HTTP/1.1", arrival.Protocol);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/alive")]
    [InlineData("/started")]
    [InlineData("/internal/keys")]
    [InlineData("/internal/events")]
    [InlineData("/api/v2/unheard-of")]
    [InlineData("/api/v2/observations/more")]
    [InlineData("/api/v1/products")]
    [InlineData("/metrics")]
    [InlineData("/api/v2/analytics")]
    public async Task What_has_no_route_does_not_exist(string path)
    {
        using var response = await Gateway.GetAsync(path);

        await Problems.AssertAsync(response, HttpStatusCode.NotFound);
        Problems.AssertSafe(response);
    }

    [Fact]
    public async Task The_internal_listener_has_keys_and_health_and_no_routes()
    {
        foreach (var path in (string[])["/internal/keys", "/alive", "/health"])
        {
            using var response = await Gateway.Internal.GetAsync(path, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        using var health = await Gateway.Internal.GetAsync("/health", TestContext.Current.CancellationToken);
        var own = await health.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
        Assert.NotNull(own!["checks"]!["PostgreSql"]);
        using var route = await Gateway.Internal.GetAsync("/api/v2/products", TestContext.Current.CancellationToken);
        await Problems.AssertAsync(route, HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("127.0.0.1:{internal}")]
    [InlineData("gateway")]
    [InlineData("localhost:{internal}")]
    public async Task A_host_header_does_not_lead_to_the_internal_listener(string hostHeader)
    {
        var name = hostHeader.Replace("{internal}", $"{Gateway.InternalAddress.Port}", StringComparison.Ordinal);

        var answer = await Gateway.SendRawAsync($"GET /internal/keys HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_answer_is_hardened_and_names_no_server()
    {
        Gateway.Fakes["riskservice"].Answer = context =>
        {
            context.Response.Headers.Server = "Kestrel";
            context.Response.Headers["X-Frame-Options"] = "ALLOWALL";
            return context.Response.WriteAsync("{}");
        };
        using var response = await Gateway.GetAsync("/api/v2/risk/limits");
        Gateway.Fakes["riskservice"].Answer = null;

        Problems.AssertSafe(response);
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task A_refusal_of_a_service_passes_unchanged()
    {
        Gateway.Fakes["quoteservice"].Answer = context =>
        {
            context.Response.StatusCode = 405;
            context.Response.Headers.Allow = "POST";
            context.Response.ContentType = "application/problem+json";
            return context.Response.WriteAsync("""{"type":"urn:sure:problem:method-not-allowed"}""");
        };
        using var response = await Gateway.GetAsync("/api/v2/quote/batch");
        Gateway.Fakes["quoteservice"].Answer = null;

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal("POST", Assert.Single(response.Content.Headers.Allow));
        Assert.Equal("""{"type":"urn:sure:problem:method-not-allowed"}""", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_page_of_an_allowed_origin_may_read_answers_and_no_other()
    {
        using var allowed = await Gateway.GetAsync("/api/v2/pool", key: null, ("Origin", "https://app.example"));
        using var refused = await Gateway.GetAsync("/api/v2/pool", key: null, ("Origin", "https://evil.example"));
        using var problem = await Gateway.GetAsync("/nothing", key: null, ("Origin", "https://app.example"));

        Assert.Equal("https://app.example", Assert.Single(allowed.Headers.GetValues("Access-Control-Allow-Origin")));
        Assert.False(refused.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.True(problem.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_preflight_is_answered_here()
    {
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v2/policies");
        request.Headers.Add("Origin", "https://app.example");
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,idempotency-key");
        var before = Gateway.Fakes["utilizationservice"].Arrivals.Count;

        using var response = await Gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Contains("authorization", response.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
        Assert.Equal(before, Gateway.Fakes["utilizationservice"].Arrivals.Count);
        Problems.AssertSafe(response);
    }

    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        internal GatewayHost Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Gateway:AllowedOrigins:0"] = "https://app.example" });

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}

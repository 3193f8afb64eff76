using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.IdentityModel.JsonWebTokens;
using Sure.Gateway.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>A service learns who asks from the gateway and from nobody else.</summary>
public sealed class CallerTests(CallerTests.Host host) : IClassFixture<CallerTests.Host>
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Parent = "00f067aa0ba902b7";

    private GatewayHost Gateway => host.Gateway;

    private FakeService Risk => Gateway.Fakes["riskservice"];

    [Fact]
    public async Task A_service_believes_the_token_and_learns_whose_key_it_was()
    {
        var key = await Gateway.IssueKeyAsync("alice", [Scope.Read, Scope.Ingest], ["chainlink", "pyth"]);

        using var response = await Gateway.GetAsync("/api/v2/ledger/whoami", key);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var caller = await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
        Assert.Equal("alice", (string?)caller!["subject"]);
        Assert.Equal(["ingest", "read"], caller["scopes"]!.AsArray().Select(s => (string?)s));
        Assert.Equal(["chainlink", "pyth"], caller["sources"]!.AsArray().Select(s => (string?)s));
        Assert.NotNull((string?)caller["client_id"]);
    }

    [Fact]
    public async Task Without_a_key_the_service_decides()
    {
        using var refused = await Gateway.GetAsync("/api/v2/ledger/whoami");
        using var open = await Gateway.GetAsync("/api/v2/pool");

        await Problems.AssertAsync(refused, HttpStatusCode.Unauthorized);
        Assert.Equal(HttpStatusCode.OK, open.StatusCode);
    }

    [Fact]
    public async Task A_key_without_the_scope_is_forbidden_by_the_service()
    {
        var key = await Gateway.IssueKeyAsync("bob", [Scope.Ingest]);

        using var response = await Gateway.GetAsync("/api/v2/ledger/whoami", key);

        await Problems.AssertAsync(response, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task What_a_client_says_about_itself_stays_outside()
    {
        var key = await Gateway.IssueKeyAsync();
        using var anonymous = await Gateway.GetAsync("/api/v2/risk/limits", key: null, (InternalToken.Header, "forged"), ("x-sure-caller", "forged"), ("X-Forwarded-For", "203.0.113.9"));
        var first = Risk.Arrivals.Last();
        using var known = await Gateway.GetAsync("/api/v2/risk/limits", key, (InternalToken.Header, "forged"));
        var second = Risk.Arrivals.Last();

        Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);
        Assert.DoesNotContain(InternalToken.Header, first.Headers.Keys);
        Assert.DoesNotContain("203.0.113.9", first.Headers["X-Forwarded-For"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        Assert.Equal("alice", new JsonWebToken(second.Headers[InternalToken.Header]).Subject);
        Assert.DoesNotContain("Authorization", second.Headers.Keys);
    }

    /// <summary>Whoever chose the trace would choose what is recorded, and could have all that he does in one.</summary>
    [Theory]
    [InlineData("00")]
    [InlineData("01")]
    public async Task A_request_begins_a_trace_whatever_its_client_says_of_one(string flags)
    {
        using var answer = await AskInTraceAsync(Gateway, flags);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var headers = Risk.Arrivals.Last().Headers;
        var told = headers["traceparent"].Split('-');
        Assert.Equal((4, "00"), (told.Length, told[0]));
        Assert.NotEqual(Trace, told[1]);
        Assert.DoesNotContain("tracestate", headers.Keys);
    }

    /// <summary>Recorded or not, a request and what it causes behind the gateway are one trace (W3C Trace Context, 3.2).</summary>
    [Theory]
    [InlineData("00")]
    [InlineData("01")]
    public async Task Where_clients_are_believed_their_trace_goes_on_behind_the_gateway(string flags)
    {
        await using var gateway = await GatewayHost.StartAsync(host.Database, new() { ["Gateway:TakesUpTraces"] = "true" });
        using var answer = await AskInTraceAsync(gateway, flags);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var headers = gateway.Fakes["riskservice"].Arrivals.Last().Headers;
        var told = headers["traceparent"].Split('-');
        Assert.Equal(["00", Trace], told[..2]);
        // The client's span is the gateway's parent, not the service's.
        Assert.NotEqual(Parent, told[2]);
        Assert.Equal(4, told.Length);
        Assert.Equal("rojo=1", headers["tracestate"]);
    }

    [Fact]
    public async Task Naming_the_header_in_Connection_does_not_drop_it()
    {
        var key = await Gateway.IssueKeyAsync();

        var answer = await Gateway.SendRawAsync(
            $"GET /api/v2/risk/limits HTTP/1.1\r\nHost: x\r\nConnection: close, X-Sure-Caller\r\nAuthorization: Bearer {key}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal("alice", new JsonWebToken(Risk.Arrivals.Last().Headers[InternalToken.Header]).Subject);
    }

    [Fact]
    public async Task A_token_is_a_minute_long_and_used_again()
    {
        var key = await Gateway.IssueKeyAsync("carol");
        using var one = await Gateway.GetAsync("/api/v2/risk/limits", key);
        var first = Risk.Arrivals.Last().Headers[InternalToken.Header];
        using var two = await Gateway.GetAsync("/api/v2/risk/limits", key);

        Assert.Equal(first, Risk.Arrivals.Last().Headers[InternalToken.Header]);
        var token = new JsonWebToken(first);
        Assert.Equal("ES256", token.Alg);
        Assert.Equal(InternalToken.Issuer, token.Issuer);
        Assert.Equal([InternalToken.Audience], token.Audiences);
        Assert.Equal(TimeSpan.FromSeconds(60), token.ValidTo - token.IssuedAt);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_here()
    {
        var key = await Gateway.IssueKeyAsync();
        var tampered = key[..^1] + (key[^1] == 'A' ? 'B' : 'A');
        var strange = $"sure_{"0123456789ab"}_{key[^43..]}";
        var before = Risk.Arrivals.Count;
        foreach (var wrong in (string[])[tampered, strange, "nonsense", "", key + "x", key.ToUpperInvariant(), "a.b.c"])
        {
            using var response = await Gateway.GetAsync("/api/v2/risk/limits", wrong);
            await Problems.AssertAsync(response, HttpStatusCode.Unauthorized);
            Assert.Equal("Bearer", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
            Problems.AssertSafe(response);
        }

        using var basic = await Gateway.GetAsync("/api/v2/risk/limits", key: null, ("Authorization", "Basic YTpi"));
        await Problems.AssertAsync(basic, HttpStatusCode.Unauthorized);
        Assert.Equal(before, Risk.Arrivals.Count);
    }

    [Fact]
    public async Task A_key_that_is_over_is_refused()
    {
        var now = TimeProvider.System.GetUtcNow();
        foreach (var key in (string[])[await Gateway.IssueKeyAsync(expiresAt: now.AddSeconds(-1)), await Gateway.IssueKeyAsync(revokedAt: now)])
        {
            using var response = await Gateway.GetAsync("/api/v2/risk/limits", key);
            await Problems.AssertAsync(response, HttpStatusCode.Unauthorized);
        }

        using var alive = await Gateway.GetAsync("/api/v2/risk/limits", await Gateway.IssueKeyAsync(expiresAt: now.AddMinutes(1)));
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
    }

    [Fact]
    public async Task Each_instance_lists_the_keys_of_all()
    {
        await using var other = await GatewayHost.StartAsync(host.Database);
        await other.ReadyAsync();
        var own = await KeyIdsAsync(other.Internal);
        Assert.NotEmpty(own);
        await Eventually.HoldsAsync(async () => (await KeyIdsAsync(Gateway.Internal)).IsSupersetOf(own), "the first instance lists the key of the second");
        await Eventually.HoldsAsync(
            async () => (await KeyIdsAsync(other.Internal)).SetEquals(await KeyIdsAsync(Gateway.Internal)), "the second lists that of the first");
    }

    private static async Task<HashSet<string>> KeyIdsAsync(HttpClient client)
    {
        var set = await client.GetFromJsonAsync<JsonObject>(InternalToken.KeysPath, TestContext.Current.CancellationToken);
        Assert.All(set!["keys"]!.AsArray(), key => Assert.Null(key!["d"]));
        return [.. set["keys"]!.AsArray().Select(k => (string)k!["kid"]!)];
    }

    private static Task<HttpResponseMessage> AskInTraceAsync(GatewayHost gateway, string flags) =>
        gateway.GetAsync("/api/v2/risk/limits", key: null, ("traceparent", $"00-{Trace}-{Parent}-{flags}"), ("tracestate", "rojo=1"));

    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        private VerifyingService _ledger = null!;

        internal GatewayHost Gateway { get; private set; } = null!;

        internal string Database { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Database = await postgres.CreateDatabaseAsync();
            var port = FreePorts.One();
            Gateway = await GatewayHost.StartAsync(Database, new() { ["services:utilizationservice:http:0"] = $"http://127.0.0.1:{port}" });
            _ledger = await VerifyingService.StartAsync(port, Gateway.InternalAddress);
        }

        public async ValueTask DisposeAsync()
        {
            await _ledger.DisposeAsync();
            await Gateway.DisposeAsync();
        }
    }
}

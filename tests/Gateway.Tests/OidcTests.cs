using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Sure.Gateway.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>Tokens of an OIDC issuer, who publishes its keys where the standard says.</summary>
public sealed class OidcTests(OidcTests.Host host) : IClassFixture<OidcTests.Host>
{
    private const string Path = "/api/v2/risk/limits";

    private GatewayHost Gateway => host.Gateway;

    private FakeService Risk => Gateway.Fakes["riskservice"];

    [Fact]
    public async Task A_token_is_taken_with_its_subject_and_the_scopes_that_are_ours()
    {
        using var answer = await Gateway.GetAsync(Path, host.Issuer.Issue("alice", "openid read write sudo"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var token = Told();
        Assert.Equal("alice", token.Subject);
        Assert.Equal("read write", token.GetPayloadValue<string>("scope"));
        Assert.Equal("", token.GetPayloadValue<string>("sources"));
        Assert.Equal($"[\"{host.Issuer.Address}\"]", token.GetPayloadValue<string>("makers"));
    }

    [Fact]
    public async Task Scopes_may_be_a_list_and_audiences_too()
    {
        var claims = host.Issuer.Claims("bob", "");
        claims.Remove("scope");
        claims["scp"] = new JsonArray("read", "ingest");
        claims["sources"] = new JsonArray("pyth", "chainlink");
        claims["aud"] = new JsonArray("another", TokenIssuer.Audience);

        using var answer = await Gateway.GetAsync(Path, host.Issuer.Issue(claims));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(("bob", "read ingest", "pyth chainlink"), (Told().Subject, Told().GetPayloadValue<string>("scope"), Told().GetPayloadValue<string>("sources")));
    }

    [Fact]
    public async Task Scopes_count_at_the_gateways_own_endpoints()
    {
        using var admin = await Gateway.GetAsync("/api/v2/admin/api-keys", host.Issuer.Issue("root", "admin"));
        using var reader = await Gateway.GetAsync("/api/v2/admin/api-keys", host.Issuer.Issue("alice", "read"));

        Assert.Equal(HttpStatusCode.OK, admin.StatusCode);
        await Problems.AssertAsync(reader, HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task The_same_subject_of_another_issuer_is_another_client_and_somebody_else()
    {
        using var other = new TokenIssuer(FreePorts.One());
        await using var gateway = await GatewayHost.StartAsync(
            host.Database, new(host.Issuer.Settings("One", "one:").Concat(other.Settings("Other", "other:")), StringComparer.Ordinal));
        using var first = await gateway.GetAsync(Path, host.Issuer.Issue("alice", "read"));
        var one = new JsonWebToken(gateway.Fakes["riskservice"].Arrivals.Last().Headers[InternalToken.Header]);
        using var second = await gateway.GetAsync(Path, other.Issue("alice", "read"));
        var two = new JsonWebToken(gateway.Fakes["riskservice"].Arrivals.Last().Headers[InternalToken.Header]);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.NotEqual(one.GetPayloadValue<string>("client_id"), two.GetPayloadValue<string>("client_id"));
        Assert.Equal(("one:alice", "other:alice"), (one.Subject, two.Subject));

        // The keys of one issuer are not good for tokens in the name of the other.
        var claims = host.Issuer.Claims("alice", "admin");
        claims["iss"] = other.Address;
        using var mixed = await gateway.GetAsync(Path, host.Issuer.Issue(claims));
        await Problems.AssertAsync(mixed, HttpStatusCode.Unauthorized);
    }

    /// <summary>What one issuer calls <c>1b</c> and another <c>b</c> are one subject behind the prefixes <c>a</c> and <c>a1</c>.</summary>
    [Theory]
    [InlineData("", "")]
    [InlineData("a", "")]
    [InlineData("a", "a")]
    [InlineData("a", "a1")]
    public async Task Issuers_whose_users_could_have_the_same_subjects_are_refused_at_start(string one, string other)
    {
        var settings = host.Issuer.Settings("One", one).Concat(host.Issuer.Settings("Other", other));

        var refusal = await Assert.ThrowsAsync<AggregateException>(() => GatewayHost.StartAsync(host.Database, new(settings, StringComparer.Ordinal)));

        var failures = refusal.Flatten().InnerExceptions.SelectMany(e => Assert.IsType<OptionsValidationException>(e).Failures).ToList();
        Assert.Equal(["Authentication:Schemes:One:SubjectPrefix", "Authentication:Schemes:Other:SubjectPrefix"], failures.Select(f => f.Split(' ')[0]).Order());
    }

    /// <summary>As the scheme of development, for which nobody has made a key.</summary>
    [Fact]
    public async Task An_issuer_without_keys_leaves_another_its_subjects()
    {
        await using var gateway = await GatewayHost.StartAsync(host.Database, new(host.Issuer.Settings(), StringComparer.Ordinal)
        {
            ["Authentication:Schemes:Bearer:ValidAudiences:0"] = TokenIssuer.Audience,
            ["Authentication:Schemes:Bearer:ValidIssuer"] = "dotnet-user-jwts",
        });

        using var answer = await gateway.GetAsync(Path, host.Issuer.Issue("alice", "read"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("alice", new JsonWebToken(gateway.Fakes["riskservice"].Arrivals.Last().Headers[InternalToken.Header]).Subject);
    }

    [Theory]
    [InlineData("plat", "former", HttpStatusCode.OK)]
    [InlineData("plat", "form", HttpStatusCode.Unauthorized)]
    [InlineData("plat", "", HttpStatusCode.Unauthorized)]
    public async Task A_subject_is_good_or_not_with_its_prefix(string prefix, string subject, HttpStatusCode status)
    {
        await using var gateway = await GatewayHost.StartAsync(host.Database, new(host.Issuer.Settings("One", prefix), StringComparer.Ordinal));

        using var answer = await gateway.GetAsync(Path, host.Issuer.Issue(subject, "read"));

        Assert.Equal(status, answer.StatusCode);
    }

    [Fact]
    public async Task No_forgery_passes_and_none_makes_the_gateway_fetch_what_it_names()
    {
        using var good = await Gateway.GetAsync(Path, host.Issuer.Issue("mallory", "read"));
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        var before = Risk.Arrivals.Count;
        foreach (var (what, token) in host.Issuer.Forgeries("mallory", "admin"))
        {
            using var answer = await Gateway.GetAsync(Path, token);
            Assert.True(answer.StatusCode is HttpStatusCode.Unauthorized, $"{what} is answered {answer.StatusCode}.");
            await Problems.AssertAsync(answer, HttpStatusCode.Unauthorized);
        }

        Assert.Equal(before, Risk.Arrivals.Count);
        Assert.Equal(0, host.Issuer.StrangersKeysAsked);
    }

    /// <summary>Of names that are in the trail of what was done, one must be able to be written there, and be somebody's.</summary>
    [Theory]
    [InlineData("ali\0ce")]
    [InlineData("ali\nce")]
    [InlineData("ali\u009fce")]
    [InlineData("platform")]
    [InlineData("others")]
    public async Task A_token_with_a_subject_that_nobody_can_have_is_refused(string subject)
    {
        using var answer = await Gateway.GetAsync(Path, host.Issuer.Issue(subject, "read"));

        await Problems.AssertAsync(answer, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task New_keys_of_the_issuer_are_learnt_and_its_old_ones_forgotten()
    {
        using var issuer = new TokenIssuer(FreePorts.One());
        await using var gateway = await GatewayHost.StartAsync(host.Database, new(issuer.Settings(), StringComparer.Ordinal));
        var old = issuer.Issue("alice", "read");
        using var before = await gateway.GetAsync(Path, old);
        issuer.Rotate();

        await Eventually.HoldsAsync(async () => (await gateway.GetAsync(Path, issuer.Issue("alice", "read"))).StatusCode is HttpStatusCode.OK, "the new key is taken");
        using var after = await gateway.GetAsync(Path, old);

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await Problems.AssertAsync(after, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task While_an_issuer_is_away_nobody_is_let_in_by_its_tokens_and_all_others_are()
    {
        using var away = new TokenIssuer(FreePorts.One());
        var token = away.Issue("alice", "read");
        away.Dispose();
        await using var gateway = await GatewayHost.StartAsync(
            host.Database, new(host.Issuer.Settings("One", "one:").Concat(away.Settings("Away", "away:")), StringComparer.Ordinal));

        using var unknown = await gateway.GetAsync(Path, token);
        using var other = await gateway.GetAsync(Path, host.Issuer.Issue("bob", "read"));
        using var key = await gateway.GetAsync(Path, await gateway.IssueKeyAsync());

        await Problems.AssertAsync(unknown, HttpStatusCode.ServiceUnavailable);
        Assert.NotNull(unknown.Headers.RetryAfter);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (other.StatusCode, key.StatusCode));
        Assert.Equal(2, gateway.Fakes["riskservice"].Arrivals.Count);
    }

    /// <summary>What the service was told of the caller.</summary>
    private JsonWebToken Told() => new(Risk.Arrivals.Last().Headers[InternalToken.Header]);

    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        internal TokenIssuer Issuer { get; } = new(FreePorts.One());

        internal GatewayHost Gateway { get; private set; } = null!;

        internal string Database { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Database = await postgres.CreateDatabaseAsync();
            Gateway = await GatewayHost.StartAsync(Database, new(Issuer.Settings(), StringComparer.Ordinal));
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            Issuer.Dispose();
        }
    }
}

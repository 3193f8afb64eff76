using Sure.Gateway.Hardening;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>No spelling of a path leads where no route leads.</summary>
public sealed class PathTests(PathTests.Host host) : IClassFixture<PathTests.Host>
{
    public static TheoryData<string> Tricks =>
    [
        "/api/v2/products/../../../internal/keys",
        "/api/v2/products/../../internal/keys",
        "/api/v2/products/%2e%2e/%2e%2e/%2e%2e/internal/keys",
        "/api/v2/products/%2E%2E/%2e./.%2e/internal/keys",
        "/api/v2/products/..%2f..%2f..%2finternal%2fkeys",
        "/api/v2/products/%2e%2e%2f%2e%2e%2f%2e%2e%2finternal/keys",
        "/api/v2/products/%252e%252e/%252e%252e/%252e%252e/internal/keys",
        "/api/v2/products/%252e%252e%252f%252e%252e%252finternal/keys",
        "/api/v2/products/..\\..\\..\\internal\\keys",
        "/api/v2/products/..%5c..%5c..%5cinternal%5ckeys",
        "/api/v2/products/%5c%2e%2e%5cinternal",
        "//internal/keys",
        "//api/v2/products",
        "/api/v2//products",
        "/api/v2/products//internal/keys",
        "/api/v2/products/..;/..;/internal/keys",
        "/api/v2/products/;/../internal/events",
        "/api/v2/products/%00/internal",
        "/api/v2/products/%0d%0aX-Sure-Caller:%20x",
        "/api/v2/products/%c0%ae%c0%ae/internal",
        "/api/v2/products/%2",
        "/api/v2/products/./../../../alive",
        "/./internal/keys",
        "/internal/keys",
        "/internal%2fkeys",
        "/%69nternal/keys",
        "/INTERNAL/KEYS",
        "\\internal\\keys",
        "http://quoteservice/internal/keys",
        "http://127.0.0.1/internal/keys",
        "http://127.0.0.1\\internal/keys",
        "*",
        "/ws/../internal/keys",
        "/api/v2/observations/../../../internal/events",
    ];

    [Theory]
    [MemberData(nameof(Tricks))]
    public async Task A_trick_reaches_nobody(string target)
    {
        foreach (var method in (string[])["GET", "POST"])
        {
            var answer = await host.Gateway.SendRawAsync($"{method} {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");

            Assert.Matches("^HTTP/1.1 (404|400|405) ", answer);
            Assert.DoesNotContain("\"kty\"", answer, StringComparison.Ordinal);
        }

        Assert.All(host.Gateway.Fakes.Values, fake => Assert.Empty(fake.Arrivals));
    }

    [Theory]
    [InlineData("/api/v2/products")]
    [InlineData("/api/v2/products/")]
    [InlineData("/api/v2/vault/accounts/alice%40example.com")]
    [InlineData("/api/v2/vault/accounts/a%20b")]
    [InlineData("/api/v2/vault/accounts/%C3%BC")]
    [InlineData("/api/v2/policies/a.b..c")]
    [InlineData("/api/v2/policies?x=../..//%2e%2f\\")]
    [InlineData("/")]
    public void An_ordinary_path_is_plain(string target) => Assert.True(PathGuard.IsPlain(target));

    [Theory]
    [InlineData("")]
    [InlineData("api")]
    [InlineData("/a/..")]
    [InlineData("/a/.")]
    [InlineData("/a/%7f")]
    [InlineData("/a/%1F")]
    [InlineData("/a/%zz")]
    [InlineData("/a%")]
    [InlineData("/a;b")]
    public void A_doubtful_path_is_not(string target) => Assert.False(PathGuard.IsPlain(target));

    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        internal GatewayHost Gateway { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}

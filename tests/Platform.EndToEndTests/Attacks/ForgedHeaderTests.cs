using System.Net;

namespace Sure.EndToEndTests.Attacks;

/// <summary>What only the gateway may say of a caller counts from nobody else, neither through the gateway nor past it (API2, API8).</summary>
public sealed class ForgedHeaderTests(RunningPlatform platform)
{
    private const string Guarded = "/api/v2/ledger/check";

    /// <summary>Headers by which the gateway and the services speak of callers, and other spellings of them.</summary>
    private static readonly string[] CallerHeaders =
    [
        "X-Sure-Caller", "x-sure-caller", "X-SURE-CALLER", "X_Sure_Caller", "X-Sure-Service", "X-Sure-Caller ", "Sure-Caller", "X-User", "X-Scopes", "X-Forwarded-User", "Proxy-Authorization",
    ];

    private static readonly string[] Addresses = ["127.0.0.1", "10.0.0.1", "::1", "for=127.0.0.1;host=gateway;proto=https"];

    [Fact]
    public async Task A_forged_caller_is_nobody_at_the_gateway()
    {
        foreach (var header in CallerHeaders)
        {
            foreach (var token in ForgedCallers())
            {
                foreach (var more in (string[])["", $"Connection: close, {header.Trim()}\r\n", $"{header}: {token}\r\n"])
                {
                    var answer = Assert.Single(await Wire.ExchangeAsync(
                        platform.Gateway, $"GET {Guarded} HTTP/1.1\r\nHost: x\r\n{header}: {token}\r\n{more}Connection: close\r\n\r\n"));
                    // A space before the colon makes it no request at all.
                    Assert.True(answer.Status == (header.EndsWith(' ') ? 400 : 401), $"{header}: {token[..Math.Min(token.Length, 40)]} {more}→ {answer}");
                }
            }
        }

        // As a trailer, which comes when everything has been decided.
        var trailed = Assert.Single(await Wire.ExchangeAsync(
            platform.Gateway,
            $"POST /api/v2/policies HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sure-Caller, Authorization\r\n\r\n2\r\n{{}}\r\n0\r\nX-Sure-Caller: {ForgedCallers()[0]}\r\nAuthorization: Bearer {platform.Key}\r\n\r\n"));
        Assert.Equal(401, trailed.Status);
    }

    [Fact]
    public async Task A_forged_caller_is_nobody_at_the_services_themselves()
    {
        foreach (var (service, port) in platform.InternalAddresses())
        {
            var address = new Uri($"http://127.0.0.1:{port}");
            foreach (var token in ForgedCallers())
            {
                foreach (var header in (string[])["X-Sure-Caller", "X-Sure-Service", "Authorization"])
                {
                    foreach (var path in (string[])[Guarded, "/internal/audit", "/internal/events?after=0", "/internal/book", "/api/v2/analytics/quotes"])
                    {
                        var answer = Assert.Single(await Wire.ExchangeAsync(
                            address, $"GET {path} HTTP/1.1\r\nHost: x\r\n{header}: {(header == "Authorization" ? "Bearer " : "")}{token}\r\nConnection: close\r\n\r\n"));
                        Assert.True(answer.Status is 401 or 404, $"{service} {path} {header}: {token[..Math.Min(token.Length, 40)]} → {answer}");
                    }
                }
            }
        }

        // So that 401 says something: the paths are there.
        var utilization = platform.InternalAddresses().First(a => a.Service == "utilizationservice").Port;
        foreach (var path in (string[])[Guarded, "/internal/audit"])
        {
            var answer = Assert.Single(await Wire.ExchangeAsync(new Uri($"http://127.0.0.1:{utilization}"), $"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            Assert.Equal(401, answer.Status);
        }
    }

    [Fact]
    public async Task What_is_internal_stays_so_whatever_a_request_says_of_where_it_comes_from_and_goes_to()
    {
        var inside = platform.InternalAddresses().First(a => a.Service == "gateway").Port;
        foreach (var path in (string[])["/internal/keys", "/internal/audit", "/internal/events?after=0", "/internal/token", "/alive", "/metrics", "/health/ready"])
        {
            foreach (var host in (string[])["x", "localhost", $"127.0.0.1:{inside}", "gateway", "utilizationservice"])
            {
                foreach (var origin in Addresses)
                {
                    var answer = Assert.Single(await Wire.ExchangeAsync(
                        platform.Gateway,
                        $"GET {path} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: {origin}\r\nX-Forwarded-Host: {host}\r\nX-Forwarded-Prefix: /internal\r\nForwarded: {origin}\r\nX-Real-IP: 127.0.0.1\r\nAuthorization: Bearer {platform.Key}\r\nConnection: close\r\n\r\n"));
                    Assert.True(answer.Status is 404, $"{path} at {host} from {origin} → {answer}");
                }
            }
        }
    }

    [Theory]
    [InlineData("X-Original-URL: /internal/keys")]
    [InlineData("X-Rewrite-URL: /internal/keys")]
    [InlineData("X-Forwarded-Path: /internal/keys")]
    [InlineData("X-Forwarded-Prefix: /api/v2/ledger")]
    [InlineData("X-HTTP-Method-Override: DELETE")]
    [InlineData("X-Method-Override: POST")]
    [InlineData("Destination: http://utilizationservice/internal/audit")]
    public async Task No_header_makes_another_request_of_it(string header)
    {
        var answer = Assert.Single(await Wire.ExchangeAsync(platform.Gateway, $"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n"));

        Assert.Equal(200, answer.Status);
        Assert.Contains("total_capital_usd", answer.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_credential_counts_once_and_in_its_own_form_only()
    {
        var path = new Uri("/api/v2/ledger/check", UriKind.Relative);
        using (var good = await platform.Operator.GetAsync(path, TestContext.Current.CancellationToken))
        {
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }

        foreach (var headers in (string[])[
            $"Authorization: {platform.Key}", $"Authorization: Basic {platform.Key}", $"Authorization: Bearer Bearer {platform.Key}", $"Authorization: Bearer {platform.Key}, Bearer {platform.Key}",
            $"Authorization: Bearer nonsense\r\nAuthorization: Bearer {platform.Key}", $"Authorization: Bearer {platform.Key}\r\nAuthorization: Bearer nonsense", $"Authorization: Bearer {platform.Key.ToUpperInvariant()}",
            $"X-Api-Key: {platform.Key}", $"Cookie: Authorization=Bearer {platform.Key}", "Authorization: Bearer", "Authorization:"])
        {
            var answer = Assert.Single(await Wire.ExchangeAsync(platform.Gateway, $"GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\nConnection: close\r\n\r\n"));
            Assert.True(answer.Status is 401, $"{headers} → {answer}");
        }

        // In the query it counts at the WebSocket only.
        var queried = Assert.Single(await Wire.ExchangeAsync(platform.Gateway, $"GET {path}?access_token={platform.Key} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        Assert.Equal(401, queried.Status);
    }

    /// <summary>What somebody might take for a word of the gateway: claims without a signature, signed by another, and plain.</summary>
    private string[] ForgedCallers()
    {
        var claims = platform.Issuer.Claims("root", "read write ingest admin");
        claims["iss"] = "sure-gateway";
        claims["aud"] = "sure-services";
        claims["client_id"] = "root";
        return
        [
            platform.Issuer.Issue(claims),
            .. platform.Issuer.Forgeries("root", "read write ingest admin")
                .Where(f => f.What is "alg none without a signature" or "HS256 by the public key as PEM" or "a key in the token" or "a stranger's key under none" or "ES256 of zeros" or "no alg").Select(f => f.Token),
            """{"sub":"root","scope":"read write ingest admin"}""",
            "root",
        ];
    }
}

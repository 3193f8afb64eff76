using System.Net;

namespace Sure.EndToEndTests.Attacks;

/// <summary>Tokens of an issuer the platform knows: good ones are somebody, everything else is nobody (API2).</summary>
public sealed class TokenAttackTests(RunningPlatform platform)
{
    private const string Guarded = "/api/v2/ledger/check";

    [Fact]
    public async Task A_good_token_does_what_its_scopes_say()
    {
        using var holder = platform.ClientFor(platform.Issuer.Issue("token-holder", "openid read write"));
        using var admin = platform.ClientFor(platform.Issuer.Issue("token-admin", "admin"));
        var quote = await holder.BindableQuoteAsync(Api.Quote("depeg", "Polygon", "LUSD", 150m, 30));

        var policy = await holder.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! });

        Assert.True(policy.Status is HttpStatusCode.Created, policy.ToString());
        Assert.Equal("token-holder", (string?)policy["holder"]);
        Assert.Equal(HttpStatusCode.Forbidden, (await holder.GetJsonAsync(Guarded)).Status);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetJsonAsync(Guarded)).Status);
    }

    [Fact]
    public async Task No_forged_token_is_anybody()
    {
        var tried = 0;
        foreach (var (what, token) in platform.Issuer.Forgeries("token-admin", "read write ingest admin"))
        {
            using var client = platform.ClientFor(token);
            foreach (var path in (string[])[Guarded, "/api/v2/policies", "/api/v2/admin/api-keys", "/api/v2/pool"])
            {
                // At what is public, too: whoever says who he is and is not is not let in as nobody.
                var answer = await client.GetJsonAsync(path);
                Assert.True(answer.Status is HttpStatusCode.Unauthorized, $"{what} at {path} → {answer}");
                Assert.Equal("Bearer", Assert.Single(answer.Response.Headers.WwwAuthenticate).Scheme);
            }

            var socket = Assert.Single(await Wire.ExchangeAsync(
                platform.Gateway,
                $"GET /ws?access_token={token} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ContinueWith(t => t.Result.Take(1), TaskScheduler.Default));
            Assert.True(socket.Status is 401, $"{what} at /ws → {socket}");
            tried++;
        }

        Assert.True(tried > 30, $"Only {tried} were tried.");
        Assert.Equal(0, platform.Issuer.StrangersKeysAsked);
    }
}

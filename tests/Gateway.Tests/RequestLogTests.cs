using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Sure.Gateway.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>Of a request there is one line, and in no line anything that a client must keep to itself.</summary>
public sealed class RequestLogTests(PostgresServer postgres)
{
    private const string InBody = "body-that-is-nobodys-business";
    private const string InQuery = "query-that-is-nobodys-business";
    private const string InPath = "path-that-is-nobodys-business";
    private const string InHeader = "header-that-is-nobodys-business";

    [Fact]
    public async Task Neither_keys_nor_tokens_nor_bodies_nor_queries_are_logged_or_traced()
    {
        var written = new WrittenLines();
        using var traced = new TracedTags();
        using var issuer = new TokenIssuer(FreePorts.One());
        // As talkative as configuration can make it.
        var settings = new Dictionary<string, string?>(issuer.Settings(), StringComparer.Ordinal)
        {
            ["Logging:LogLevel:Default"] = "Trace",
            ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "Trace",
        };
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), settings, logger: written);
        var key = await gateway.IssueKeyAsync("alice", [Scope.Admin, Scope.Write]);
        var stranger = key[..^6] + "AAAAAA";
        var token = issuer.Issue("bob", "write");
        var over = issuer.Forgeries("bob", "write").Single(f => f.What == "over").Token;
        foreach (var credential in (string[])[key, stranger, token, over])
        {
            foreach (var path in (string[])["/api/v2/policies", $"/api/v2/policies/{InPath}", "/api/v2/admin/api-keys", "/nothing"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}?x={InQuery}")
                {
                    Content = new StringContent($$"""{"secret":"{{InBody}}"}""", Encoding.UTF8, "application/json"),
                };
                request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {credential}");
                request.Headers.TryAddWithoutValidation("Idempotency-Key", InHeader);
                using var answer = await gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);
                Assert.NotEqual(HttpStatusCode.InternalServerError, answer.StatusCode);
            }
        }

        // What is answered is for whoever asked, too.
        using var made = await gateway.Public.SendAsync(Make(key), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var shown = JsonNode.Parse(await made.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        var newKey = (string)shown["key"]!;
        using var revoke = new HttpRequestMessage(HttpMethod.Delete, $"/api/v2/admin/api-keys/{shown["details"]!["key_id"]}");
        revoke.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        using var revoked = await gateway.Public.SendAsync(revoke, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);

        Assert.Contains("POST /api/v2/policies/{**rest} 200", written.Text, StringComparison.Ordinal);
        Assert.Contains("POST /api/v2/policies/{**rest} 401", written.Text, StringComparison.Ordinal);
        Assert.Contains("alice made a key for carol with the scopes read.", written.Text, StringComparison.Ordinal);
        Assert.Contains("alice revoked a key of carol.", written.Text, StringComparison.Ordinal);
        Assert.NotEmpty(traced.Text);
        foreach (var secret in (string[])[key[^43..], stranger[^43..], newKey[^43..], token.Split('.')[2], token.Split('.')[1], over.Split('.')[2], InBody, InQuery, InHeader])
        {
            Assert.DoesNotContain(secret, written.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(secret, traced.Text, StringComparison.Ordinal);
        }

        Assert.All(
            written.Text.Split('\n').Where(l => l.StartsWith("Sure.Gateway.Audit.RequestLog ", StringComparison.Ordinal) && !l.Contains(" scope ", StringComparison.Ordinal)),
            line => Assert.DoesNotContain(InPath, line, StringComparison.Ordinal));
    }

    private static HttpRequestMessage Make(string key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/admin/api-keys")
        {
            Content = new StringContent("""{"subject":"carol","scopes":["read"]}""", Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        return request;
    }
}

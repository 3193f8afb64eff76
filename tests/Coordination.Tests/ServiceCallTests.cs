using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>What only services may ask for, services get, and nobody else.</summary>
public sealed class ServiceCallTests(PostgresServer postgres)
{
    [Fact]
    public async Task Only_a_token_of_a_known_service_for_this_one_opens_what_is_internal()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        var good = TestIdentity.TokenFor("producer");
        (string? Token, HttpStatusCode Status)[] cases =
        [
            (good, HttpStatusCode.OK),
            (null, HttpStatusCode.Unauthorized),
            ("nonsense", HttpStatusCode.Unauthorized),
            (TestIdentity.TokenFor("quoteservice"), HttpStatusCode.Unauthorized),
            (TestIdentity.TokenFor("producer", caller: "stranger"), HttpStatusCode.Unauthorized),
            (TestIdentity.ForgedFor("producer"), HttpStatusCode.Unauthorized),
            (Unsigned(good), HttpStatusCode.Unauthorized),
        ];
        using var client = new HttpClient { BaseAddress = producer.Address };
        foreach (var (token, status) in cases)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/internal/events?after=0");
            if (token is not null)
            {
                request.Headers.Add("X-Sure-Service", token);
            }

            using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    /// <summary>Its instances are restarted one after the other: some sign with the old key yet, some with the new one already.</summary>
    [Fact]
    public async Task While_a_service_changes_its_key_it_is_believed_by_both()
    {
        await using var called = await TestService.StartAsync(
            "Coordination.Tests",
            new Dictionary<string, string?>
            {
                ["Identity:Name"] = "producer",
                ["Identity:Peers:riskservice"] = $"{TestIdentity.PublicKey} {TestIdentity.OtherPublicKey}",
                ["Identity:Peers:quoteservice"] = TestIdentity.PublicKey,
            },
            _ => { },
            app => app.MapGet("/internal/work", () => "done").RequireService());
        foreach (var (token, status) in new[]
        {
            (TestIdentity.TokenFor("producer", "riskservice"), HttpStatusCode.OK),
            (TestIdentity.ForgedFor("producer", "riskservice"), HttpStatusCode.OK),
            (TestIdentity.TokenFor("producer", "quoteservice"), HttpStatusCode.OK),
            // The new key of one is nobody else's.
            (TestIdentity.ForgedFor("producer", "quoteservice"), HttpStatusCode.Unauthorized),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/internal/work");
            request.Headers.Add("X-Sure-Service", token);
            using var answer = await called.Client.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(status, answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("{0}", true)]
    [InlineData("{0} {1}", true)]
    [InlineData("{0} {1} nonsense", false)]
    [InlineData("{0},{1}", false)]
    [InlineData(" ", false)]
    [InlineData("", false)]
    public void Every_key_of_a_service_must_be_one_and_there_must_be_one(string peer, bool isGood)
    {
        var options = new ServiceKeyOptions { Peers = { ["riskservice"] = string.Format(CultureInfo.InvariantCulture, peer, TestIdentity.PublicKey, TestIdentity.OtherPublicKey) } };

        var complaints = options.Validate(new ValidationContext(options)).ToList();

        Assert.Equal(isGood, complaints.Count == 0);
    }

    /// <summary>The same claims with the algorithm <c>none</c>.</summary>
    private static string Unsigned(string token) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{new JsonWebToken(token).EncodedPayload}.";
}

using System.Net;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
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

    /// <summary>The same claims with the algorithm <c>none</c>.</summary>
    private static string Unsigned(string token) =>
        $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{new JsonWebToken(token).EncodedPayload}.";
}

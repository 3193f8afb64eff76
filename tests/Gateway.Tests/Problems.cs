using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Sure.Gateway.Tests;

/// <summary>What every refusal has to be.</summary>
internal static class Problems
{
    public static async Task<JsonObject> AssertAsync(HttpResponseMessage response, HttpStatusCode status)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
        Assert.Equal((int)status, (int)problem!["status"]!);
        Assert.StartsWith("urn:sure:problem:", (string?)problem["type"], StringComparison.Ordinal);
        Assert.NotEmpty((string)problem["error"]!);
        Assert.NotEmpty((string)problem["trace_id"]!);
        return problem;
    }

    public static void AssertSafe(HttpResponseMessage response)
    {
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("DENY", Assert.Single(response.Headers.GetValues("X-Frame-Options")));
        Assert.False(response.Headers.Contains("Server"));
    }
}

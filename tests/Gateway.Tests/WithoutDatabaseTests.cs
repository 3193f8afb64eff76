using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Sure.Gateway.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>The gateway goes on without PostgreSQL.</summary>
public sealed class WithoutDatabaseTests : IAsyncDisposable
{
    private readonly PostgresServer _postgres = new();

    public ValueTask DisposeAsync() => _postgres.DisposeAsync();

    [Fact]
    public async Task Keys_it_knew_keep_working_and_others_have_to_wait()
    {
        await using var gateway = await GatewayHost.StartAsync(
            await _postgres.CreateDatabaseAsync(), new() { ["Keys:Fresh"] = "00:00:00.2", ["Keys:Usable"] = "00:00:20" });
        var known = await gateway.IssueKeyAsync();
        var other = await gateway.IssueKeyAsync("bob");
        using var before = await gateway.GetAsync("/api/v2/pool", known);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await _postgres.StopAsync();
        try
        {
            await Task.Delay(400, TestContext.Current.CancellationToken);

            using var anonymous = await gateway.GetAsync("/api/v2/pool");
            using var stale = await gateway.GetAsync("/api/v2/pool", known);
            using var unknown = await gateway.GetAsync("/api/v2/pool", other);
            using var nonsense = await gateway.GetAsync("/api/v2/pool", "nonsense");
            var wrongSecret = known[..^1] + (known[^1] == 'A' ? 'B' : 'A');
            using var wrong = await gateway.GetAsync("/api/v2/pool", wrongSecret);

            Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);
            Assert.Equal(HttpStatusCode.OK, stale.StatusCode);
            await Problems.AssertAsync(unknown, HttpStatusCode.ServiceUnavailable);
            Assert.NotNull(unknown.Headers.RetryAfter?.Delta);
            await Problems.AssertAsync(nonsense, HttpStatusCode.Unauthorized);
            await Problems.AssertAsync(wrong, HttpStatusCode.Unauthorized);

            var keys = await gateway.Internal.GetFromJsonAsync<JsonObject>(InternalToken.KeysPath, TestContext.Current.CancellationToken);
            Assert.NotEmpty(keys!["keys"]!.AsArray());
            var (status, health) = await HealthTests.AskAsync(gateway);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal("degraded", (string?)health["status"]);
            Assert.Equal("degraded", (string?)health["services"]!["gateway"]!["checks"]!["PostgreSql"]!["status"]);

            await Eventually.HoldsAsync(
                async () =>
                {
                    using var response = await gateway.GetAsync("/api/v2/pool", known);
                    return response.StatusCode is HttpStatusCode.ServiceUnavailable;
                },
                "even a known key has to wait");
        }
        finally
        {
            await _postgres.StartAsync();
        }

        await Eventually.HoldsAsync(
            async () =>
            {
                using var response = await gateway.GetAsync("/api/v2/pool", other);
                return response.StatusCode is HttpStatusCode.OK;
            },
            "keys are checked again");
    }

    [Fact]
    public async Task It_starts_without_and_catches_up()
    {
        var database = await _postgres.CreateDatabaseAsync();
        await _postgres.StopAsync();
        await using var gateway = await GatewayHost.StartAsync(database);
        try
        {
            using var open = await gateway.GetAsync("/api/v2/products");
            Assert.Equal(HttpStatusCode.OK, open.StatusCode);
            var (status, health) = await HealthTests.AskAsync(gateway);
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal("degraded", (string?)health["status"]);
            var keys = await gateway.Internal.GetFromJsonAsync<JsonObject>(InternalToken.KeysPath, TestContext.Current.CancellationToken);
            Assert.Single(keys!["keys"]!.AsArray());
        }
        finally
        {
            await _postgres.StartAsync();
        }

        using var response = await gateway.GetAsync("/api/v2/pool", await gateway.IssueKeyAsync());
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using Sure.Gateway.Health;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>The public <c>/health</c> is that of the platform.</summary>
public sealed class HealthTests(PostgresServer postgres, RedisServer redis)
{
    [Fact]
    public async Task A_platform_that_is_well_says_so_of_every_service()
    {
        await redis.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Platform:Data"] = "demonstration", ["ConnectionStrings:cache"] = redis.ConnectionString });
        await gateway.ReadyAsync();
        await gateway.ReachesRedisAsync();

        // Busy cores may hold a service up past the gateway's patience.
        var (status, health) = await TestServers.Eventually.HoldsAsync(
            () => AskAsync(gateway),
            asked => asked.Health["services"]!.AsObject().All(s => s.Key is "gateway" || IsHealthy(s.Value))
                && asked.Health["services"]!["gateway"]!["checks"]!.AsObject().All(c => c.Key is "RabbitMQ" || IsHealthy(c.Value)),
            "all but the broker is well",
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("gateway", (string?)health["service"]);
        Assert.Equal("demonstration", (string?)health["data"]);
        Assert.NotEmpty((string)health["version"]!);
        Assert.InRange((double)health["timestamp"]!, 1.7e9, 4e9);
        var services = health["services"]!.AsObject();
        Assert.Equal(GatewayHost.ServiceNames.Append("gateway").Order(StringComparer.Ordinal), services.Select(s => s.Key).Order(StringComparer.Ordinal));
        // Only the broker is away here.
        Assert.All(services.Where(s => s.Key != "gateway"), s => Assert.Equal("healthy", (string?)s.Value!["status"]));
        Assert.All(services["gateway"]!["checks"]!.AsObject().Where(c => c.Key != "RabbitMQ"), c => Assert.Equal("healthy", (string?)c.Value!["status"]));
        Assert.Equal("healthy", (string?)services["gateway"]!["checks"]!["PostgreSql"]!["status"]);
        Assert.Equal("healthy", (string?)services["gateway"]!["checks"]!["schema"]!["status"]);
    }

    /// <summary>Requests go on while PostgreSQL is away, but those of a build whose columns are not there yet go to the instances before it.</summary>
    [Fact]
    public async Task It_has_not_started_before_its_schema_is_there_although_it_goes_on_without()
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync());
        await using var other = new NpgsqlConnection(database.ConnectionString);
        await other.OpenAsync(TestContext.Current.CancellationToken);
        var later = $"{database.Database}_later";
        database.Database = later;
        await using var gateway = await GatewayHost.StartAsync(database.ConnectionString);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (await StatusAsync("/started"), await StatusAsync("/health")));
        await using (var command = new NpgsqlCommand($"CREATE DATABASE {later}", other))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await gateway.ReadyAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/started"));

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var answer = await gateway.Internal.GetAsync(path, TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_service_that_is_away_or_ailing_degrades_it()
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["services:riskservice:http:0"] = FailureTests.Nobody() });
        await gateway.ReadyAsync();
        gateway.Fakes["bridgeservice"].HealthStatus = 503;
        gateway.Fakes["bridgeservice"].Health =
            """{"status":"unhealthy","service":"bridgeservice","version":"1","checks":{"RabbitMQ":{"status":"unhealthy","description":"amqp://secret@host"}},"timestamp":1}""";
        gateway.Fakes["quoteservice"].Health = "not JSON";

        var (status, health) = await AskAsync(gateway);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("degraded", (string?)health["status"]);
        Assert.Equal("live", (string?)health["data"]);
        Assert.Equal("unhealthy", (string?)health["services"]!["riskservice"]!["status"]);
        Assert.Equal("unhealthy", (string?)health["services"]!["quoteservice"]!["status"]);
        Assert.Equal("unhealthy", (string?)health["services"]!["bridgeservice"]!["checks"]!["RabbitMQ"]!["status"]);
        Assert.DoesNotContain("secret", health.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_unhealthy_when_nobody_answers()
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), GatewayHost.ServiceNames.ToDictionary(n => $"services:{n}:http:0", string? (_) => FailureTests.Nobody()));
        await gateway.ReadyAsync();

        var (status, health) = await AskAsync(gateway);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Equal("unhealthy", (string?)health["status"]);
    }

    [Fact]
    public async Task However_many_ask_the_services_are_asked_once()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => gateway.GetAsync("/health")));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.InRange(gateway.Fakes["quoteservice"].HealthQuestions, 1, 5);
    }

    [Fact]
    public async Task It_can_only_be_read()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());

        using var response = await gateway.Public.PostAsync("/health", content: null, TestContext.Current.CancellationToken);

        await Problems.AssertAsync(response, HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public void A_service_works_as_long_as_one_instance_does()
    {
        var well = new ServiceState(HealthStatus.Healthy, new Dictionary<string, CheckState> { ["a"] = new(HealthStatus.Healthy) });
        var ailing = new ServiceState(HealthStatus.Degraded, new Dictionary<string, CheckState> { ["a"] = new(HealthStatus.Degraded) });

        Assert.Equal(HealthStatus.Healthy, ServiceState.Of([well, well]).Status);
        Assert.Equal(HealthStatus.Degraded, ServiceState.Of([well, ailing]).Status);
        Assert.Equal(HealthStatus.Degraded, ServiceState.Of([well, ailing]).Checks["a"].Status);
        Assert.Equal(HealthStatus.Degraded, ServiceState.Of([well, ServiceState.Away]).Status);
        Assert.Equal(HealthStatus.Unhealthy, ServiceState.Of([ServiceState.Away, ServiceState.Away]).Status);
        Assert.Equal(HealthStatus.Unhealthy, ServiceState.Of([]).Status);
    }

    private static bool IsHealthy(JsonNode? state) => (string?)state?["status"] == "healthy";

    internal static async Task<(HttpStatusCode Status, JsonObject Health)> AskAsync(GatewayHost gateway)
    {
        using var response = await gateway.GetAsync("/health");
        Problems.AssertSafe(response);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!);
    }
}

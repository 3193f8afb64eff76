using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests;

/// <summary>Whatever is killed comes back by itself, and <c>/health</c> says meanwhile what is wrong.</summary>
public sealed class FaultTests(RunningPlatform platform)
{
    private const int Attempts = 3;

    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Healed = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("quoteservice")]
    [InlineData("riskservice")]
    [InlineData("bridgeservice")]
    [InlineData("utilizationservice")]
    [InlineData("realtimeservice")]
    [InlineData("cache")]
    [InlineData("messaging")]
    [InlineData("postgres")]
    public async Task What_is_killed_is_named_by_health_and_comes_back(string resource)
    {
        for (var attempt = 1; !await IsNamedWhenKilledAsync(resource, isLast: attempt == Attempts); attempt++)
        {
            // It was back before anybody had looked.
        }

        await AwaitHealthyAsync();
        await SellsAsync();
    }

    [Fact]
    public async Task A_killed_gateway_comes_back_on_its_port()
    {
        await AwaitHealthyAsync();
        foreach (var pid in platform.ProcessIdsOf("gateway"))
        {
            using var kill = Process.Start("kill", ["-9", $"{pid}"]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await AwaitHealthyAsync();
        await SellsAsync();
    }

    [Fact]
    public async Task A_gateway_that_is_asked_to_stop_sends_its_clients_away()
    {
        await AwaitHealthyAsync();
        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await client.NextOfTypeAsync("welcome");
        foreach (var pid in platform.ProcessIdsOf("gateway"))
        {
            using var kill = Process.Start("kill", ["-TERM", $"{pid}"]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.NextOfTypeAsync("anything"));

        Assert.Equal(1012, (int?)client.CloseStatus);
        await AwaitHealthyAsync();
        await SellsAsync();
    }

    /// <summary>Kills it while all is well; whether <c>/health</c> then said so. The last time it has to.</summary>
    private async Task<bool> IsNamedWhenKilledAsync(string resource, bool isLast)
    {
        await AwaitHealthyAsync();
        var pids = platform.ProcessIdsOf(resource);
        Assert.NotEmpty(pids);
        foreach (var pid in pids)
        {
            using var kill = Process.Start("kill", ["-9", $"{pid}"]);
            await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        try
        {
            await Eventually.HoldsAsync(
                platform.HealthAsync, h => (string?)h["status"] != "healthy" && Ailing(h).Contains(CheckOf(resource)), Noticed, $"/health names {resource}");
            return true;
        }
        catch (TimeoutException) when (!isLast)
        {
            return false;
        }
    }

    /// <summary>The name under which <c>/health</c> lists a resource: a service by its own, a server by that of its check.</summary>
    private static string CheckOf(string resource) => resource switch
    {
        "cache" => "StackExchange.Redis",
        "messaging" => "RabbitMQ",
        "postgres" => "PostgreSql",
        _ => resource,
    };

    /// <summary>The services that are not well, and the checks that fail in any of them.</summary>
    private static HashSet<string> Ailing(JsonObject health)
    {
        var ailing = new HashSet<string>();
        foreach (var (service, state) in health["services"]!.AsObject().Where(s => !IsHealthy(s.Value)))
        {
            ailing.Add(service);
            ailing.UnionWith(state!["checks"]?.AsObject().Where(c => !IsHealthy(c.Value)).Select(c => c.Key) ?? []);
        }

        return ailing;
    }

    private static bool IsHealthy(JsonNode? state) => (string?)state?["status"] == "healthy";

    private Task<JsonObject> AwaitHealthyAsync() =>
        Eventually.HoldsAsync(platform.HealthAsync, h => (string?)h["status"] == "healthy", Healed, $"the platform is healthy;{Environment.NewLine}{platform.Output[^Math.Min(4000, platform.Output.Length)..]}");

    /// <summary>A policy can be bought, and every part of the platform learns of it.</summary>
    private async Task SellsAsync()
    {
        var policy = await Eventually.HoldsAsync(
            async () =>
            {
                var quote = await platform.Anonymous.PostJsonAsync("/api/v2/quote/multi-dimensional", Api.Quote("depeg", "Arbitrum", "LUSD", 100m, 30));
                return quote.Status == HttpStatusCode.OK
                    ? await platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = (string)quote["quote_id"]! })
                    : quote;
            },
            answer => answer.Status == HttpStatusCode.Created,
            Healed,
            "a policy can be bought");
        Assert.Equal(100m, (decimal)policy["coverage_amount"]);

        var sold = (decimal)(await platform.Anonymous.GetJsonAsync("/api/v2/pool"))["coverage_sold_usd"];
        await Eventually.HoldsAsync(
            () => platform.Anonymous.GetJsonAsync("/api/v2/risk/exposure"),
            e => e.Status == HttpStatusCode.OK && e["by_chain"].AsArray().Sum(c => (decimal)c!["exposure_usd"]!) == sold,
            Healed,
            "exposure is what was sold");

        await using var client = await LiveClient.ConnectAsync(platform.Gateway);
        await client.SendAsync(new { action = "subscribe", channel = "tranche_apy" });
        await client.NextAsync(m => (string?)m["type"] == "apy_update" && m["snapshot"] is null, "live message", Healed);
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>What must be true when all is over, whatever has happened.</summary>
internal static class Invariants
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    public static async Task HoldAsync(DoubledPlatform platform, MixedLoad load, IReadOnlyList<Follower> followers)
    {
        var policies = await ListAsync(platform, "/api/v2/policies", "policy_id");
        await PoliciesAreThoseAcknowledgedAsync(platform, load, policies);
        await CapitalIsThatAcknowledgedAsync(platform, load);
        await ExposureIsThePoliciesAsync(platform, policies);
        await EventsWereTakenOnceAsync(platform, policies.Count);
        await ClientsSawEveryOffsetAsync(platform, followers);
    }

    /// <summary>No sale that was acknowledged is lost, and none was made twice or without an order.</summary>
    private static async Task PoliciesAreThoseAcknowledgedAsync(DoubledPlatform platform, MixedLoad load, IReadOnlyList<JsonNode> policies)
    {
        Assert.NotEmpty(policies);
        Assert.Equal(
            load.Policies.OrderBy(p => p.Key, StringComparer.Ordinal),
            policies.Select(p => KeyValuePair.Create((string)p["policy_id"]!, (string)p["quote_id"]!)).OrderBy(p => p.Key, StringComparer.Ordinal));
        var pool = await platform.Running.Anonymous.GetJsonAsync("/api/v2/pool");
        Assert.Equal((policies.Count, policies.Count * MixedLoad.CoverUsd), ((int)pool["active_policies"], (decimal)pool["coverage_sold_usd"]));
    }

    /// <summary>The journal agrees with every balance, and has exactly the movements that were acknowledged.</summary>
    private static async Task CapitalIsThatAcknowledgedAsync(DoubledPlatform platform, MixedLoad load)
    {
        var check = await platform.Running.Operator.GetJsonAsync("/api/v2/ledger/check");
        Assert.True(check.Status is HttpStatusCode.OK && (bool)check["agrees"], check.ToString());

        var moved = (await ListAsync(platform, "/api/v2/ledger/entries", "entry_id")).Where(e => (string)e["kind"]! is "deposit" or "withdrawal").Select(e => (string)e["entry_id"]!).ToHashSet();
        Assert.Superset(load.Movements.Keys.ToHashSet(), moved);
        Assert.Equal(load.Movements.Count + TheCapital.Deposits, moved.Count);
        foreach (var account in load.Movements.Values.GroupBy(m => m.Account))
        {
            var holdings = await platform.Running.Operator.GetJsonAsync($"/api/v2/vault/accounts/{account.Key}");
            Assert.Equal(account.Sum(m => m.Shares), holdings["tranches"].AsArray().Sum(t => decimal.Parse((string)t!["shares"]!, CultureInfo.InvariantCulture)));
        }
    }

    /// <summary>RiskService has taken every sale once.</summary>
    private static async Task ExposureIsThePoliciesAsync(DoubledPlatform platform, IReadOnlyList<JsonNode> policies)
    {
        var byChain = SumBy(policies, "chain");
        var byCoin = SumBy(policies, "stablecoin");
        await Eventually.HoldsAsync(
            () => platform.Running.Anonymous.GetJsonAsync("/api/v2/risk/exposure"),
            e => e.Status is HttpStatusCode.OK && (int)e["total_policies"] == policies.Count && Exposure(e, "chain") == byChain && Exposure(e, "stablecoin") == byCoin,
            Soon,
            $"exposure is that of the {policies.Count} policies: {byChain}; {byCoin}");

        static string SumBy(IReadOnlyList<JsonNode> policies, string field) =>
            Text(policies.GroupBy(p => (string)p[field]!).Select(g => (g.Key, g.Sum(p => (decimal)p["coverage_amount"]!))));

        static string Exposure(Answer exposure, string field) =>
            Text(exposure[$"by_{field}"].AsArray().Select(e => ((string)e![field]!, (decimal)e["exposure_usd"]!)));

        static string Text(IEnumerable<(string Of, decimal Usd)> sums) => string.Join(", ", sums.Where(s => s.Usd != 0).OrderBy(s => s.Of).Select(s => $"{s.Of} {s.Usd:0.00}"));
    }

    /// <summary>
    /// Events are numbered without gaps, each once, and all consumers have come to the end; QuoteService has counted every sale once.
    /// What no API tells is looked up in the database.
    /// </summary>
    private static async Task EventsWereTakenOnceAsync(DoubledPlatform platform, int sold)
    {
        await using var database = await platform.OpenDatabaseAsync();
        foreach (var producer in new[] { "bridgeservice", "riskservice", "utilizationservice" })
        {
            await using var gaps = new NpgsqlCommand(
                $"SELECT count(*) FROM (SELECT sequence - lag(sequence) OVER (ORDER BY sequence) AS step FROM {producer}.outbox WHERE sequence IS NOT NULL) AS steps WHERE step <> 1", database);
            Assert.Equal(0L, await gaps.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        }

        // Events go on: a consumer that is not far behind what was numbered before it was asked keeps up.
        foreach (var (consumer, producer) in new[]
        {
            ("riskservice", "utilizationservice"), ("riskservice", "bridgeservice"), ("quoteservice", "utilizationservice"), ("quoteservice", "riskservice"),
            ("quoteservice", "bridgeservice"), ("utilizationservice", "bridgeservice"), ("utilizationservice", "riskservice"), ("gateway", "utilizationservice"),
        })
        {
            var numbered = await NumberAsync(database, $"SELECT numbered FROM {producer}.outbox_state");
            Assert.True(numbered > 0, producer);
            await Eventually.HoldsAsync(
                () => NumberAsync(database, $"SELECT sequence FROM {consumer}.intake WHERE producer = '{producer}'"),
                taken => taken >= numbered, Soon, $"{consumer} has taken event {numbered} of {producer}");
        }

        await Eventually.HoldsAsync(
            () => platform.Running.Operator.GetJsonAsync("/api/v2/analytics/conversion"),
            c => c.Status is HttpStatusCode.OK && c["points"].AsArray().Sum(p => (long)p!["policies"]!) == sold,
            Soon,
            $"QuoteService has counted {sold} policies");
    }

    /// <summary>Every client has come to the end of every channel; that it missed and repeated nothing it has watched itself.</summary>
    private static async Task ClientsSawEveryOffsetAsync(DoubledPlatform platform, IReadOnlyList<Follower> followers)
    {
        await using var client = await LiveClient.ConnectAsync(platform.Running.Gateway);
        foreach (var channel in Follower.Channels)
        {
            await client.SendAsync(new { action = "subscribe", channel });
            var head = await client.NextAsync(m => (string?)m["type"] == "subscribed" && (string?)m["channel"] == channel, $"subscribed to {channel}");
            await Eventually.HoldsAsync(
                () => Task.FromResult(string.Join(", ", followers.Select(f => f.Positions[channel]))),
                _ => followers.All(f => f.Positions[channel].Offset >= (long)head["offset"]! && f.Positions[channel].Epoch == (string)head["epoch"]!),
                Soon,
                $"all clients have come to {head.ToJsonString()}");
        }
    }

    private static async Task<long> NumberAsync(NpgsqlConnection database, string sql)
    {
        await using var command = new NpgsqlCommand(sql, database);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken) is long number ? number : 0;
    }

    /// <summary>All pages of a list, none of it twice.</summary>
    private static async Task<IReadOnlyList<JsonNode>> ListAsync(DoubledPlatform platform, string path, string id)
    {
        var listed = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await platform.Running.Operator.GetJsonAsync($"{path}?limit=200{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.True(page.Status is HttpStatusCode.OK, page.ToString());
            listed.AddRange(page["items"].AsArray().Select(p => p!));
            cursor = (string?)page.Body!["next_cursor"];
        }
        while (cursor is not null);

        Assert.Equal(listed.Count, listed.Select(l => (string)l[id]!).Distinct().Count());
        return listed;
    }
}

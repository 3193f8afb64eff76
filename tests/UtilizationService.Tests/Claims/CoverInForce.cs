using System.Net;
using System.Text.Json.Nodes;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>A service with a filled pool, in which cover is bought and something happens to it.</summary>
public abstract class CoverInForce(PostgresServer postgres) : IAsyncLifetime
{
    private protected static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    private protected MovableClock Clock { get; } = new();

    private protected UtilizationHost Host { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Host = await UtilizationHost.StartAsync(postgres, Clock);
        await Host.FillAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Another instance on the same database.</summary>
    private protected Task<UtilizationHost> StartAnotherAsync() => Host.StartAnotherAsync(postgres);

    private protected async Task<string> BindAsync(decimal coverageUsd, Product product, int days = 90)
    {
        var answer = await UtilizationHost.BindAsync(Host.Alice, Host.Quote(coverageUsd, product, days: days));
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToString());
        return (string)answer["policy_id"]!;
    }

    private protected async Task PriceAsync(Stablecoin coin, params decimal[] ratios)
    {
        Clock.Advance(TimeSpan.FromSeconds(1));
        Host.Tell(Host.Price(coin, ratios));
        await Host.KnownAsync();
    }

    /// <summary>A point every ten minutes, from now to <paramref name="span"/> from now.</summary>
    private protected async Task PriceForAsync(Stablecoin coin, TimeSpan span, decimal ratio)
    {
        var step = TimeSpan.FromMinutes(10);
        Clock.Advance(TimeSpan.FromSeconds(1));
        for (var told = TimeSpan.Zero; told <= span; told += step)
        {
            Host.Tell(Host.Price(coin, ratio));
            Clock.Advance(step);
        }

        await Host.KnownAsync();
    }

    private protected static Task<Answer> FileAsync(UtilizationHost host, string policy) =>
        UtilizationHost.PostAsync(host.Alice, "/api/v2/claims", new { policy_id = policy });

    /// <summary>Files as soon as what was told is known.</summary>
    private protected async Task<Answer> EventuallyFiledAsync(string policy, string status)
    {
        await Host.KnownAsync();
        var filed = await FileAsync(Host, policy);
        Assert.Equal((HttpStatusCode.Created, status), (filed.Status, (string?)filed["status"]));
        return filed;
    }

    private protected Task<Answer> ClaimAsync(Answer claim) => UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}");

    private protected async Task<JsonNode> PaidAsync(string policy)
    {
        await UtilizationHost.EventuallyAsync(
            async () => (await ClaimsAsync(policy)).Any(c => (string?)c["status"] is "paid" or "partially_paid"), "the claim to be paid");
        return (await ClaimsAsync(policy)).First(c => (string?)c["status"] is "paid" or "partially_paid");
    }

    private protected Task ExpiredAsync(string policy) => UtilizationHost.EventuallyAsync(
        async () => (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}"))["status"] == "expired", "the policy to expire");

    private protected async Task<IReadOnlyList<JsonNode>> ClaimsAsync(string policy) =>
        [.. (await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims?policy_id={policy}"))["items"].AsArray().OfType<JsonNode>()];

    /// <summary>Waits until the watch has judged every point that is known.</summary>
    private protected async Task JudgedAsync()
    {
        await Host.KnownAsync();
        await UtilizationHost.EventuallyAsync(
            async () => (await ColumnAsync("SELECT stablecoin FROM peg LEFT JOIN watch_position w USING (stablecoin) WHERE coalesce(w.judged_point, 0) < (SELECT max(point_id) FROM consensus_point c WHERE c.stablecoin = peg.stablecoin)")).Count == 0,
            "every point to be judged");
    }

    private protected async Task LedgerAgreesAsync() =>
        Assert.True((bool)(await UtilizationHost.GetAsync(Host.Operator, "/api/v2/ledger/check"))["agrees"]);

    /// <summary>All points of the analytics of claims added up, over the last ten days of the clock.</summary>
    private protected async Task<string> StatisticsAsync(string query)
    {
        var from = Clock.GetUtcNow().AddDays(-10).ToUnixTimeSeconds();
        var points = (await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/analytics/claims?from={from}&{query}"))["points"].AsArray();
        decimal Sum(string field) => points.Sum(p => (decimal)p![field]!);
        return $"{Sum("filed")} filed, {Sum("refused")} refused, {Sum("triggered")} triggered, {Sum("payout_usd")} owed, {Sum("shortfall_usd")} short, {Sum("paid")} paid with {Sum("paid_usd")}";
    }

    private protected async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Host.Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private protected async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var command = Host.Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}

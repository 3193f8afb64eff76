using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests;

/// <summary>Nothing acknowledged is lost and nothing is done twice while buyers go on and what serves them is killed.</summary>
public sealed class KilledSalesTests(RunningPlatform shared) : IAsyncLifetime
{
    private const int Policies = 2_000;
    private const int Connections = 16;
    private const decimal CoverUsd = 100m;

    private static readonly TimeSpan SalesLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Healed = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(250);

    /// <summary>What is killed, and after how many sales.</summary>
    private static readonly (int Sold, string Resource)[] Kills =
    [
        (200, "utilizationservice"),
        (500, "utilizationservice"),
        (800, "utilizationservice"),
        (1_000, "messaging"),
        (1_100, "utilizationservice"),
        (1_500, "utilizationservice"),
    ];

    /// <summary>Spread over chains and coins, so that no limit of the pool is near.</summary>
    private static readonly (string Chain, string Coin)[] Products =
    [
        .. from chain in new[] { "Ethereum", "Arbitrum", "Base", "Optimism", "Polygon", "TON" }
           from coin in new[] { "USDC", "USDT", "DAI", "FRAX", "PYUSD", "GHO", "LUSD", "crvUSD" }
           select (chain, coin),
    ];

    /// <summary>Sales are what is looked at; news of the market every second would only take the cores from them.</summary>
    private readonly RunningPlatform _platform = new(
        ["--empty"], new Dictionary<string, string> { ["Monitoring__BridgeInterval"] = "00:00:05", ["Monitoring__RiskInterval"] = "00:00:05" });
    private readonly ConcurrentDictionary<string, string> _bound = new();

    public async ValueTask InitializeAsync()
    {
        await shared.EndAsync();
        await _platform.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _platform.DisposeAsync();

    [Fact]
    public async Task Every_sale_that_was_acknowledged_is_there_once_whatever_is_killed_meanwhile()
    {
        await FillAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(SalesLimit);

        var buyers = Parallel.ForEachAsync(
            Enumerable.Range(0, Policies),
            new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = limit.Token },
            async (number, token) => await BuyAsync(number, token));
        await KillAsync(buyers);
        await buyers;

        Assert.Equal(Policies, _bound.Count);
        await AssertEachCanBeReadAsync();
        var listed = await ListAsync();
        Assert.Equal(_bound.OrderBy(b => b.Key), listed.Select(p => KeyValuePair.Create((string)p["policy_id"]!, (string)p["quote_id"]!)).OrderBy(b => b.Key));
        Assert.Equal(Policies, listed.Select(p => (string)p["quote_id"]!).Distinct().Count());

        await Eventually.HoldsAsync(
            () => _platform.Anonymous.GetJsonAsync("/api/v2/pool"),
            p => ((decimal)p["coverage_sold_usd"], (int)p["active_policies"]) == (Policies * CoverUsd, Policies),
            Healed,
            "the pool covers what was sold");
        var byChain = listed.GroupBy(p => (string)p["chain"]!).ToDictionary(g => g.Key, g => g.Sum(p => (decimal)p["coverage_amount"]!));
        await Eventually.HoldsAsync(
            () => _platform.Anonymous.GetJsonAsync("/api/v2/risk/exposure"),
            e => (int)e["total_policies"] == Policies
                && e["by_chain"].AsArray().ToDictionary(c => (string)c!["chain"]!, c => (decimal)c!["exposure_usd"]!).OrderBy(c => c.Key).SequenceEqual(byChain.OrderBy(c => c.Key)),
            Healed,
            $"exposure is what was sold: {string.Join(", ", byChain)}");
        var check = await _platform.Operator.GetJsonAsync("/api/v2/ledger/check");
        Assert.True((bool)check["agrees"], check.ToString());
    }

    private async Task FillAsync()
    {
        foreach (var (tranche, share) in new[] { ("SURE_BTC", .25m), ("SURE_SNR", .20m), ("SURE_MEZZ", .18m), ("SURE_JNR", .15m), ("SURE_JNR_PLUS", .12m), ("SURE_EQT", .10m) })
        {
            var deposit = await _platform.Operator.PostJsonAsync("/api/v2/vault/deposit", new { tranche_id = tranche, amount_usd = 10_000_000m * share });
            Assert.True(deposit.Status == HttpStatusCode.Created, deposit.ToString());
        }
    }

    /// <summary>A good client: asks until it has an answer, with the same key as long as it is the same order.</summary>
    private async Task BuyAsync(int number, CancellationToken cancellationToken)
    {
        // Where a coin is not sold, because its price is not known yet or is off its peg, another one is bought.
        for (var attempt = 0; ; attempt++)
        {
            var (chain, coin) = Products[(number + attempt) % Products.Length];
            var quote = await AnswerAsync(
                () => _platform.Operator.PostJsonAsync("/api/v2/quote/multi-dimensional", Api.Quote("depeg", chain, coin, CoverUsd, 30)), cancellationToken);
            Assert.True(quote.Status == HttpStatusCode.OK, quote.ToString());
            var quoteId = (string)quote["quote_id"]!;
            var key = $"order-{number.ToString(CultureInfo.InvariantCulture)}-{attempt.ToString(CultureInfo.InvariantCulture)}";
            var policy = await AnswerAsync(() => _platform.Operator.PostJsonAsync("/api/v2/policies", new { quote_id = quoteId }, key), cancellationToken);
            if (policy.Status == HttpStatusCode.Created)
            {
                Assert.Equal(quoteId, (string?)policy["quote_id"]);
                Assert.True(_bound.TryAdd((string)policy["policy_id"]!, quoteId), $"{policy["policy_id"]} was sold twice.");
                return;
            }

            Assert.True(policy.Status == HttpStatusCode.UnprocessableEntity, policy.ToString());
            Assert.True(
                policy.Body!["checks"] is JsonArray checks ? checks.All(c => (string?)c!["check"] == "known_event") : IsNotBindable(policy), policy.ToString());
            await PauseAsync(cancellationToken);
        }
    }

    /// <summary>A quote that could not be stored is for information only.</summary>
    private static bool IsNotBindable(Answer refused) => ((string?)refused["type"])?.EndsWith("not-bindable", StringComparison.Ordinal) is true;

    private static async Task<Answer> AnswerAsync(Func<Task<Answer>> ask, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var answer = await ask();
                if (answer.Status < HttpStatusCode.InternalServerError)
                {
                    return answer;
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or TaskCanceledException { InnerException: TimeoutException })
            {
                // Whether it was done is not known; asked again with the same key it is done once.
            }

            await PauseAsync(cancellationToken);
        }
    }

    private static Task PauseAsync(CancellationToken cancellationToken) => Task.Delay(RetryPause, TimeProvider.System, cancellationToken);

    private async Task KillAsync(Task buyers)
    {
        var killed = new HashSet<int>();
        foreach (var (sold, resource) in Kills)
        {
            var pids = await Eventually.HoldsAsync(
                () => Task.FromResult(_platform.ProcessIdsOf(resource)),
                running => buyers.IsCompleted || (_bound.Count >= sold && running.Count > 0 && !running.Any(killed.Contains)),
                SalesLimit,
                $"{sold} policies are sold and {resource} runs");
            if (buyers.IsCompleted)
            {
                await buyers;
                Assert.Fail($"All was sold before {resource} was killed at {sold}.");
            }

            foreach (var pid in pids)
            {
                using var kill = Process.Start("kill", ["-9", $"{pid}"]);
                await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
                Assert.Equal(0, kill.ExitCode);
                killed.Add(pid);
            }
        }
    }

    private async Task AssertEachCanBeReadAsync() => await Parallel.ForEachAsync(
        _bound,
        new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = TestContext.Current.CancellationToken },
        async (sale, _) =>
        {
            var policy = await _platform.Operator.GetJsonAsync($"/api/v2/policies/{sale.Key}");
            Assert.True(policy.Status == HttpStatusCode.OK, policy.ToString());
            Assert.Equal((sale.Value, CoverUsd), ((string?)policy["quote_id"], (decimal)policy["coverage_amount"]));
        });

    private async Task<IReadOnlyList<JsonNode>> ListAsync()
    {
        var listed = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var page = await _platform.Operator.GetJsonAsync($"/api/v2/policies?limit=200{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.True(page.Status == HttpStatusCode.OK, page.ToString());
            listed.AddRange(page["items"].AsArray().Select(p => p!));
            cursor = (string?)page.Body!["next_cursor"];
        }
        while (cursor is not null);

        return listed;
    }
}

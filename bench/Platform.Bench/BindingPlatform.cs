using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Bench;

/// <summary>What binding needs, each in a process of its own: PostgreSQL, Redis, RabbitMQ, BridgeService with the simulated market, QuoteService and UtilizationService.</summary>
internal sealed class BindingPlatform : IAsyncDisposable
{
    /// <summary>QuoteService takes so many at once.</summary>
    private const int LargestBatch = 560;

    private readonly RedisServer _redis = new();
    private readonly RabbitMqServer _rabbit = new();
    private readonly List<ServiceProcess> _services = [];
    private readonly PostgresServer _postgres;
    private readonly HttpClient _quotes;
    private readonly HttpClient _utilization;
    private TestGateway? _gateway;

    private BindingPlatform(PostgresServer postgres, int connections)
    {
        _postgres = postgres;
        _quotes = new HttpClient { BaseAddress = FreePorts.Address() };
        _utilization = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { BaseAddress = FreePorts.Address() };
    }

    public IReadOnlyList<ServiceProcess> Services => _services;

    public static async Task<BindingPlatform> StartAsync(PostgresServer postgres, int connections)
    {
        var platform = new BindingPlatform(postgres, connections);
        try
        {
            await platform.BeginAsync();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>Quotes of 100 USD, spread over coins and chains so that no limit is near.</summary>
    public async Task<IReadOnlyList<Guid>> QuoteAsync(int count)
    {
        string[] chains = ["Ethereum", "Arbitrum", "Base", "Optimism", "Polygon"];
        string[] coins = ["USDC", "USDT", "DAI", "FRAX", "PYUSD", "GHO", "LUSD", "crvUSD"];
        var requests = Enumerable.Range(0, count).Select(i => new
        {
            coverage_type = "depeg",
            chain = chains[i % chains.Length],
            stablecoin = coins[i / chains.Length % coins.Length],
            coverage_amount = 100,
            duration_days = 90,
        });
        var ids = new List<Guid>(count);
        foreach (var batch in requests.Chunk(LargestBatch))
        {
            using var answer = await _quotes.PostAsJsonAsync("/api/v2/quote/batch", new { quotes = batch });
            var results = JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!["results"]!.AsArray();
            ids.AddRange(results.Select(r => (bool)r!["quote"]!["bindable"]! ? (Guid)r["quote"]!["quote_id"]! : throw new InvalidOperationException($"{r}")));
        }

        return ids;
    }

    /// <summary>Vouches for a buyer for the next minute.</summary>
    public string Token() => _gateway!.TokenOf("bench", [Scope.Read, Scope.Write, Scope.Admin]);

    /// <summary>Binds one quote as a good client does, with a key of its own.</summary>
    public async Task<HttpStatusCode> BindAsync(Guid quoteId, string token)
    {
        using var answer = await PostAsync("/api/v2/policies", new { quote_id = quoteId }, token, $"{quoteId}");
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in Enumerable.Reverse(_services))
        {
            await service.DisposeAsync();
        }

        _quotes.Dispose();
        _utilization.Dispose();
        await (_gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _rabbit.DisposeAsync();
        await _redis.DisposeAsync();
    }

    private async Task BeginAsync()
    {
        await _redis.StartAsync();
        await _rabbit.StartAsync();
        _gateway = await TestGateway.StartAsync();
        var bridges = FreePorts.Address();
        await StartAsync("BridgeService", bridges, bridges);
        await StartAsync("QuoteService", _quotes.BaseAddress!, bridges);
        await StartAsync("UtilizationService", _utilization.BaseAddress!, bridges);
        await FillAsync();
    }

    private async Task StartAsync(string name, Uri address, Uri bridges) => _services.Add(await ServiceProcess.StartAsync(
        name,
        address,
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // A database of its own stands for the schema and role of its own.
            ["ConnectionStrings__platform"] = Databases.Plain(await _postgres.CreateDatabaseAsync()),
            ["ConnectionStrings__cache"] = _redis.ConnectionString,
            ["ConnectionStrings__messaging"] = _rabbit.ConnectionString,
            ["services__gateway__http__0"] = _gateway!.Address,
            ["services__bridgeservice__http__0"] = bridges.GetLeftPart(UriPartial.Authority),
            ["services__quoteservice__http__0"] = _quotes.BaseAddress!.GetLeftPart(UriPartial.Authority),
            ["services__utilizationservice__http__0"] = _utilization.BaseAddress!.GetLeftPart(UriPartial.Authority),
            // Nobody listens there: no snapshot of risk, as at a first start.
            ["services__riskservice__http__0"] = "http://127.0.0.1:1",
            ["Market__Source"] = "simulated",
            ["Monitoring__BridgeInterval"] = "00:00:10",
        }));

    /// <summary>10 m in the loss shares; then a first sale, as soon as prices are known.</summary>
    private async Task FillAsync()
    {
        var token = Token();
        foreach (var (tranche, share) in new[] { ("SURE_BTC", .25m), ("SURE_SNR", .20m), ("SURE_MEZZ", .18m), ("SURE_JNR", .15m), ("SURE_JNR_PLUS", .12m), ("SURE_EQT", .10m) })
        {
            using var answer = await PostAsync("/api/v2/vault/deposit", new { tranche_id = tranche, amount_usd = 10_000_000m * share }, token);
            answer.EnsureSuccessStatusCode();
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (await BindAsync((await QuoteAsync(1))[0], token) is not HttpStatusCode.Created)
        {
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private Task<HttpResponseMessage> PostAsync(string path, object body, string token, string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body)) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add(InternalToken.Header, token);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        return _utilization.SendAsync(request);
    }
}

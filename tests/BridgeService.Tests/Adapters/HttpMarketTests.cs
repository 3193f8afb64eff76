using System.Net.Http.Json;
using System.Text.Json;
using Sure.BridgeService.Adapters.Evm;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>The service as it runs, on a database, with upstreams on this machine: what they say is what it answers, and it says so.</summary>
public sealed class HttpMarketTests : IAsyncLifetime
{
    private const string Feed = "0x8fffffd4afb6115b954bd326cbe7b4ba576818f6";
    private const string Token = "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48";
    private const string Holder = "0x00000000000000000000000000000000000000b1";

    private static readonly string PythId = new('a', 64);

    private readonly PostgresServer _postgres = new();
    private readonly List<RpcNode> _nodes = [];
    private UpstreamServer _prices = null!;
    private UpstreamServer _silent = null!;
    private TestService _service = null!;

    public async ValueTask InitializeAsync()
    {
        await _postgres.StartAsync();
        _silent = await UpstreamServer.StartAsync(UpstreamServer.Silence);
        _prices = await UpstreamServer.StartAsync(context =>
        {
            var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
            return UpstreamServer.Json(context.Request.Path.StartsWithSegments("/simple/price", StringComparison.Ordinal)
                ? $$$"""{"usd-coin":{"usd":0.88,"last_updated_at":{{{now}}}}}"""
                : $$$"""{"parsed":[{"id":"{{{PythId}}}","price":{"price":"90000000","conf":"44000","expo":-8,"publish_time":{{{now}}}}}]}""")(context);
        });
        for (var i = 0; i < 2; i++)
        {
            var node = await RpcNode.StartAsync();
            node.HeadMadeAt = TimeProvider.System.GetUtcNow();
            node.Contracts[Abi.LatestRoundData(Feed)] = Words.Round(88_000_000, node.HeadMadeAt.ToUnixTimeSeconds() - 3600);
            node.Contracts[Abi.Decimals(Feed)] = Words.Of(8);
            node.Contracts[Abi.BalanceOf(Token, Holder)] = Words.Of(1_000_000_000_000); // 1 000 000 at 0.88: 880 000
            node.Contracts[Abi.Decimals(Token)] = Words.Of(6);
            node.Contracts[Abi.Paused(Holder)] = Words.Of(1);
            _nodes.Add(node);
        }

        _service = await TestService.StartAsync(
            "BridgeService",
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:platform"] = await _postgres.CreateDatabaseAsync(),
                ["Leases:RenewInterval"] = "00:00:00.5",
                ["Monitoring:BridgeInterval"] = "00:00:04",
                // In so short a cycle an attempt has 0.72 s, and of the first ones a busy machine may answer none in time.
                ["Adapters:CircuitBreak"] = "00:00:01",
                ["Adapters:CoinGecko:Upstream:Url"] = _prices.Url,
                ["Adapters:CoinGecko:Coins:0:Id"] = "usd-coin",
                ["Adapters:CoinGecko:Coins:0:Stablecoin"] = "USDC",
                ["Adapters:DefiLlama:Prices:Url"] = _silent.Url,
                ["Adapters:DefiLlama:Coins:0:Id"] = "coingecko:tether",
                ["Adapters:DefiLlama:Coins:0:Stablecoin"] = "USDT",
                ["Adapters:Pyth:Upstream:Url"] = _prices.Url,
                ["Adapters:Pyth:Feeds:0:Id"] = PythId,
                ["Adapters:Pyth:Feeds:0:Stablecoin"] = "USDC",
                ["Adapters:Evm:0:Chain"] = "Ethereum",
                ["Adapters:Evm:0:Endpoints:0:Url"] = _nodes[0].Server.Url,
                ["Adapters:Evm:0:Endpoints:1:Url"] = _nodes[1].Server.Url,
                ["Adapters:Evm:0:Feeds:0:Address"] = Feed,
                ["Adapters:Evm:0:Lockboxes:0:Bridge"] = "wormhole_eth_ton",
                ["Adapters:Evm:0:Lockboxes:0:Token"] = Token,
                ["Adapters:Evm:0:Lockboxes:0:Holder"] = Holder,
                ["Adapters:Evm:0:Lockboxes:0:Decimals"] = "6",
                ["Adapters:Evm:0:Lockboxes:0:Feed"] = Feed,
                ["Adapters:Evm:0:PauseFlags:0:Bridge"] = "wormhole_eth_ton",
                ["Adapters:Evm:0:PauseFlags:0:Contract"] = Holder,
            },
            b => b.AddBridgeService(),
            a => a.MapBridgeService());
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        await _prices.DisposeAsync();
        await _silent.DisposeAsync();
        await _postgres.DisposeAsync();
    }

    // Median of 0.88 and 0.90; DefiLlama never answers.
    [Fact]
    public async Task Answers_rest_on_what_upstreams_say_and_a_silent_one_changes_nothing()
    {
        var price = await UntilAsync("/api/v2/oracles/prices", "prices", "stablecoin", "USDC", p => p.GetProperty("price").ValueKind != JsonValueKind.Null);
        Assert.Equal(0.89m, price.GetProperty("price").GetDecimal());
        Assert.Equal(2, price.GetProperty("live_sources").GetInt32());
        Assert.Equal("http", price.GetProperty("data_source").GetString());

        var bridge = await UntilAsync(
            "/api/v2/bridge-health", "bridges", "bridge_id", "wormhole_eth_ton", b => b.GetProperty("tvl_usd").ValueKind != JsonValueKind.Null && IsPaused(b));
        Assert.Equal(880_000m, bridge.GetProperty("tvl_usd").GetDecimal());
        Assert.Equal("http", bridge.GetProperty("data_source").GetString());

        var unseen = await UntilAsync("/api/v2/bridge-health", "bridges", "bridge_id", "orbit_eth_ton", _ => true);
        Assert.Equal(JsonValueKind.Null, unseen.GetProperty("tvl_usd").ValueKind);
    }

    private static bool IsPaused(JsonElement bridge) =>
        bridge.GetProperty("active_alerts").EnumerateArray().Any(a => a.GetProperty("alert_type").GetString() == "contract_paused");

    /// <summary>The member of a list with that id, once it is as wanted.</summary>
    private Task<JsonElement> UntilAsync(string path, string list, string idName, string id, Func<JsonElement, bool> isWanted) => Eventually.HoldsAsync(
        async () => (await _service.Client.GetFromJsonAsync<JsonElement>(path, TestContext.Current.CancellationToken))
            .GetProperty(list).EnumerateArray().Single(e => e.GetProperty(idName).GetString() == id),
        isWanted,
        $"{id} is as wanted",
        TestContext.Current.CancellationToken,
        TimeSpan.FromSeconds(90));
}

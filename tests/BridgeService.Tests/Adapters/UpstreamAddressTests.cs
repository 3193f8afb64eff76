using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>What the adapters other than CoinGecko's ask for, and one good answer of each.</summary>
public sealed class UpstreamAddressTests
{
    [Fact]
    public async Task Pyth_is_asked_for_all_feeds_at_once()
    {
        var (first, second) = (new string('a', 64), new string('b', 64));
        await using var server = await UpstreamServer.StartAsync(UpstreamServer.Json(
            $$$"""{"parsed":[{"id":"{{{second}}}","price":{"price":"88000000","conf":"44000","expo":-8,"publish_time":1678521080}}]}"""));
        using var host = new AdapterHost(
            ("Adapters:Pyth:Upstream:Url", server.Url),
            ("Adapters:Pyth:Feeds:0:Id", first),
            ("Adapters:Pyth:Feeds:0:Stablecoin", "USDT"),
            ("Adapters:Pyth:Feeds:1:Id", second),
            ("Adapters:Pyth:Feeds:1:Stablecoin", "USDC"));

        Assert.Equal(
            [new PriceObservation("pyth", Stablecoin.USDC, PriceKind.Price, AdapterHost.Now - TimeSpan.FromSeconds(3), 0.88m)], (await host.ReadAsync("pyth")).Prices);
        Assert.Equal($"/v2/updates/price/latest?ids[]={first}&ids[]={second}", Uri.UnescapeDataString(Assert.Single(server.Asked).Target));
        Assert.Equal(1, host.Observations("pyth", "missing"));
    }

    [Fact]
    public async Task DefiLlama_is_asked_for_all_coins_at_once_and_a_net_asset_value_is_one()
    {
        await using var server = await UpstreamServer.StartAsync(UpstreamServer.Json(
            """{"coins":{"coingecko:usd-coin":{"price":0.88,"timestamp":1678521080,"confidence":0.99},"ethereum:0x96":{"price":1.05,"timestamp":1678521080,"confidence":0.99}}}"""));
        using var host = new AdapterHost(
            ("Adapters:DefiLlama:Prices:Url", server.Url),
            ("Adapters:DefiLlama:Coins:0:Id", "coingecko:usd-coin"),
            ("Adapters:DefiLlama:Coins:0:Stablecoin", "usdc"),
            ("Adapters:DefiLlama:Coins:1:Id", "ethereum:0x96"),
            ("Adapters:DefiLlama:Coins:1:Stablecoin", "USDY"),
            ("Adapters:DefiLlama:Coins:1:Kind", "Nav"));

        var seenAt = AdapterHost.Now - TimeSpan.FromSeconds(3);
        Assert.Equal(
            [
                new PriceObservation("defillama-prices", Stablecoin.USDC, PriceKind.Price, seenAt, 0.88m),
                new PriceObservation("defillama-prices", Stablecoin.USDY, PriceKind.Nav, seenAt, 1.05m),
            ],
            (await host.ReadAsync("defillama-prices")).Prices);
        Assert.Equal("/prices/current/coingecko:usd-coin,ethereum:0x96", Assert.Single(server.Asked).Target);
    }

    // A token of 18 decimals, taken for dollars, is 10¹⁸ times too much.
    [Theory]
    [InlineData("0", "accepted")]
    [InlineData("1000000000000000", "accepted")]
    [InlineData("1000000000000000.01", "out_of_range")]
    [InlineData("-0.01", "out_of_range")]
    public async Task A_value_locked_that_cannot_be_is_refused(string tvl, string outcome)
    {
        await using var server = await UpstreamServer.StartAsync(UpstreamServer.Json($$$"""{"tvl":[{"date":1678521083,"totalLiquidityUSD":{{{tvl}}}}]}"""));
        using var host = new AdapterHost(
            ("Adapters:DefiLlama:Tvl:Url", server.Url),
            ("Adapters:DefiLlama:Protocols:0:Slug", "some-bridge"),
            ("Adapters:DefiLlama:Protocols:0:Bridge", "orbit_eth_ton"));

        Assert.Equal(outcome == "accepted" ? 1 : 0, (await host.ReadAsync("defillama-tvl")).Bridges.Count);
        Assert.Equal(1, host.Observations("defillama-tvl", outcome));
    }

    [Fact]
    public async Task DefiLlama_is_asked_for_each_protocol_and_one_that_fails_costs_only_its_own()
    {
        await using var server = await UpstreamServer.StartAsync(context => UpstreamServer.Json(
            context.Request.Path == "/protocol/good" ? """{"tvl":[{"date":1678517483,"totalLiquidityUSD":81000000}]}""" : "no such protocol",
            context.Request.Path == "/protocol/good" ? 200 : 400)(context));
        using var host = new AdapterHost(
            ("Adapters:DefiLlama:Tvl:Url", server.Url),
            ("Adapters:DefiLlama:Protocols:0:Slug", "bad"),
            ("Adapters:DefiLlama:Protocols:0:Bridge", "celer_eth_ton"),
            ("Adapters:DefiLlama:Protocols:1:Slug", "good"),
            ("Adapters:DefiLlama:Protocols:1:Bridge", "orbit_eth_ton"));

        Assert.Equal(
            [new BridgeObservation("defillama-tvl", "orbit_eth_ton", AdapterHost.Now - TimeSpan.FromHours(1), 81_000_000m)],
            (await host.ReadAsync("defillama-tvl")).Bridges);
        Assert.Equal(1, host.Observations("defillama-tvl", "status"));
    }
}

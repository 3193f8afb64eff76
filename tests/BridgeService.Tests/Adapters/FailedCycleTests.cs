using Sure.BridgeService.Tests.Hosts;
using Sure.Coordination.Leases;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>What becomes of what a cycle pulled that could not keep it.</summary>
public sealed class FailedCycleTests(PostgresServer postgres)
{
    /// <summary>With an interval the upstream is not asked again before the next cycle, which follows at once.</summary>
    [Theory]
    [InlineData("00:00:00")]
    [InlineData("00:05:00")]
    public async Task What_a_failed_cycle_pulled_the_next_one_keeps_and_keeps_once(string interval)
    {
        await using var upstream = await UpstreamServer.StartAsync(UpstreamServer.Status(404));
        await using var host = await BridgeHost.StartAsync(postgres, "http", settings: new Dictionary<string, string?>
        {
            ["Adapters:CoinGecko:Upstream:Url"] = upstream.Url,
            ["Adapters:CoinGecko:Coins:0:Id"] = "usd-coin",
            ["Adapters:CoinGecko:Coins:0:Stablecoin"] = "USDC",
            ["Adapters:CoinGecko:Interval"] = interval,
        });
        upstream.Answer = UpstreamServer.Json($$$"""{"usd-coin":{"usd":0.88,"last_updated_at":{{{host.Clock.GetUtcNow().ToUnixTimeSeconds()}}}}}""");

        await Assert.ThrowsAsync<LeaseLostException>(() => host.CycleInEpochAsync(-1));
        Assert.Equal(0, await KeptAsync());

        await host.CycleAsync();
        Assert.Equal(1, await KeptAsync());
        var last = await LastAsync();

        await host.CycleAsync();
        Assert.Equal((1, last), (await KeptAsync(), await LastAsync()));

        Task<long> KeptAsync() => host.ScalarAsync<long>("SELECT count(*) FROM price_observation WHERE source = 'coingecko' AND value = 0.88");

        Task<string?> LastAsync() => host.ScalarAsync<string>("SELECT row_to_json(s)::text FROM price_source s WHERE source = 'coingecko'");
    }
}

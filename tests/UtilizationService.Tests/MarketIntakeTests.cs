using System.Net;
using Dapper;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>What BridgeService tells is kept as it was told, however much of it comes at once.</summary>
public sealed class MarketIntakeTests(PostgresServer postgres)
{
    /// <summary>
    /// At 0.995 sales stop; 0.998 is back but not for an hour; 0.9969 is not back, so the time begins anew with the last point. The other
    /// coin has one point among them.
    /// </summary>
    [Fact]
    public async Task Points_of_one_page_count_one_after_another()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);

        host.Tell(
        [
            host.Price(Stablecoin.USDC, 0.995m), host.Price(Stablecoin.USDC, 0.998m), host.Price(Stablecoin.DAI, 0.999m),
            host.Price(Stablecoin.USDC, 0.9969m), Nothing(host, Stablecoin.DAI), host.Price(Stablecoin.USDC, 0.9971m),
        ]);
        await host.KnownAsync();

        Assert.Equal([1m, 0.995m, 0.998m, 0.9969m, 0.9971m], await PointsAsync(host, "USDC"));
        Assert.Equal([1m, 0.999m, null], await PointsAsync(host, "DAI"));
        Assert.Equal((0.9971m, true, true), await PegAsync(host, "USDC"));
        Assert.Equal((null, false, false), await PegAsync(host, "DAI"));
    }

    /// <summary>The real point comes by itself, to what is kept of the simulated one.</summary>
    [Fact]
    public async Task Sales_that_stand_still_on_a_simulated_market_go_on_with_the_first_real_price()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await host.FillAsync();
        var product = new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);
        host.Tell(host.Price(Stablecoin.USDC, 0.90m));
        await host.KnownAsync();
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await UtilizationHost.BindAsync(host.Alice, host.Quote(100m, product))).Status);

        host.Tell(host.Price(Stablecoin.USDC, 1m) with { DataSource = "http" });
        await host.KnownAsync();

        Assert.Equal((1m, false, false), await PegAsync(host, "USDC"));
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(100m, product))).Status);
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            ["simulated", "simulated", "http"],
            await connection.QueryAsync<string>("SELECT data_source FROM consensus_point WHERE stablecoin = 'USDC' ORDER BY point_id"));
    }

    [Fact]
    public async Task Of_a_bridge_the_last_word_of_a_page_counts()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        BridgeHealthMade Health(string bridge, decimal? score, bool exploit) => new(
            Guid.CreateVersion7(host.Now), host.Now, bridge, score, BridgeStatus.Healthy, 1_000_000m, 0m, 1m, exploit, ExploitConfirmed: false, PreviousScore: null, Announce: true, "simulated");

        host.Tell(
        [
            Health("wormhole_base_ton", 1m, exploit: true), Health("orbit_eth_ton", score: null, exploit: false),
            Health("wormhole_base_ton", 1m, exploit: false), Health("orbit_eth_ton", 0.2m, exploit: true),
        ]);
        await host.KnownAsync();

        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var kept = await connection.QueryAsync<(string, bool, bool)>(
            "SELECT bridge_id, known, exploit_detected FROM bridge WHERE bridge_id IN ('wormhole_base_ton', 'orbit_eth_ton') ORDER BY bridge_id");
        Assert.Equal([("orbit_eth_ton", true, true), ("wormhole_base_ton", true, false)], kept);
    }

    /// <summary>No source has said anything.</summary>
    private static PriceConsensusMade Nothing(UtilizationHost host, Stablecoin coin) =>
        host.Price(coin, 1m) with { Price = null, PegRatio = null, Consensus = null, Sources = [] };

    private static async Task<IEnumerable<decimal?>> PointsAsync(UtilizationHost host, string coin)
    {
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.QueryAsync<decimal?>("SELECT peg_ratio FROM consensus_point WHERE stablecoin = @coin ORDER BY point_id", new { coin });
    }

    /// <summary>The last word, whether sales stand still, and whether the coin is back since just then.</summary>
    private static async Task<(decimal? Ratio, bool Troubled, bool BackSinceThen)> PegAsync(UtilizationHost host, string coin)
    {
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.QuerySingleAsync<(decimal?, bool, bool)>(
            "SELECT peg_ratio, troubled, recovered_since IS NOT DISTINCT FROM at FROM peg WHERE stablecoin = @coin", new { coin });
    }
}

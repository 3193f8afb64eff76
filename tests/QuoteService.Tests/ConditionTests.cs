using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.QuoteService.Tests;

/// <summary>What others tell of the market reaches the price.</summary>
public sealed class ConditionTests(PostgresServer postgres)
{
    [Theory]
    [InlineData(null, BridgeStatus.Critical, 2.0)]
    [InlineData(null, BridgeStatus.Unknown, 1.5)]
    [InlineData(0.8, BridgeStatus.Caution, 1.1)]
    public async Task A_bridge_is_priced_by_what_was_told_of_it_last(double? score, BridgeStatus status, double load)
    {
        await using var host = await QuoteHost.StartAsync(postgres);
        Assert.Null(await host.BridgeLoadAsync(Chain.Arbitrum));

        await host.HearAsync("wormhole_arb_ton", (decimal?)score, status);

        await Eventually.HoldsAsync(
            async () => await host.BridgeLoadAsync(Chain.Arbitrum) == (decimal)load, $"the load is {load}", TestContext.Current.CancellationToken);
    }
}

using System.Text;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Adapters.DefiLlama;
using Sure.BridgeService.Observations;

namespace Sure.BridgeService.Tests.Adapters;

public sealed class DefiLlamaTvlTests
{
    private static readonly DefiLlamaProtocol AllChains = new() { Slug = "some-bridge", Bridge = "wormhole_eth_ton" };
    private static readonly DefiLlamaProtocol OnEthereum = new() { Slug = "some-bridge", Bridge = "wormhole_eth_ton", Chain = "Ethereum" };

    private const string Answer =
        """
        {"id":"1","chainTvls":{"Ethereum":{"tvl":[{"date":1678435200,"totalLiquidityUSD":90},{"date":"1678520000","totalLiquidityUSD":"183727681.3214"}],"tokens":null}},
         "tvl":[{"date":1678435200,"totalLiquidityUSD":100},{"date":1678520001,"totalLiquidityUSD":0}],"currentChainTvls":{"Ethereum":1}}
        """;

    [Fact]
    public void Parse_AllChains_IsTheLastPointOfTheWhole() =>
        Assert.Equal(
            new BridgeObservation("llama", "wormhole_eth_ton", DateTimeOffset.FromUnixTimeSeconds(1_678_520_001), 0),
            DefiLlamaTvl.Parse(Encoding.UTF8.GetBytes(Answer), AllChains, "llama").Value);

    [Fact]
    public void Parse_OneChain_IsTheLastPointOfThatChain() =>
        Assert.Equal(
            new BridgeObservation("llama", "wormhole_eth_ton", DateTimeOffset.FromUnixTimeSeconds(1_678_520_000), 183_727_681.3214m),
            DefiLlamaTvl.Parse(Encoding.UTF8.GetBytes(Answer), OnEthereum, "llama").Value);

    // An empty history, a null, a chain that is not there: none of them is a bridge with nothing in it.
    [Theory]
    [InlineData("""{"tvl":[],"chainTvls":{"Ethereum":{"tvl":[]}}}""", "Missing", "Missing")]
    [InlineData("""{"tvl":null,"chainTvls":{}}""", "Missing", "Missing")]
    [InlineData("""{"tvl":[null],"chainTvls":{"Ethereum":{"tvl":7}}}""", "Malformed", "Malformed")]
    [InlineData("""{"tvl":[{"date":1678520000,"totalLiquidityUSD":null}],"chainTvls":{"Ethereum":null}}""", "Missing", "Missing")]
    [InlineData("""{"tvl":[{"totalLiquidityUSD":7}],"chainTvls":7}""", "Missing", "Malformed")]
    [InlineData("""{"message":"Protocol is not in our database"}""", "Missing", "Missing")]
    [InlineData("""123456.78""", "Malformed", "Malformed")]
    public void Parse_Spoiled_IsRefused(string body, string ofAll, string ofChain)
    {
        Assert.Equal(ofAll, DefiLlamaTvl.Parse(Encoding.UTF8.GetBytes(body), AllChains, "llama").Refusal!.Reason.ToString());
        Assert.Equal(ofChain, DefiLlamaTvl.Parse(Encoding.UTF8.GetBytes(body), OnEthereum, "llama").Refusal!.Reason.ToString());
    }
}

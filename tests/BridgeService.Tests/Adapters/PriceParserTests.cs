using System.Text;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Adapters.CoinGecko;
using Sure.BridgeService.Adapters.DefiLlama;
using Sure.BridgeService.Adapters.Pyth;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>
/// Answers in the documented shapes (as of October 2026), whole and spoiled. Expected values are those written in the answer, or the
/// arithmetic beside it.
/// </summary>
public sealed class PriceParserTests
{
    private const string PythId = "ff61491a931112ddf1bd8147cd1b641375f79f5825126d665480874634fd0ace";

    [Theory]
    [InlineData("""{"usd-coin":{"usd":0.876675,"last_updated_at":1678521083}}""", "0.876675")]
    [InlineData("""{"usd-coin":{"usd":"0.876675","last_updated_at":"1678521083"}}""", "0.876675")]
    [InlineData("""{"usd-coin":{"usd":9.9978e-1,"usd_24h_change":null,"last_updated_at":1678521083}}""", "0.99978")]
    [InlineData("""{"usd-coin":{"usd":-1,"last_updated_at":1678521083}}""", "-1")]
    public void CoinGecko_AFigure_IsReadAsItIsWritten(string body, string expected)
    {
        var price = Assert.Single(CoinGeckoPrices.Parse(Encoding.UTF8.GetBytes(body), [Coin("usd-coin")], "cg")).Value;

        Assert.Equal(new PriceObservation("cg", Stablecoin.USDC, PriceKind.Price, DateTimeOffset.FromUnixTimeSeconds(1_678_521_083), decimal.Parse(expected)), price);
    }

    [Theory]
    [InlineData("""{"usd-coin":{"usd":null,"last_updated_at":1678521083}}""", "Missing")]
    [InlineData("""{"usd-coin":{"last_updated_at":1678521083}}""", "Missing")]
    [InlineData("""{"usd-coin":{"usd":1}}""", "Missing")]
    [InlineData("""{}""", "Missing")]
    [InlineData("""{"usd-coin":null}""", "Missing")]
    [InlineData("""{"usd-coin":1}""", "Malformed")]
    [InlineData("""[]""", "Malformed")]
    [InlineData("""null""", "Malformed")]
    [InlineData("""{"usd-coin":{"usd":"NaN","last_updated_at":1678521083}}""", "Malformed")]
    [InlineData("""{"usd-coin":{"usd":NaN,"last_updated_at":1678521083}}""", "Malformed")]
    [InlineData("""{"usd-coin":{"usd":"Infinity","last_updated_at":1678521083}}""", "Malformed")]
    [InlineData("""{"usd-coin":{"usd":1e400,"last_updated_at":1678521083}}""", "Malformed")]
    [InlineData("""{"usd-coin":{"usd":"1,0","last_updated_at":1678521083}}""", "Malformed")]
    [InlineData("""{"usd-coin":{"usd":true,"last_updated_at":1678521083}}""", "Malformed")]
    [InlineData("""{"usd-coin":{"usd":1,"last_updated_at":1678521083000}}""", "Malformed")] // milliseconds
    [InlineData("""{"usd-coin":{"usd":1,"last_updated_at":0}}""", "Malformed")]
    [InlineData("""{"usd-coin":{"usd":1,"last_up""", "Malformed")]
    [InlineData("""<html>busy</html>""", "Malformed")]
    [InlineData("", "Malformed")]
    public void CoinGecko_Spoiled_IsRefused(string body, string reason) =>
        Assert.Equal(reason, Assert.Single(CoinGeckoPrices.Parse(Encoding.UTF8.GetBytes(body), [Coin("usd-coin")], "cg")).Refusal!.Reason.ToString());

    [Fact]
    public void CoinGecko_OneCoinSpoiled_TheOtherIsRead()
    {
        var outcomes = CoinGeckoPrices.Parse(
            """{"usd-coin":{"usd":0.88,"last_updated_at":1678521083},"tether":{"usd":null}}"""u8.ToArray(),
            [Coin("tether", Stablecoin.USDT), Coin("usd-coin")],
            "cg");

        Assert.Equal(RefusalReason.Missing, outcomes[0].Refusal!.Reason);
        Assert.Equal(0.88m, outcomes[1].Value.Value);
    }

    [Theory]
    [InlineData("0.9998", "0.99", "0.9998")]
    [InlineData("\".9997797864679318\"", "0.9", ".9997797864679318")]
    [InlineData("1", "\"1\"", "1")]
    public void DefiLlama_SureEnough_IsRead(string price, string confidence, string expected) =>
        Assert.Equal(decimal.Parse(expected), DefiLlama(price, confidence, "1678521083").Value.Value);

    [Theory]
    [InlineData("1", "0.89", "1678521083", "Uncertain")]
    [InlineData("1", "99", "1678521083", "Malformed")] // percent
    [InlineData("1", "-0.1", "1678521083", "Malformed")]
    [InlineData("1", "null", "1678521083", "Missing")]
    [InlineData("null", "0.99", "1678521083", "Missing")]
    [InlineData("1", "0.99", "null", "Missing")]
    [InlineData("\"\"", "0.99", "1678521083", "Malformed")]
    public void DefiLlama_NotSureEnoughOrSpoiled_IsRefused(string price, string confidence, string timestamp, string reason) =>
        Assert.Equal(reason, DefiLlama(price, confidence, timestamp).Refusal!.Reason.ToString());

    // The documented sample is ETH; its arithmetic is that of every feed: 184136023127 · 10^−8 = 1841.36023127 ± 1.77166324, ± 0.096 %.
    [Fact]
    public void Pyth_DocumentedSample_IsItsNumberTimesItsPowerOfTen()
    {
        var observation = Pyth("\"184136023127\"", "\"177166324\"", "-8", "1692110601").Value;

        Assert.Equal(1841.36023127m, observation.Value);
        Assert.Equal(new DateTimeOffset(2023, 8, 15, 14, 43, 21, TimeSpan.Zero), observation.ObservedAt);
    }

    [Theory]
    [InlineData("88000000", "45678", "-8", "0.88")]
    [InlineData("\"998\"", "\"1\"", "\"-3\"", "0.998")]
    [InlineData("\"1\"", "\"0\"", "0", "1")]
    [InlineData("\"1\"", "\"0\"", "1", "10")]
    [InlineData("\"880000000000000000\"", "\"0\"", "-18", "0.88")]
    public void Pyth_Exponents_AreApplied(string price, string confidence, string exponent, string expected) =>
        Assert.Equal(decimal.Parse(expected), Pyth(price, confidence, exponent, "1692110601").Value.Value);

    [Theory]
    [InlineData("\"100000000\"", "\"1000001\"", "-8", "Uncertain")] // ± 1.000001 %
    [InlineData("\"0\"", "\"1\"", "-8", "OutOfRange")]
    [InlineData("\"-1\"", "\"1\"", "-8", "OutOfRange")]
    [InlineData("\"1\"", "\"-1\"", "-8", "OutOfRange")]
    [InlineData("\"1\"", "\"1\"", "-19", "Malformed")]
    [InlineData("\"1\"", "\"1\"", "400", "Malformed")]
    [InlineData("\"1.5\"", "\"1\"", "-8", "Malformed")]
    [InlineData("null", "\"1\"", "-8", "Missing")]
    [InlineData("\"1\"", "null", "-8", "Missing")]
    [InlineData("\"1\"", "\"1\"", "null", "Missing")]
    public void Pyth_UncertainOrSpoiled_IsRefused(string price, string confidence, string exponent, string reason) =>
        Assert.Equal(reason, Pyth(price, confidence, exponent, "1692110601").Refusal!.Reason.ToString());

    [Theory]
    [InlineData("""{"binary":{},"parsed":[]}""", "Missing")]
    [InlineData("""{"binary":{}}""", "Missing")]
    [InlineData("""{"parsed":{}}""", "Malformed")]
    [InlineData("""{"parsed":[null,1,{"id":7},{"id":"00"}]}""", "Missing")]
    public void Pyth_FeedNotInTheAnswer_IsRefused(string body, string reason) =>
        Assert.Equal(reason, Assert.Single(PythPrices.Parse(Encoding.UTF8.GetBytes(body), [Coin(PythId)], 0.01m, "pyth")).Refusal!.Reason.ToString());

    private static Outcome<PriceObservation> DefiLlama(string price, string confidence, string timestamp) =>
        Assert.Single(DefiLlamaPrices.Parse(
            Encoding.UTF8.GetBytes($$$$"""{"coins":{"coingecko:usd-coin":{"symbol":"USDC","price":{{{{price}}}},"timestamp":{{{{timestamp}}}},"confidence":{{{{confidence}}}}}}}"""),
            [Coin("coingecko:usd-coin")],
            leastConfidence: 0.9m,
            "llama"));

    private static Outcome<PriceObservation> Pyth(string price, string confidence, string exponent, string publishTime) =>
        Assert.Single(PythPrices.Parse(
            Encoding.UTF8.GetBytes(
                $$$"""{"binary":{"encoding":"hex","data":[]},"parsed":[{"id":"{{{PythId}}}","price":{"price":{{{price}}},"conf":{{{confidence}}},"expo":{{{exponent}}},"publish_time":{{{publishTime}}}}}]}"""),
            [Coin("0x" + PythId.ToUpperInvariant())],
            mostConfidenceRatio: 0.01m,
            "pyth"));

    private static CoinMapping Coin(string id, Stablecoin coin = Stablecoin.USDC) => new() { Id = id, Stablecoin = coin };
}

using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Tests;

public sealed class WordsTests
{
    [Fact]
    public void The_words_are_those_of_the_contract_in_its_order()
    {
        Assert.Equal(["depeg", "smart_contract", "oracle", "bridge", "cex_liquidation"], Words<CoverageType>.All);
        Assert.Equal(["Ethereum", "Arbitrum", "Base", "Polygon", "Optimism", "Bitcoin", "Lightning", "Solana", "TON"], Words<Chain>.All);
        Assert.Equal(
            ["USDC", "USDT", "USDP", "DAI", "FRAX", "BUSD", "USDe", "sUSDe", "USDY", "PYUSD", "GHO", "LUSD", "crvUSD", "mkUSD"],
            Words<Stablecoin>.All);
        Assert.Equal(["SURE_BTC", "SURE_SNR", "SURE_MEZZ", "SURE_JNR", "SURE_JNR_PLUS", "SURE_EQT"], Words<Tranche>.All);
    }

    [Theory]
    [InlineData("USDE", Stablecoin.USDe)]
    [InlineData("susde", Stablecoin.sUSDe)]
    [InlineData("usdc", Stablecoin.USDC)]
    public void Reading_ignores_case(string word, Stablecoin coin)
    {
        Assert.True(Words<Stablecoin>.TryParse(word, out var found));
        Assert.Equal(coin, found);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("")]
    [InlineData(" USDC")]
    [InlineData("UST")]
    [InlineData(null)]
    public void Numbers_and_other_texts_are_no_words(string? text) => Assert.False(Words<Stablecoin>.TryParse(text, out _));

    [Fact]
    public void The_nine_bridges_lock_where_the_contract_says()
    {
        Assert.Equal(9, Bridge.All.Count);
        Assert.Equal(4, Bridge.OfChain(Chain.Ethereum).Count);
        Assert.Equal("lightning_btc_ton", Assert.Single(Bridge.OfChain(Chain.Lightning)).Id);
        Assert.Equal(9, Bridge.OfChain(Chain.TON).Count);
        Assert.Empty(Bridge.OfChain(Chain.Optimism));
    }
}

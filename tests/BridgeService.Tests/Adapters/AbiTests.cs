using System.Numerics;
using Sure.BridgeService.Adapters;
using Sure.BridgeService.Adapters.Evm;

namespace Sure.BridgeService.Tests.Adapters;

public sealed class AbiTests
{
    private const string Zero = "0000000000000000000000000000000000000000000000000000000000000000";
    private const string One = "0000000000000000000000000000000000000000000000000000000000000001";
    private const string Most = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

    [Fact]
    public void BalanceOf_Holder_IsSelectorAndPaddedAddress()
    {
        var call = Abi.BalanceOf("0x00000000000000000000000000000000000000AA", "0x8fFfFfd4AfB6115b954Bd326cbe7B4BA576818f6");

        Assert.Equal("0x00000000000000000000000000000000000000AA", call.To);
        Assert.Equal("0x70a08231" + "000000000000000000000000" + "8fffffd4afb6115b954bd326cbe7b4ba576818f6", call.Data);
    }

    [Fact]
    public void Words_OfAllBits_KeepsAll256()
    {
        var word = Abi.Word("0x" + Most).Value;

        Assert.Equal(BigInteger.Parse("115792089237316195423570985008687907853269984665640564039457584007913129639935"), word);
        Assert.Equal(-1, Abi.Signed(word));
    }

    [Fact]
    public void Signed_AroundTheSign_IsTwosComplement()
    {
        var half = BigInteger.Pow(2, 255);

        Assert.Equal(half - 1, Abi.Signed(half - 1));
        Assert.Equal(-half, Abi.Signed(half));
        Assert.Equal(-88_000_000, Abi.Signed(BigInteger.Pow(2, 256) - 88_000_000));
    }

    [Theory]
    [InlineData("0x" + Zero, false)]
    [InlineData("0x" + One, true)]
    public void Boolean_ZeroOrOne_IsIt(string data, bool expected) => Assert.Equal(expected, Abi.Boolean(data).Value);

    // An address without code answers nothing at all: that is no balance of zero.
    [Theory]
    [InlineData("0x", "NoContract")]
    [InlineData("0x00", "Malformed")]
    [InlineData("0x" + Zero + Zero, "Malformed")]
    [InlineData(Zero + "00", "Malformed")]
    [InlineData("0xzz00000000000000000000000000000000000000000000000000000000000000", "Malformed")]
    [InlineData("", "Malformed")]
    public void Word_AnythingElse_IsRefused(string data, string reason) => Assert.Equal(reason, Abi.Word(data).Refusal!.Reason.ToString());

    [Theory]
    [InlineData("0x" + Most)]
    [InlineData("0x0000000000000000000000000000000000000000000000000000000000000002")]
    public void Boolean_AnotherNumber_IsRefused(string data) => Assert.Equal(RefusalReason.Malformed, Abi.Boolean(data).Refusal!.Reason);

    // 1.5 tokens of 18 decimals at 0.88 (8 decimals): 1.32. One unit of 18 decimals is less than half a cent.
    [Theory]
    [InlineData("1500000000000000000", 18, "88000000", 8, "1.32")]
    [InlineData("1", 18, "100000000", 8, "0.00")]
    [InlineData("5000", 6, "100000000", 8, "0.01")]
    [InlineData("4999", 6, "100000000", 8, "0.00")]
    [InlineData("183727681018321400", 6, "100000000", 8, "183727681018.32")]
    [InlineData("0", 6, "100000000", 8, "0.00")]
    public void Dollars_AmountAtPrice_AreRoundedToCents(string amount, int amountDecimals, string price, int priceDecimals, string expected) =>
        Assert.Equal(decimal.Parse(expected), FixedPoint.Dollars(BigInteger.Parse(amount), amountDecimals, BigInteger.Parse(price), priceDecimals).Value);

    [Fact]
    public void FixedPoint_BeyondEveryFigure_IsRefused() =>
        Assert.Equal(RefusalReason.OutOfRange, FixedPoint.Of(BigInteger.Pow(2, 255), 0).Refusal!.Reason);
}

using System.Text;
using Sure.BridgeService.Adapters.Evm;

namespace Sure.BridgeService.Tests.Adapters;

public sealed class Keccak256Tests
{
    // The first two are the vectors of the Keccak team. The others, around the block of 136 bytes, are from a second implementation,
    // written after the specification in another language and checked against the SHA3-256 of a library, which differs in one byte of padding.
    [Theory]
    [InlineData("", 1, "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470")]
    [InlineData("abc", 1, "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45")]
    [InlineData("a", 135, "34367dc248bbd832f4e3e69dfaac2f92638bd0bbd18f2912ba4ef454919cf446")]
    [InlineData("a", 136, "a6c4d403279fe3e0af03729caada8374b5ca54d8065329a3ebcaeb4b60aa386e")]
    [InlineData("a", 300, "5b7e0e47a96f32a88b4f14ca177982790807c40e1a105742ba0fc1babe1ef826")]
    public void Hash_KnownMessage_KnownHash(string text, int times, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Keccak256.Hash(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(text, times))))));

    // As block explorers and the contracts' documentation give them.
    [Theory]
    [InlineData("latestRoundData()", "0xfeaf968c")]
    [InlineData("decimals()", "0x313ce567")]
    [InlineData("balanceOf(address)", "0x70a08231")]
    [InlineData("totalSupply()", "0x18160ddd")]
    [InlineData("paused()", "0x5c975abb")]
    public void Selector_Signature_IsTheDocumentedOne(string signature, string selector) => Assert.Equal(selector, Abi.Selector(signature));

    [Theory]
    [InlineData("Transfer(address,address,uint256)", "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef")]
    [InlineData("Paused(address)", "62e78cea01bee320cd4e420270b5ea74000d11b0c9f74754ebdbfc544b05a258")]
    public void Hash_SignatureOfAnEvent_IsTheDocumentedOne(string signature, string hash) =>
        Assert.Equal(hash, Convert.ToHexStringLower(Keccak256.Hash(Encoding.ASCII.GetBytes(signature))));
}

using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Tests;

public sealed class ProductTests
{
    [Fact]
    public void The_matrix_has_630_combinations_of_which_560_are_offered_and_70_say_why_not()
    {
        Assert.Equal(630, Product.All.Count);
        Assert.Equal(560, Product.Offered.Count);
        Assert.Equal(70, Product.All.Count(p => !p.IsOffered && !string.IsNullOrWhiteSpace(p.ReasonNotOffered)));
    }

    [Theory]
    [InlineData(CoverageType.SmartContract, Chain.Bitcoin)]
    [InlineData(CoverageType.SmartContract, Chain.Lightning)]
    [InlineData(CoverageType.Oracle, Chain.Bitcoin)]
    [InlineData(CoverageType.Oracle, Chain.Lightning)]
    [InlineData(CoverageType.Bridge, Chain.Bitcoin)]
    public void What_a_chain_does_not_have_cannot_be_insured_on_it(CoverageType type, Chain chain) =>
        Assert.All(Words<Stablecoin>.Members, coin => Assert.False(new Product(type, chain, coin).IsOffered));

    /// <summary><c>printf depeg_Ethereum_USDC | sha256sum</c>; also printed in the contract.</summary>
    [Fact]
    public void The_hash_is_the_sha256_of_the_three_words() => Assert.Equal(
        "0x8f2e7ac6ea8a786f67e9d488138bdf6bfaac0545bf00a1401ca7ba36d8829918",
        new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC).Hash);

    [Fact]
    public void Every_hash_leads_back_to_its_product_and_no_other() =>
        Assert.All(Product.All, p => Assert.Equal(p, Product.Find(p.Hash)));

    [Fact]
    public void An_unknown_hash_leads_nowhere() => Assert.Null(Product.Find("0x00"));
}

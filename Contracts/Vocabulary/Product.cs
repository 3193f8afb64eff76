using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace Sure.Contracts.Vocabulary;

/// <summary>One cell of the matrix coverage type × chain × stablecoin: 630 combinations, of which 560 are offered.</summary>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where the coins are.</param>
/// <param name="Stablecoin">Which coin.</param>
public readonly record struct Product(CoverageType CoverageType, Chain Chain, Stablecoin Stablecoin)
{
    private static readonly FrozenDictionary<Product, string> Hashes = Combinations().ToFrozenDictionary(p => p, HashOf);

    private static readonly FrozenDictionary<string, Product> ByHash =
        Hashes.ToFrozenDictionary(p => p.Value, p => p.Key, StringComparer.OrdinalIgnoreCase);

    /// <summary>All 630 combinations, by coverage type, chain and stablecoin in the order of their declarations.</summary>
    public static IReadOnlyList<Product> All { get; } = [.. Combinations()];

    /// <summary>The 560 products on offer.</summary>
    public static IReadOnlyList<Product> Offered { get; } = [.. Combinations().Where(p => p.IsOffered)];

    /// <summary><c>0x</c> and the lowercase hexadecimal SHA-256 of the UTF-8 text <c>{coverage_type}_{chain}_{stablecoin}</c>.</summary>
    public string Hash => Hashes[this];

    /// <summary>Whether cover is sold for it.</summary>
    public bool IsOffered => ReasonNotOffered is null;

    /// <summary>Why no cover is sold for it, one sentence; null for a product on offer.</summary>
    public string? ReasonNotOffered => (CoverageType, Chain) switch
    {
        (CoverageType.SmartContract, Chain.Bitcoin or Chain.Lightning) => $"{Chain} has no contract layer that could be exploited.",
        (CoverageType.Oracle, Chain.Bitcoin or Chain.Lightning) => $"{Chain} has no oracle layer that could fail.",
        (CoverageType.Bridge, Chain.Bitcoin) => "Bitcoin is bridged through Lightning; choose chain Lightning.",
        _ => null,
    };

    /// <summary>The combination with that hash, offered or not; null when there is none. Ignores case.</summary>
    public static Product? Find(string hash) => ByHash.TryGetValue(hash, out var product) ? product : null;

    /// <summary>The text that is hashed.</summary>
    public override string ToString() => $"{CoverageType.Word()}_{Chain.Word()}_{Stablecoin.Word()}";

    private static IEnumerable<Product> Combinations() =>
        from coverageType in Words<CoverageType>.Members
        from chain in Words<Chain>.Members
        from stablecoin in Words<Stablecoin>.Members
        select new Product(coverageType, chain, stablecoin);

    private static string HashOf(Product product) =>
        "0x" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(product.ToString())));
}

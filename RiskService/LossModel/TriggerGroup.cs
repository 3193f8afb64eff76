using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.LossModel;

/// <summary>What triggers together.</summary>
/// <param name="CoverageType">What triggers.</param>
/// <param name="Chain">Where; null for types that trigger by coin alone.</param>
/// <param name="Stablecoin">Which coin; null for bridges, which trigger by chain.</param>
public readonly record struct TriggerKey(CoverageType CoverageType, Chain? Chain, Stablecoin? Stablecoin)
{
    /// <summary>
    /// All keys of products on offer in the order of the vocabulary: depeg, oracle and cex_liquidation by coin (14 each), bridge by chain (8),
    /// smart_contract by chain and coin (98): 148.
    /// </summary>
    public static IReadOnlyList<TriggerKey> All { get; } = [.. Product.Offered.Select(Of).Distinct()];

    /// <summary>The group a product belongs to.</summary>
    public static TriggerKey Of(Product product) => product.CoverageType switch
    {
        CoverageType.Bridge => new(product.CoverageType, product.Chain, Stablecoin: null),
        CoverageType.SmartContract => new(product.CoverageType, product.Chain, product.Stablecoin),
        _ => new(product.CoverageType, Chain: null, product.Stablecoin),
    };
}

/// <summary>The policies that trigger together.</summary>
/// <param name="Key">What triggers.</param>
/// <param name="Substream">
/// Number of its own random numbers, different for each group of a book. The groups of <see cref="TriggerGroups.Of"/> keep theirs whatever
/// else is in the book, so that figures of two books differ by their cover and not by luck.
/// </param>
/// <param name="StandardRate">Exposure-weighted annual standard rate r, with the loads of the terms; ≥ 0.</param>
/// <param name="Products">Exposure in dollars of each product in it, all ≥ 0.</param>
public sealed record TriggerGroup(TriggerKey Key, int Substream, double StandardRate, IReadOnlyList<KeyValuePair<Product, double>> Products)
{
    /// <summary>Exposure E: the active coverage, in dollars.</summary>
    public double ExposureUsd { get; } = Products.Sum(p => p.Value);

    /// <summary>
    /// Probability of an event within <paramref name="horizonDays"/> days, p = 1 − exp(−λ h/365) with λ = target loss ratio · r / m
    /// (1-domain §8): the intensity at which the expected payout is the target's share of the premium.
    /// </summary>
    public double EventProbability(int horizonDays, LossModelOptions options)
    {
        var intensity = options.TargetLossRatio * StandardRate / options.MeanSeverity(Key.CoverageType);
        return -double.ExpM1(-intensity * horizonDays / 365.0);
    }
}

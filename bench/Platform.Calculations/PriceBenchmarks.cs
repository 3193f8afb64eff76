using BenchmarkDotNet.Attributes;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Pricing;

namespace Sure.Bench.Calculations;

/// <summary>What a quote costs to compute, without anything around it.</summary>
public class PriceBenchmarks
{
    private static readonly PricingOptions Options = new();

    private static readonly Cover[] Catalogue = [.. Product.Offered.Select(p => new Cover(p, 10_000m, 90, Terms: null))];

    private static readonly Cover WithTerms =
        new(new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC), 250_000m, 90, PolicyTerms.DepegDefault with { TriggerPrice = 0.98m });

    /// <summary>Half used, no coin over its share, every figure known.</summary>
    private static readonly MarketConditions Conditions = new(
        new PoolCondition(10_000_000m, 6_990_000m, 3_495_000m, 0.35m, Words<Stablecoin>.Members.ToDictionary(c => c, _ => 388_333m)),
        Bridge.All.ToDictionary(b => b.Id, _ => new BridgeCondition(0.92m, BridgeStatus.Caution), StringComparer.Ordinal),
        CorrelationRegime.Medium);

    /// <summary>The catalogue: the standard price of each of the 560 products.</summary>
    [Benchmark(OperationsPerInvoke = 560)]
    public decimal Standard() => Catalogue.Sum(c => Premium.Standard(c, Options).PremiumUsd);

    /// <summary>Terms of one's own, which take two roots, and every load of the market.</summary>
    [Benchmark]
    public Price DynamicWithTerms() => Premium.Dynamic(WithTerms, Options, Conditions);
}

using BenchmarkDotNet.Attributes;
using Sure.Contracts.Capital;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Policies;

namespace Sure.Bench.Calculations;

/// <summary>What is decided about the pool while its lock is held, or for each claim.</summary>
public class PoolBenchmarks
{
    private static readonly CapitalOptions Capital = new();

    private static readonly UnderwritingOptions Limits = new();

    /// <summary>10 000 000 USD in the loss shares with 4 000 000 of cover, spread over every type, chain and coin.</summary>
    private static readonly PoolPosition Pool = new(
        [.. Words<Tranche>.Members.Select(t => new TranchePosition(t, 10_000_000m * Capital.LossShares[t], 4_000_000m * Capital.LossShares[t]))],
        CashUsd: 4_000_000m,
        DeployedUsd: 6_050_000m,
        UnearnedPremiumUsd: 50_000m,
        ClaimsPayableUsd: 0,
        ShortfallUsd: 0,
        ActivePolicies: 400,
        Words<CoverageType>.Members.ToDictionary(t => t, _ => 800_000m),
        Words<Chain>.Members.ToDictionary(c => c, _ => 285_714m),
        Words<Stablecoin>.Members.ToDictionary(c => c, _ => 444_444m));

    private static readonly Product Sold = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    /// <summary>Attribution and every check of a policy of 10 000 USD.</summary>
    [Benchmark]
    public IReadOnlyList<UnderwritingCheck> Underwrite() => Underwriting.Check(
        Pool, new ProposedCover(Sold, 10_000m, Attribution.Of(10_000m, Capital.LossShares)), SalesStops.None, worstStressLossUsd: 2_100_000m, Capital, Limits);

    /// <summary>A loss that takes the two most junior tranches and part of the third.</summary>
    [Benchmark]
    public LossSplit Waterfall() => LossWaterfall.Split(2_500_000m, Pool.Tranches);
}

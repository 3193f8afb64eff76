using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;

namespace Sure.UtilizationService.Tests;

/// <summary>Pools that tests begin with.</summary>
internal static class Positions
{
    /// <summary>
    /// 10 000 000 USD in the loss shares; effective capital 0.25·0.5 + 0.20·0.6 + 0.18·0.7 + 0.15·0.8 + 0.12·0.9 + 0.10·1 = 0.699 of it.
    /// </summary>
    public static PoolPosition TenMillion(decimal coverageUsd = 0, decimal deployedUsd = 0)
    {
        var options = new CapitalOptions();
        var attribution = Attribution.Of(coverageUsd, options.LossShares);
        return new PoolPosition(
            [.. Words<Tranche>.Members.Select(t => new TranchePosition(t, 10_000_000m * options.LossShares[t], attribution[t]))],
            10_000_000m - deployedUsd,
            deployedUsd,
            UnearnedPremiumUsd: 0,
            ClaimsPayableUsd: 0,
            ShortfallUsd: 0,
            ActivePolicies: 0,
            new Dictionary<CoverageType, decimal>(),
            new Dictionary<Chain, decimal>(),
            new Dictionary<Stablecoin, decimal>());
    }
}

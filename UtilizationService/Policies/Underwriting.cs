using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;

namespace Sure.UtilizationService.Policies;

/// <summary>One check of a policy against the pool.</summary>
/// <param name="Check">Its name in the contract.</param>
/// <param name="Subject">What it is about where there are several, for example a tranche or a chain.</param>
/// <param name="Value">The figure after adding the policy; null where it has no value, which fails.</param>
/// <param name="Limit">What it is held against; null where the check is no figure.</param>
/// <param name="Passed">Whether it passed.</param>
/// <param name="Reason">Why it failed, where no figure says it.</param>
public sealed record UnderwritingCheck(string Check, string? Subject, decimal? Value, decimal? Limit, bool Passed, string? Reason = null);

/// <summary>What stops sales of a product whatever the size: sentences for a person, null where nothing does.</summary>
/// <param name="Breaker">Why the circuit breaker is open.</param>
/// <param name="KnownEvent">Which event may have begun.</param>
public sealed record SalesStops(string? Breaker, string? KnownEvent)
{
    /// <summary>Nothing stops sales.</summary>
    public static SalesStops None { get; } = new(Breaker: null, KnownEvent: null);
}

/// <summary>What is decided about: the cover that would be added.</summary>
public sealed record ProposedCover(Product Product, decimal CoverageUsd, IReadOnlyDictionary<Tranche, decimal> Attribution);

/// <summary>Whether the pool can carry a policy (domain, §4): every check on the position after adding it.</summary>
public static class Underwriting
{
    /// <summary>Digits of values in refusals; the comparison itself is exact.</summary>
    private const int Digits = 8;

    /// <summary>Every check with its value, passed or not. The premium changes nothing here: it adds as much to cash as to unearned premium.</summary>
    /// <param name="pool">The pool before the policy.</param>
    /// <param name="cover">What is added.</param>
    /// <param name="stops">What stops sales whatever the size.</param>
    /// <param name="worstStressLossUsd">What the worst stress scenario costs the pool as it is; null where no risk snapshot is young enough.</param>
    /// <param name="capital">The capital structure.</param>
    /// <param name="limits">The limits.</param>
    public static IReadOnlyList<UnderwritingCheck> Check(
        PoolPosition pool, ProposedCover cover, SalesStops stops, decimal? worstStressLossUsd, CapitalOptions capital, UnderwritingOptions limits)
    {
        ArgumentNullException.ThrowIfNull(stops);
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(cover);
        ArgumentNullException.ThrowIfNull(limits);
        var after = After(pool, cover);
        var total = after.TotalCapitalUsd;
        var checks = new List<UnderwritingCheck> { AtMost("ltv", subject: null, after.Ltv(capital), limits.LtvMax) };
        checks.AddRange(after.Tranches.Select(t => AtMost("tranche_utilization", t.Tranche.Word(), Utilization(t), limits.TrancheUtilizationMax)));
        checks.Add(AtMost(
            "equity_utilization", subject: null, Utilization(after.Tranches.Single(t => t.Tranche == Tranche.Equity)), limits.EquityUtilizationMax));
        checks.Add(AtLeast("reserve_ratio", after.ReserveRatio, limits.ReserveRatioMin));

        var coin = cover.Product.Stablecoin;
        checks.Add(AtMost("single_asset", coin.Word(), Over(after.CoverageByStablecoin[coin], total), limits.SingleAssetMax));
        checks.AddRange(CorrelatedGroups.OrDefaults(limits.CorrelatedGroups).Where(g => g.Contains(coin)).Select(g => AtMost(
            "correlated_group",
            string.Join('+', g.Select(c => c.Word())),
            Over(g.Sum(c => after.CoverageByStablecoin.GetValueOrDefault(c)), total),
            limits.CorrelatedGroupMax)));

        var (type, chain) = (cover.Product.CoverageType, cover.Product.Chain);
        checks.Add(AtMost("chain", chain.Word(), Over(after.CoverageByChain[chain], total), limits.ChainMax[chain]));
        checks.Add(AtMost("coverage_type", type.Word(), Over(after.CoverageByType[type], total), limits.CoverageTypeMax[type]));

        var stressed = (worstStressLossUsd ?? (limits.AssumedStressLoss * pool.TotalCoverageUsd)) + cover.CoverageUsd;
        checks.Add(AtLeast("stress_buffer", Over(total, stressed), limits.StressBufferMin));
        checks.Add(Free("circuit_breaker", subject: null, stops.Breaker));
        checks.Add(Free("known_event", coin.Word(), stops.KnownEvent));
        return checks;
    }

    /// <summary>The pool with the cover added.</summary>
    public static PoolPosition After(PoolPosition pool, ProposedCover cover)
    {
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(cover);
        return pool with
        {
            ActivePolicies = pool.ActivePolicies + 1,
            Tranches = [.. pool.Tranches.Select(t => t with { CoverageUsd = t.CoverageUsd + cover.Attribution[t.Tranche] })],
            CoverageByType = Plus(pool.CoverageByType, cover.Product.CoverageType, cover.CoverageUsd),
            CoverageByChain = Plus(pool.CoverageByChain, cover.Product.Chain, cover.CoverageUsd),
            CoverageByStablecoin = Plus(pool.CoverageByStablecoin, cover.Product.Stablecoin, cover.CoverageUsd),
        };
    }

    private static Dictionary<T, decimal> Plus<T>(IReadOnlyDictionary<T, decimal> coverage, T member, decimal amount)
        where T : struct => new(coverage) { [member] = coverage.GetValueOrDefault(member) + amount };

    /// <summary>Coverage over capital without the cap at 1, so that a refusal says how far over it is.</summary>
    private static decimal? Utilization(TranchePosition tranche) => tranche.CoverageUsd == 0 ? 0 : Over(tranche.CoverageUsd, tranche.CapitalUsd);

    private static decimal? Over(decimal amount, decimal by) => by > 0 ? amount / by : null;

    private static UnderwritingCheck AtMost(string check, string? subject, decimal? value, decimal limit) =>
        new(check, subject, Shown(value), limit, value <= limit);

    private static UnderwritingCheck AtLeast(string check, decimal? value, decimal limit) =>
        new(check, Subject: null, Shown(value), limit, value >= limit);

    private static UnderwritingCheck Free(string check, string? subject, string? obstacle) =>
        new(check, subject, Value: null, Limit: null, obstacle is null, obstacle);

    private static decimal? Shown(decimal? value) => value is { } known ? Math.Round(known, Digits) : null;
}

using System.Text.Json.Serialization;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Alerts;
using Sure.RiskService.Exposures;
using Sure.RiskService.Scenarios;

namespace Sure.RiskService.Stress;

/// <summary>A limit that a fall can breach.</summary>
public enum StressLimit
{
    /// <summary>The Critical limit of the LTV.</summary>
    [JsonStringEnumMemberName("ltv")]
    Ltv,

    /// <summary>The Critical limit of the reserve ratio.</summary>
    [JsonStringEnumMemberName("reserve_ratio")]
    ReserveRatio,

    /// <summary>Capital below what the cover needs, none left, or a claim that no tranche can bear.</summary>
    [JsonStringEnumMemberName("capital")]
    Capital,
}

/// <summary>The limits that are held against the pool after a fall.</summary>
/// <param name="Ltv">Breached at or above it.</param>
/// <param name="ReserveRatio">Breached at or below it.</param>
/// <param name="LeastCapitalPerCoverage">Breached below it.</param>
internal sealed record StressLimits(decimal Ltv, decimal ReserveRatio, decimal LeastCapitalPerCoverage)
{
    /// <summary>The limits as they are configured.</summary>
    public static StressLimits Of(LimitOptions limits, StressOptions options) =>
        new(limits.Ltv.Critical, limits.Reserves.Critical, options.LeastCapitalPerCoverage);

    /// <summary>The limits that <paramref name="result"/> breaches.</summary>
    public IReadOnlyList<StressLimit> BreachedBy(StressResult result)
    {
        var breached = new List<StressLimit>();
        if (result.LtvAfter is not { } ltv || ltv >= Ltv)
        {
            breached.Add(StressLimit.Ltv);
        }

        if (result.ReserveRatioAfter <= ReserveRatio)
        {
            breached.Add(StressLimit.ReserveRatio);
        }

        if (result.UncoveredUsd > 0
            || result.CapitalAfterUsd < result.CoverageUsd * LeastCapitalPerCoverage
            || (result.CapitalAfterUsd <= 0 && result.ClaimsUsd > 0))
        {
            breached.Add(StressLimit.Capital);
        }

        return breached;
    }
}

/// <summary>The smallest fall that breaches a limit.</summary>
/// <param name="Drop">1 − peg ratio, 0 … 1 in steps of 0.0001; 0 when a limit is breached already.</param>
/// <param name="Limits">What it breaches.</param>
internal sealed record Breach(decimal Drop, IReadOnlyList<StressLimit> Limits);

/// <summary>Looks for the smallest fall of a peg ratio that breaches a limit (domain, §8). Pure.</summary>
internal static class ReverseStress
{
    /// <summary>Steps of the fall from 1 to 0.</summary>
    private const int Steps = 10_000;

    /// <summary>
    /// The smallest fall of <paramref name="coins"/> from a peg ratio of 1, all by the same, that breaches one of
    /// <paramref name="limits"/>; null when not even a fall to nothing does.
    /// </summary>
    /// <remarks>
    /// Bisection needs that what is breached at one fall is breached at every greater one. A lower price triggers no policy less and pays
    /// none less, so the loss never shrinks, and in the waterfall no tranche's capital grows with it. Coverage stands (see
    /// <see cref="StressTest.Run"/>), hence the LTV never falls; reserves and capital fall by the same amount, hence their ratio, of at
    /// most 1, never rises; and where capital is used up and that ratio has no meaning, the capital limit is breached instead.
    /// </remarks>
    /// <param name="coins">What falls.</param>
    /// <param name="covers">Active cover.</param>
    /// <param name="capital">The capital behind it.</param>
    /// <param name="rules">How a shock reaches it.</param>
    /// <param name="limits">What must hold after it.</param>
    public static Breach? Find(
        IReadOnlyCollection<Stablecoin> coins, IReadOnlyCollection<Cover> covers, StressCapital capital, StressRules rules, StressLimits limits)
    {
        var falling = coins.ToHashSet();
        var condensed = Condense(covers, falling);
        if (BreachedAt(Steps).Count == 0)
        {
            return null;
        }

        // Invariant: breached at high, and at no step below low.
        var (low, high) = (0, Steps);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = BreachedAt(middle).Count > 0 ? (low, middle) : (middle + 1, high);
        }

        return new Breach((decimal)high / Steps, BreachedAt(high));

        IReadOnlyList<StressLimit> BreachedAt(int step)
        {
            var shock = new Shock { PegRatios = falling.ToDictionary(c => c, _ => 1 - ((decimal)step / Steps)) };
            return limits.BreachedBy(StressTest.Run(shock, condensed, capital, rules));
        }
    }

    /// <summary>Sums what the fall treats alike; what it cannot trigger only counts as coverage, and needs one line.</summary>
    private static List<Cover> Condense(IReadOnlyCollection<Cover> covers, HashSet<Stablecoin> falling) =>
    [
        .. covers
            .Select(c => falling.Contains(c.Stablecoin) && StressTest.TermsOf(c) is { } terms
                ? c with { Chain = default, Stablecoin = falling.First(), Terms = terms }
                : new Cover(CoverageType.Oracle, default, default, Terms: null, c.CoverageUsd))
            .GroupBy(c => c with { CoverageUsd = 0, StandardRate = 0, PolicyCount = 0 })
            .Select(g => g.Key with { CoverageUsd = g.Sum(c => c.CoverageUsd) }),
    ];
}

using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Premiums;

/// <summary>How earned premium is spread over the tranches (domain, §3).</summary>
public static class PremiumSharing
{
    private const decimal DaysPerYear = 365m;

    private const decimal Cent = 0.01m;

    /// <summary>Decimals of a share; few enough that a <see cref="decimal"/> adds shares of any size up exactly.</summary>
    private const int CarryDecimals = 12;

    /// <summary>
    /// Shares <paramref name="earnedUsd"/> in proportion to capital × target yield. What exceeds every target of the time it was earned in
    /// goes to <see cref="Tranche.Equity"/>; while that has no capital, to the most junior tranche that has, for whoever comes next would
    /// own what no one holds shares of. Whole cents are credited, the rest of each share is carried to the next booking, so that premium
    /// earned cent by cent ends where it would have ended at once. With no capital at all nothing is shared: then it is surplus.
    /// </summary>
    /// <param name="earnedUsd">≥ 0, whole cents.</param>
    /// <param name="tranches">Capital, coverage and carry when it is booked.</param>
    /// <param name="elapsed">Time since the last booking, for which the targets are owed.</param>
    /// <returns>The tranches with their part; together it is what was earned, or nothing.</returns>
    public static IReadOnlyList<TranchePosition> Share(decimal earnedUsd, IReadOnlyList<TranchePosition> tranches, TimeSpan elapsed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(earnedUsd);
        var yearly = tranches.ToDictionary(t => t.Tranche, t => Math.Max(0, t.CapitalUsd) * ApyCurve.TargetPercent(t.Tranche, t.Utilization) / 100m);
        var total = yearly.Values.Sum();
        if (total == 0)
        {
            return [.. tranches.Select(t => t with { PremiumCarryUsd = 0 })];
        }

        var shared = Math.Min(earnedUsd, total * (decimal)elapsed.TotalDays / DaysPerYear);
        var owed = tranches.ToDictionary(
            t => t.Tranche,
            t => t.CapitalUsd > 0 ? Math.Round(shared * yearly[t.Tranche] / total, CarryDecimals, MidpointRounding.ToZero) + t.PremiumCarryUsd : 0);
        owed[tranches.Where(t => t.CapitalUsd > 0).Max(t => t.Tranche)] += earnedUsd - owed.Values.Sum();
        var credited = WholeCents(owed, earnedUsd);
        return
        [
            .. tranches.Select(t => t with
            {
                CapitalUsd = t.CapitalUsd + credited[t.Tranche],
                PremiumCarryUsd = owed[t.Tranche] - credited[t.Tranche],
            }),
        ];
    }

    /// <summary>
    /// What is owed in cents that add up to <paramref name="sumUsd"/>: a cent that is left goes to whom most is still owed. Nobody gives
    /// back what was given in advance; where that leaves too few cents, those who are owed least beyond theirs wait for one.
    /// </summary>
    private static Dictionary<Tranche, decimal> WholeCents(Dictionary<Tranche, decimal> owed, decimal sumUsd)
    {
        var credited = owed.ToDictionary(o => o.Key, o => Math.Max(0, Math.Round(o.Value, 2, MidpointRounding.ToZero)));
        var left = sumUsd - credited.Values.Sum();
        for (; left > 0; left -= Cent)
        {
            credited[owed.MaxBy(o => o.Value - credited[o.Key]).Key] += Cent;
        }

        for (; left < 0; left += Cent)
        {
            credited[owed.Where(o => credited[o.Key] > 0).MinBy(o => o.Value - credited[o.Key]).Key] -= Cent;
        }

        return credited;
    }
}

using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Premiums;

/// <summary>How earned premium is spread over the tranches (domain, §3).</summary>
public static class PremiumSharing
{
    private const decimal DaysPerYear = 365m;

    /// <summary>
    /// Shares <paramref name="earnedUsd"/> in proportion to capital × target yield. What exceeds every target of the time it was earned in
    /// goes to <see cref="Tranche.Equity"/>, and so do the cents left by rounding; while that has no capital, to the most junior tranche
    /// that has, for whoever comes next would own what no one holds shares of. Empty with no capital at all: then it is surplus.
    /// </summary>
    /// <param name="earnedUsd">≥ 0, whole cents.</param>
    /// <param name="tranches">Capital and coverage when it is booked.</param>
    /// <param name="elapsed">Time since the last booking, for which the targets are owed.</param>
    public static IReadOnlyDictionary<Tranche, decimal> Share(decimal earnedUsd, IReadOnlyList<TranchePosition> tranches, TimeSpan elapsed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(earnedUsd);
        var yearly = tranches.ToDictionary(t => t.Tranche, t => Math.Max(0, t.CapitalUsd) * ApyCurve.TargetPercent(t.Tranche, t.Utilization) / 100m);
        var total = yearly.Values.Sum();
        if (total == 0)
        {
            return new Dictionary<Tranche, decimal>();
        }

        var owed = total * (decimal)elapsed.TotalDays / DaysPerYear;
        var shared = Math.Min(earnedUsd, owed);
        var parts = yearly.ToDictionary(y => y.Key, y => Math.Round(shared * y.Value / total, 2, MidpointRounding.ToZero));
        parts[tranches.Where(t => t.CapitalUsd > 0).Max(t => t.Tranche)] += earnedUsd - parts.Values.Sum();
        return parts;
    }
}

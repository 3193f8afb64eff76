using System.Globalization;
using Sure.Contracts.Capital;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;

namespace Sure.UtilizationService.Breaker;

/// <summary>Losses of the last day, against which the breaker is held.</summary>
/// <param name="LossesUsd">Payouts decided in the window, this one included.</param>
/// <param name="CapitalBeforeUsd">Capital of all tranches before the first of them.</param>
public sealed record RecentLosses(decimal LossesUsd, decimal CapitalBeforeUsd);

/// <summary>Decides whether a payout stops new policies and withdrawals (domain, §3).</summary>
public static class CircuitBreaker
{
    /// <summary>Why it trips, in one sentence for a person; null when it does not.</summary>
    /// <param name="before">The pool before the payout.</param>
    /// <param name="after">The pool after it, its coverage released.</param>
    /// <param name="split">Who bears it.</param>
    /// <param name="recent">Losses of the window, this one included.</param>
    /// <param name="options">The limits.</param>
    public static string? WhyTrip(PoolPosition before, PoolPosition after, LossSplit split, RecentLosses recent, BreakerOptions options)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        ArgumentNullException.ThrowIfNull(split);
        ArgumentNullException.ThrowIfNull(recent);
        ArgumentNullException.ThrowIfNull(options);
        if (recent.LossesUsd > options.WindowLossMax * recent.CapitalBeforeUsd)
        {
            return Text($"Losses of {recent.LossesUsd:0.00} USD within {options.Window.TotalHours:0} hours exceed {options.WindowLossMax:P0} of the capital of {recent.CapitalBeforeUsd:0.00} USD before them.");
        }

        foreach (var tranche in before.Tranches.Where(t => t.CapitalUsd > 0 && t.CapitalUsd >= options.TrancheShareMin * before.TotalCapitalUsd))
        {
            var taken = split.BorneUsd[tranche.Tranche];
            if (taken > options.TrancheLossMax * tranche.CapitalUsd)
            {
                return Text($"One payout takes {taken:0.00} of the {tranche.CapitalUsd:0.00} USD of {tranche.Tranche.Word()}, more than {options.TrancheLossMax:P0}.");
            }
        }

        return after.TotalCapitalUsd < after.TotalCoverageUsd
            ? Text($"The capital of {after.TotalCapitalUsd:0.00} USD is less than the coverage of {after.TotalCoverageUsd:0.00} USD.")
            : null;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.LossModel;

/// <summary>
/// What the simulated losses do to the tranches: each bears what exceeds the capital junior to it, up to its own (1-domain §3, loss waterfall). The
/// capital is that of now; premiums earned and capital moved within the horizon are not counted.
/// </summary>
internal static class TrancheView
{
    /// <summary>The six tranches, first loss first; one that <paramref name="capital"/> does not name has none.</summary>
    public static IReadOnlyList<TrancheLoss> Of(ReadOnlySpan<double> losses, IReadOnlyDictionary<Tranche, decimal> capital)
    {
        var tranches = Words<Tranche>.Members.Reverse().ToArray();
        var own = tranches.Select(t => (double)capital.GetValueOrDefault(t)).ToArray();
        var (sums, squares) = (new double[tranches.Length], new double[tranches.Length]);
        var (touched, wipedOut) = (new int[tranches.Length], new int[tranches.Length]);
        foreach (var loss in losses)
        {
            var left = loss;
            for (var tranche = 0; left > 0 && tranche < tranches.Length; tranche++)
            {
                var borne = Math.Min(left, own[tranche]);
                sums[tranche] += borne;
                squares[tranche] += borne * borne;
                touched[tranche] += borne > 0 ? 1 : 0;
                wipedOut[tranche] += borne > 0 && left >= own[tranche] ? 1 : 0;
                left -= borne;
            }
        }

        var n = (double)losses.Length;
        return
        [
            .. tranches.Select((tranche, i) =>
            {
                var mean = sums[i] / n;
                // Never below 0 but for rounding, when all scenarios cost the same.
                var variance = Math.Max(0, squares[i] - (n * mean * mean)) / (n - 1);
                return new TrancheLoss(tranche, own[i], new Estimate(mean, Math.Sqrt(variance / n)), touched[i] / n, wipedOut[i] / n);
            }),
        ];
    }
}

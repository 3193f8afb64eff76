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
        var result = new List<TrancheLoss>();
        var borne = new double[losses.Length];
        var attachment = 0.0;
        foreach (var tranche in Words<Tranche>.Members.Reverse())
        {
            var own = (double)capital.GetValueOrDefault(tranche);
            var (touched, wipedOut) = (0, 0);
            for (var i = 0; i < losses.Length; i++)
            {
                borne[i] = Math.Clamp(losses[i] - attachment, 0, own);
                touched += borne[i] > 0 ? 1 : 0;
                wipedOut += own > 0 && losses[i] >= attachment + own ? 1 : 0;
            }

            result.Add(new TrancheLoss(
                tranche, own, LossStatistics.Mean(borne), (double)touched / losses.Length, (double)wipedOut / losses.Length));
            attachment += own;
        }

        return result;
    }
}

using Sure.Coordination.Writing;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Statistics;

namespace Sure.UtilizationService.Claims;

/// <summary>
/// What a claim that waits for cash is not paid after all: the cash was lost where it was deployed, and there was no tranche left to bear
/// that. Without it claims would go on being owed what is not there, out of whatever comes next – the money of who deposits then.
/// </summary>
/// <param name="Claim">The claim as it was before.</param>
/// <param name="AmountUsd">By how much; &gt; 0 and at most what it was still owed.</param>
internal sealed record ClaimReduction(Claim Claim, decimal AmountUsd)
{
    /// <summary>
    /// Who bears <paramref name="shortfallUsd"/>: the newest first, each down to nothing before the one before it, because the oldest is paid
    /// first. What exceeds all that is owed is nobody's.
    /// </summary>
    /// <param name="waiting">The claims that wait, oldest first.</param>
    /// <param name="shortfallUsd">What no tranche could bear; ≥ 0, whole cents.</param>
    public static IReadOnlyList<ClaimReduction> Of(IReadOnlyList<Claim> waiting, decimal shortfallUsd)
    {
        var reductions = new List<ClaimReduction>();
        foreach (var claim in waiting.Reverse())
        {
            var part = Math.Min(shortfallUsd, ClaimPayments.OwedUsd(claim));
            if (part > 0)
            {
                reductions.Add(new ClaimReduction(claim, part));
                shortfallUsd -= part;
            }
        }

        return reductions;
    }

    /// <summary>Adds them to the batch that books the shortfall, under the lock of the pool.</summary>
    public static void Write(WriteBatch batch, IReadOnlyList<ClaimReduction> reductions, DateTimeOffset now)
    {
        if (reductions.Count == 0)
        {
            return;
        }

        ClaimStore.Reduce(batch, reductions);
        ClaimStatistics.CountReduced(batch, reductions, now);
        LedgerStore.Write(batch, reductions.Select(r => r.Entry(now)));
    }

    /// <summary>As where a claim is decided that no tranche can bear: what nobody owes mirrors the shortfall.</summary>
    public JournalEntry Entry(DateTimeOffset now) => JournalEntry.Of(
        "claim_reduced", $"{Claim.PolicyId}", now, Posting.Debit(Account.ClaimsPayable, AmountUsd), Posting.Credit(Account.ClaimsReduced, AmountUsd));
}

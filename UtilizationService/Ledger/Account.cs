using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Ledger;

/// <summary>
/// The accounts of the journal. What the pool has is a debit (positive), what it owes or was given a credit (negative).
/// Liquidity providers have no account in dollars: theirs are holdings of shares, with a journal of their own (<see cref="Vault.ShareMovement"/>).
/// </summary>
public static class Account
{
    /// <summary>Money at hand.</summary>
    public const string Cash = "cash";

    /// <summary>Capital earning elsewhere.</summary>
    public const string Deployed = "deployed";

    /// <summary>Premium received for time that has not passed yet.</summary>
    public const string PremiumUnearned = "premium_unearned";

    /// <summary>Premium earned, on its way to the tranches: what comes in goes out in the same entry.</summary>
    public const string PremiumEarned = "premium_earned";

    /// <summary>Claims decided and not yet paid.</summary>
    public const string ClaimsPayable = "claims_payable";

    /// <summary>Losses that no tranche could bear.</summary>
    public const string Shortfall = "shortfall";

    /// <summary>The part of claims that nobody owes because no tranche could bear it; mirrors <see cref="Shortfall"/>.</summary>
    public const string ClaimsReduced = "claims_reduced";

    /// <summary>Premium earned while there was no capital.</summary>
    public const string Surplus = "surplus";

    /// <summary>What the holders of a tranche are owed.</summary>
    public static string Capital(Tranche tranche) => $"capital:{tranche.Word()}";
}

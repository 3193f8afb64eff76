using System.Text.Json.Serialization;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Claims;

/// <summary>Life of a claim.</summary>
public enum ClaimStatus
{
    /// <summary>Filed while the event was not decided yet: a run goes on, an exploit or an incident is unconfirmed.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>The trigger was not met.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,

    /// <summary>The trigger was met; the payout is booked and waits for cash.</summary>
    [JsonStringEnumMemberName("triggered")]
    Triggered,

    /// <summary>Paid in full.</summary>
    [JsonStringEnumMemberName("paid")]
    Paid,

    /// <summary>Paid as far as the tranches could bear it; that can be nothing.</summary>
    [JsonStringEnumMemberName("partially_paid")]
    PartiallyPaid,
}

/// <summary>A claim as it is kept. Amounts in USD.</summary>
/// <param name="ClaimId">Its id; a version 7 UUID.</param>
/// <param name="PolicyId">Its policy.</param>
/// <param name="Holder">Whose policy.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TriggeredAt">When the trigger was met, by the facts it rests on; null unless it was.</param>
/// <param name="PayoutFraction">Part of the cover that is owed, 0 … 1; null unless it was met.</param>
/// <param name="PayoutUsd">What is owed; null unless it was met.</param>
/// <param name="ShortfallUsd">
/// The part of it that no tranche could bear, when it was decided or while it waited for cash that was lost then
/// (<see cref="ClaimReduction"/>); null unless it was met.
/// </param>
/// <param name="Reason">One sentence for a person.</param>
/// <param name="EvidenceHash">Hash of its decision in the evidence chain; null while it is pending.</param>
/// <param name="FiledAt">When it was filed by its holder, or made by the trigger watch.</param>
/// <param name="DecidedAt">When it was decided; null while it is pending.</param>
/// <param name="PaidAt">When it was paid; null while it is not.</param>
public sealed record Claim(
    Guid ClaimId,
    Guid PolicyId,
    string Holder,
    ClaimStatus Status,
    DateTimeOffset? TriggeredAt,
    decimal? PayoutFraction,
    decimal? PayoutUsd,
    decimal? ShortfallUsd,
    string Reason,
    string? EvidenceHash,
    DateTimeOffset FiledAt,
    DateTimeOffset? DecidedAt,
    DateTimeOffset? PaidAt)
{
    /// <summary>A claim on <paramref name="policy"/> that is not decided yet.</summary>
    public static Claim File(Policy policy, string reason, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return new(
            Guid.CreateVersion7(now),
            policy.PolicyId,
            policy.Holder,
            ClaimStatus.Pending,
            TriggeredAt: null,
            PayoutFraction: null,
            PayoutUsd: null,
            ShortfallUsd: null,
            reason,
            EvidenceHash: null,
            FiledAt: now,
            DecidedAt: null,
            PaidAt: null);
    }
}

/// <summary>A claim as clients see it. Amounts in USD.</summary>
/// <param name="ClaimId">Its id.</param>
/// <param name="PolicyId">Its policy.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="TriggeredAt">When the trigger was met, by the facts it rests on; null unless it was.</param>
/// <param name="PayoutFraction">Part of the cover that is owed, 0 … 1; null unless it was met.</param>
/// <param name="PayoutUsd">What is owed by the terms of the policy; null unless it was met.</param>
/// <param name="ShortfallUsd">
/// The part of it that is not paid because no tranche can bear it. It is decided with the claim, and grows while that waits for cash which is
/// then lost; null unless the trigger was met.
/// </param>
/// <param name="Reason">Why it was decided so, in one sentence.</param>
/// <param name="EvidenceHash">Hash of its decision in the evidence chain; null while it is pending.</param>
/// <param name="FiledAt">When it was filed by its holder, or made by the trigger watch.</param>
/// <param name="DecidedAt">When it was decided; null while it is pending.</param>
/// <param name="PaidAt">When it was paid; null while it is not.</param>
/// <param name="Timestamp">When this was answered.</param>
public sealed record ClaimDocument(
    Guid ClaimId,
    Guid PolicyId,
    ClaimStatus Status,
    DateTimeOffset? TriggeredAt,
    decimal? PayoutFraction,
    decimal? PayoutUsd,
    decimal? ShortfallUsd,
    string Reason,
    string? EvidenceHash,
    DateTimeOffset FiledAt,
    DateTimeOffset? DecidedAt,
    DateTimeOffset? PaidAt,
    DateTimeOffset Timestamp)
{
    /// <summary>The document of <paramref name="claim"/> at <paramref name="now"/>.</summary>
    public static ClaimDocument Of(Claim claim, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(claim);
        return new(
            claim.ClaimId,
            claim.PolicyId,
            claim.Status,
            claim.TriggeredAt,
            claim.PayoutFraction,
            claim.PayoutUsd,
            claim.ShortfallUsd,
            claim.Reason,
            claim.EvidenceHash,
            claim.FiledAt,
            claim.DecidedAt,
            claim.PaidAt,
            now);
    }
}

using Sure.Contracts.Capital;
using Sure.Contracts.Events;
using Sure.UtilizationService.Breaker;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Premiums;

namespace Sure.UtilizationService.Claims;

/// <summary>What decisions start from, read under the lock of the pool.</summary>
/// <param name="Position">The pool; with earned premium booked where any of them pays.</param>
/// <param name="Breaker">The circuit breaker.</param>
/// <param name="Recent">Losses of the breaker's window so far; null where there are none.</param>
/// <param name="LastEvidence">Number and hash of the last decision in the evidence chain.</param>
internal sealed record SettlementView(PoolPosition Position, BreakerState Breaker, RecentLosses? Recent, EvidenceLink LastEvidence);

/// <summary>A decision with everything that follows from it.</summary>
/// <param name="Policy">The policy as it was before.</param>
/// <param name="Claim">The claim, decided.</param>
/// <param name="Evidence">Why.</param>
/// <param name="Entries">What it moves in the journal.</param>
/// <param name="Events">What others are told.</param>
/// <param name="CapitalBeforeUsd">Capital of all tranches before the loss.</param>
internal sealed record Decision(
    Policy Policy, Claim Claim, KeptEvidence Evidence, IReadOnlyList<JournalEntry> Entries, IReadOnlyList<IPlatformEvent> Events, decimal CapitalBeforeUsd)
{
    /// <summary>Whether the policy pays.</summary>
    public bool Triggered => Claim.Status is ClaimStatus.Triggered;
}

/// <summary>
/// Books findings one after the other; each sees the pool as those before it left it (domain, §3: the rest of the premium is earned, the
/// loss falls on the tranches junior to senior, the coverage is released, the breaker is held against it). No I/O.
/// </summary>
internal sealed class SettlementBook(SettlementView view, CanonicalPoints points, BreakerOptions breaker, DateTimeOffset now)
{
    private RecentLosses? _recent = view.Recent;
    private EvidenceLink _last = view.LastEvidence;

    /// <summary>The pool after everything booked so far.</summary>
    public PoolPosition Position { get; private set; } = view.Position;

    /// <summary>Why the breaker trips; null when it does not, or is open already.</summary>
    public string? TripReason { get; private set; }

    /// <summary>The trigger was met: the policy pays.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="policy">The policy, active.</param>
    /// <param name="filed">Its pending claim; null where nobody filed one.</param>
    public Decision Pay(Finding.Met finding, Policy policy, Claim? filed)
    {
        var entries = new List<JournalEntry>();
        var unearned = policy.PremiumUsd - policy.EarnedUsd;
        if (unearned > 0)
        {
            var (entry, after) = PremiumBooking.Earn(unearned, $"{policy.PolicyId}", Position, Remaining(policy), now);
            entries.Add(entry);
            Position = after;
        }

        var before = Position;
        var payout = Math.Round(policy.CoverageUsd * finding.PayoutFraction, 2, MidpointRounding.AwayFromZero);
        var split = LossWaterfall.Split(payout, before.Tranches);
        entries.Add(JournalEntry.Of(
            "claim",
            $"{policy.PolicyId}",
            now,
            [
                .. split.BorneUsd.Select(b => Posting.Debit(Account.Capital(b.Key), b.Value)),
                Posting.Credit(Account.ClaimsPayable, split.TotalBorneUsd),
                Posting.Debit(Account.Shortfall, split.ShortfallUsd),
                Posting.Credit(Account.ClaimsReduced, split.ShortfallUsd),
            ]));
        Position = After(before, policy, split);
        HoldBreaker(before, payout, split);

        var claim = Claimed(policy, filed, finding) with
        {
            Status = ClaimStatus.Triggered,
            TriggeredAt = finding.At,
            PayoutFraction = finding.PayoutFraction,
            PayoutUsd = payout,
            ShortfallUsd = split.ShortfallUsd,
            DecidedAt = now,
        };
        var evidence = Record(claim, policy, finding);
        claim = claim with { EvidenceHash = evidence.Hash };
        var triggered = new PolicyTriggered(
            Guid.CreateVersion7(now),
            now,
            policy.PolicyId,
            claim.ClaimId,
            policy.Product.CoverageType,
            policy.Product.Chain,
            policy.Product.Stablecoin,
            policy.CoverageUsd,
            payout,
            split.ShortfallUsd,
            finding.At);
        return new(policy, claim, evidence, entries, [triggered, Decided(claim)], before.TotalCapitalUsd);
    }

    /// <summary>The trigger was not met: the claim is refused and nothing moves.</summary>
    /// <param name="finding">What was found.</param>
    /// <param name="policy">The policy, whatever its status.</param>
    /// <param name="filed">Its pending claim; null where it is filed only now.</param>
    public Decision Refuse(Finding finding, Policy policy, Claim? filed)
    {
        var claim = Claimed(policy, filed, finding) with { Status = ClaimStatus.Refused, DecidedAt = now };
        var evidence = Record(claim, policy, finding);
        claim = claim with { EvidenceHash = evidence.Hash };
        return new(policy, claim, evidence, [], [Decided(claim)], Position.TotalCapitalUsd);
    }

    private static PoolPosition After(PoolPosition before, Policy policy, LossSplit split) => before with
    {
        Tranches =
        [
            .. before.Tranches.Select(t => t with
            {
                CapitalUsd = t.CapitalUsd - split.BorneUsd[t.Tranche],
                CoverageUsd = t.CoverageUsd - policy.Attribution[t.Tranche],
            }),
        ],
        ClaimsPayableUsd = before.ClaimsPayableUsd + split.TotalBorneUsd,
        ShortfallUsd = before.ShortfallUsd + split.ShortfallUsd,
        ActivePolicies = before.ActivePolicies - 1,
    };

    private void HoldBreaker(PoolPosition before, decimal payout, LossSplit split)
    {
        _recent = _recent is { } recent ? recent with { LossesUsd = recent.LossesUsd + payout } : new(payout, before.TotalCapitalUsd);
        if (!view.Breaker.Open)
        {
            TripReason ??= CircuitBreaker.WhyTrip(before, Position, split, _recent, breaker);
        }
    }

    // The premium of the time that is left was meant for the capital that stood by in it.
    private TimeSpan Remaining(Policy policy) => policy.EndsAt > now ? policy.EndsAt - now : TimeSpan.Zero;

    private Claim Claimed(Policy policy, Claim? filed, Finding finding) => (filed ?? Claim.File(policy, finding.Reason, now)) with { Reason = finding.Reason };

    private KeptEvidence Record(Claim claim, Policy policy, Finding finding)
    {
        var evidence = _last.Next(claim.ClaimId, DecisionRecord.Of(claim, policy, finding.Basis, points));
        _last = new EvidenceLink(evidence.Number, evidence.Hash);
        return evidence;
    }

    private ClaimDecided Decided(Claim claim) => new(
        Guid.CreateVersion7(now), now, claim.ClaimId, claim.PolicyId, claim.Status is ClaimStatus.Triggered, claim.PayoutUsd ?? 0, claim.Reason, claim.EvidenceHash!);
}

namespace Sure.UtilizationService.Claims.Evidence;

/// <summary>The end of the chain so far, to which the next decision is linked.</summary>
/// <param name="Number">Of the last decision; 0 before the first.</param>
/// <param name="Hash">Of the last decision.</param>
public sealed record EvidenceLink(long Number, string Hash)
{
    /// <summary>Before the first decision.</summary>
    public static EvidenceLink Start { get; } = new(0, EvidenceChain.Genesis);

    /// <summary>The next decision, linked to this one.</summary>
    /// <param name="claimId">The claim that it decides.</param>
    /// <param name="canonicalBody">Why, as <see cref="CanonicalJson"/> writes it.</param>
    public KeptEvidence Next(Guid claimId, string canonicalBody) =>
        new(Number + 1, claimId, Hash, EvidenceChain.HashOf(Hash, canonicalBody), canonicalBody);
}

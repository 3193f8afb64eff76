using System.Text.Json.Nodes;

namespace Sure.UtilizationService.Claims.Evidence;

/// <summary>The end of the chain so far, to which the next decision is linked.</summary>
/// <param name="Number">Of the last decision; 0 before the first.</param>
/// <param name="Hash">Of the last decision.</param>
public sealed record EvidenceLink(long Number, string Hash)
{
    /// <summary>Before the first decision.</summary>
    public static EvidenceLink Start { get; } = new(0, EvidenceChain.Genesis);

    /// <summary>The next decision, linked to this one.</summary>
    public EvidenceBundle Next(Guid claimId, JsonNode body) =>
        new(Number + 1, claimId, Hash, EvidenceChain.HashOf(Hash, CanonicalJson.Write(body)), body);
}

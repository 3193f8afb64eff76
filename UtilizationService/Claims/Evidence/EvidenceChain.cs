using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Sure.UtilizationService.Claims.Evidence;

/// <summary>Why a claim was decided as it was, and its place in the chain of decisions.</summary>
/// <param name="Number">1, 2, 3 … without gaps.</param>
/// <param name="ClaimId">The claim.</param>
/// <param name="PreviousHash">Hash of the decision before; <see cref="EvidenceChain.Genesis"/> for the first.</param>
/// <param name="Hash">Its own, over the one before and its body.</param>
/// <param name="Body">The points that prove it, the rule and its numbers, the arithmetic, the decision.</param>
public sealed record EvidenceBundle(long Number, Guid ClaimId, string PreviousHash, string Hash, JsonNode Body);

/// <summary>A bundle as it is kept: its body is canonical text, which its hash is over.</summary>
public sealed record KeptEvidence(long Number, Guid ClaimId, string PreviousHash, string Hash, string Body)
{
    /// <summary>The bundle.</summary>
    public EvidenceBundle ToBundle() => new(Number, ClaimId, PreviousHash, Hash, JsonNode.Parse(Body)!);
}

/// <summary>The chain of decisions: who holds some of it can tell that none of it was changed or left out since.</summary>
public static class EvidenceChain
{
    /// <summary>What stands for the decision before the first.</summary>
    public static string Genesis { get; } = new('0', SHA256.HashSizeInBytes * 2);

    /// <summary>Lowercase hex SHA-256 of UTF-8 <c>previousHash + "\n" + canonicalBody</c>.</summary>
    /// <param name="previousHash">Of the decision before, or <see cref="Genesis"/>.</param>
    /// <param name="canonicalBody">As <see cref="CanonicalJson"/> writes it.</param>
    public static string HashOf(string previousHash, string canonicalBody) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{previousHash}\n{canonicalBody}")));

    /// <summary>What is wrong with <paramref name="bundle"/>, in sentences; none when it is sound.</summary>
    /// <param name="bundle">To be checked.</param>
    /// <param name="before">The decision before it, where it is at hand: the two must be linked.</param>
    public static IEnumerable<string> Faults(EvidenceBundle bundle, EvidenceBundle? before)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        if (bundle.Hash != HashOf(bundle.PreviousHash, CanonicalJson.Write(bundle.Body)))
        {
            yield return "its hash is not that of its body and the hash before.";
        }

        if (bundle.Number == 1 && bundle.PreviousHash != Genesis)
        {
            yield return "it is the first, but names a decision before it.";
        }

        if (before is not null && before.Number == bundle.Number)
        {
            yield return "its number occurs twice.";
        }
        else if (before is not null && before.Number + 1 == bundle.Number && before.Hash != bundle.PreviousHash)
        {
            yield return $"it does not follow decision {before.Number} as that is here.";
        }
    }
}

using System.Security.Claims;
using System.Text.Json;

namespace Sure.ServiceDefaults.Identity;

/// <summary>Who asks, as the gateway vouches for it.</summary>
/// <param name="Subject">Owner of policies and accounts; null for an anonymous caller.</param>
/// <param name="ClientId">The key or token that was used; null for an anonymous caller.</param>
/// <param name="Scopes">What is allowed.</param>
/// <param name="Sources">Names of the observation sources the caller may speak for.</param>
/// <param name="Makers">
/// Subjects who made the caller's key, then those who made the key of that one, and so on; at the end stands who everybody's trust comes
/// from: a key that the platform made itself, or the issuer of a token. Empty for a key that the platform made itself.
/// </param>
public sealed record Caller(
    string? Subject, string? ClientId, IReadOnlySet<string> Scopes, IReadOnlySet<string> Sources, IReadOnlyList<string> Makers)
{
    /// <summary>Claim with the space-separated scopes.</summary>
    public const string ScopeClaim = "scope";

    /// <summary>Claim with the id of the key or token.</summary>
    public const string ClientIdClaim = "client_id";

    /// <summary>Claim with the space-separated source names.</summary>
    public const string SourcesClaim = "sources";

    /// <summary>Claim with the makers, a JSON array: unlike names of scopes and sources subjects may hold spaces.</summary>
    public const string MakersClaim = "makers";

    /// <summary>Stands among <see cref="Sources"/> for all of them.</summary>
    public const string AnySource = "*";

    /// <summary>Whether the caller operates the platform.</summary>
    public bool IsAdmin => Scopes.Contains(Scope.Admin);

    /// <summary>Reads the caller from the claims of a verified token.</summary>
    public static Caller From(ClaimsPrincipal principal)
    {
        ArgumentNullException.ThrowIfNull(principal);
        return new Caller(
            principal.FindFirstValue("sub"),
            principal.FindFirstValue(ClientIdClaim),
            SetOf(principal.FindFirstValue(ScopeClaim)),
            SetOf(principal.FindFirstValue(SourcesClaim)),
            principal.FindFirstValue(MakersClaim) is { Length: > 0 } makers ? JsonSerializer.Deserialize<string[]>(makers)! : []);
    }

    /// <summary>Whether the caller may see and move what belongs to <paramref name="owner"/>.</summary>
    public bool MayActFor(string owner) => IsAdmin || string.Equals(Subject, owner, StringComparison.Ordinal);

    /// <summary>Whether the caller may post what <paramref name="source"/> observed.</summary>
    public bool MaySpeakFor(string source) => Sources.Contains(source) || Sources.Contains(AnySource);

    private static HashSet<string> SetOf(string? spaceSeparated) =>
        [.. (spaceSeparated ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)];
}

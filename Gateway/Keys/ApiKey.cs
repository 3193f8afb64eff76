using System.Security.Cryptography;
using System.Text;

namespace Sure.Gateway.Keys;

/// <summary>What is known of a key; not the key itself.</summary>
/// <param name="Id">Names it, also to the services.</param>
/// <param name="Prefix">The part of the key that is no secret.</param>
/// <param name="Salt">Hashed together with the secret.</param>
/// <param name="Hash">SHA-256 of salt and secret.</param>
/// <param name="Subject">Whom it speaks for.</param>
/// <param name="Scopes">What it allows.</param>
/// <param name="Sources">Observation sources it may speak for; <c>*</c> for all.</param>
/// <param name="Makers">Subjects who made it: the caller it was made by, and those who made the key of that one; last the one that nobody made.</param>
/// <param name="Label">What it is for, in the words of whoever made it; empty for none.</param>
/// <param name="LimitScale">Factor on the rate limits.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on it is refused; null for never.</param>
/// <param name="RevokedAt">When it was taken back; null when it was not.</param>
/// <param name="LastUsedAt">When it was last used, to about half a minute; null when it never was.</param>
internal sealed record ApiKey(
    Guid Id,
    string Prefix,
    byte[] Salt,
    byte[] Hash,
    string Subject,
    string[] Scopes,
    string[] Sources,
    string[] Makers,
    string Label,
    decimal LimitScale,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt,
    DateTimeOffset? LastUsedAt)
{
    private const int SaltLength = 16;

    /// <summary>A new key: the record to store and the text that its owner sees once.</summary>
    /// <param name="subject">Whom it speaks for.</param>
    /// <param name="scopes">What it allows.</param>
    /// <param name="sources">Observation sources it may speak for.</param>
    /// <param name="limitScale">Factor on the rate limits.</param>
    /// <param name="expiresAt">From when on it is refused; null for never.</param>
    /// <param name="now">When it is made.</param>
    /// <param name="makers">Subjects who make it; none for a key that the platform makes itself.</param>
    /// <param name="label">What it is for.</param>
    /// <param name="text">One that there is already; null for a random one.</param>
    public static (ApiKey Key, KeyText Text) Create(
        string subject,
        IEnumerable<string> scopes,
        IEnumerable<string> sources,
        decimal limitScale,
        DateTimeOffset? expiresAt,
        DateTimeOffset now,
        IEnumerable<string>? makers = null,
        string label = "",
        KeyText? text = null)
    {
        var known = text ?? KeyText.Generate();
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        var key = new ApiKey(
            Guid.CreateVersion7(now),
            known.Prefix,
            salt,
            HashOf(salt, known),
            subject,
            [.. scopes],
            [.. sources],
            [.. makers ?? []],
            label,
            limitScale,
            now,
            expiresAt,
            RevokedAt: null,
            LastUsedAt: null);
        return (key, known);
    }

    /// <summary>Whether <paramref name="text"/> is this key; takes the same time whatever it differs in.</summary>
    public bool Is(KeyText text) => CryptographicOperations.FixedTimeEquals(Hash, HashOf(Salt, text));

    /// <summary>Whether it is neither revoked nor expired.</summary>
    public bool IsAlive(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);

    private static byte[] HashOf(byte[] salt, KeyText text) => SHA256.HashData([.. salt, .. Encoding.ASCII.GetBytes(text.Secret)]);
}

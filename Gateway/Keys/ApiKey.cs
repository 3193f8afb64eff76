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
/// <param name="LimitScale">Factor on the rate limits.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="ExpiresAt">From when on it is refused; null for never.</param>
/// <param name="RevokedAt">When it was taken back; null when it was not.</param>
internal sealed record ApiKey(
    Guid Id,
    string Prefix,
    byte[] Salt,
    byte[] Hash,
    string Subject,
    string[] Scopes,
    string[] Sources,
    decimal LimitScale,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? RevokedAt)
{
    private const int SaltLength = 16;

    /// <summary>A new key: the record to store and the text that its owner sees once.</summary>
    public static (ApiKey Key, KeyText Text) Create(
        string subject, IEnumerable<string> scopes, IEnumerable<string> sources, decimal limitScale, DateTimeOffset? expiresAt, DateTimeOffset now)
    {
        var text = KeyText.Generate();
        var salt = RandomNumberGenerator.GetBytes(SaltLength);
        return (new ApiKey(
            Guid.CreateVersion7(now), text.Prefix, salt, HashOf(salt, text), subject, [.. scopes], [.. sources], limitScale, now, expiresAt, RevokedAt: null), text);
    }

    /// <summary>Whether <paramref name="text"/> is this key; takes the same time whatever it differs in.</summary>
    public bool Is(KeyText text) => CryptographicOperations.FixedTimeEquals(Hash, HashOf(Salt, text));

    /// <summary>Whether it is neither revoked nor expired.</summary>
    public bool IsAlive(DateTimeOffset now) => RevokedAt is null && (ExpiresAt is not { } end || now < end);

    private static byte[] HashOf(byte[] salt, KeyText text) => SHA256.HashData([.. salt, .. Encoding.ASCII.GetBytes(text.Secret)]);
}

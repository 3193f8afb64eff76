using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;

namespace Sure.ServiceDefaults.Identity;

/// <summary>Section <c>Identity</c>: how this service proves to the others that it is it, and whose calls it takes.</summary>
public sealed class ServiceKeyOptions : IValidatableObject
{
    /// <summary>Its name among the services; that of the program in lower case unless said otherwise.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Private key it signs its calls with: P-256, PKCS #8, base64; the same for all instances. Without one the others refuse it.
    /// </summary>
    public string? Key { get; set; }

    /// <summary>
    /// Public keys of the services that may call it, by name: SubjectPublicKeyInfo, base64. One, or several separated by spaces, each of which
    /// is good: while a service changes its key, some of its instances sign with the old one and some with the new.
    /// </summary>
    public IDictionary<string, string> Peers { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Key is { Length: > 0 } && !IsKey(Key, (key, bytes) => key.ImportPkcs8PrivateKey(bytes, out _)))
        {
            yield return new ValidationResult("Identity:Key must be a private key on the curve P-256, as PKCS #8 in base64.");
        }

        foreach (var (name, text) in Peers)
        {
            var keys = KeysIn(text);
            if (keys.Length == 0 || !keys.All(key => IsKey(key, (k, bytes) => k.ImportSubjectPublicKeyInfo(bytes, out _))))
            {
                yield return new ValidationResult(
                    $"Identity:Peers:{name} must be a public key on the curve P-256, as SubjectPublicKeyInfo in base64, or several separated by spaces.");
            }
        }
    }

    /// <summary>The keys of one peer.</summary>
    public static string[] KeysIn(string peer) => peer.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static bool IsKey(string text, Action<ECDsa, byte[]> import)
    {
        try
        {
            using var key = ECDsa.Create();
            import(key, Convert.FromBase64String(text));
            return key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == ECCurve.NamedCurves.nistP256.Oid.Value;
        }
        catch (Exception exception) when (exception is FormatException or CryptographicException)
        {
            return false;
        }
    }
}

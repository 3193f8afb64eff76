using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Sure.TestServers;

/// <summary>The key that all services of a test call each other with.</summary>
public static class TestIdentity
{
    private static readonly ECDsa Key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static readonly ECDsa Other = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static readonly string[] Services = ["gateway", "quoteservice", "utilizationservice", "bridgeservice", "riskservice", "realtimeservice"];

    /// <summary>The public key of the services, as those that they call are told it.</summary>
    public static string PublicKey => Convert.ToBase64String(Key.ExportSubjectPublicKeyInfo());

    /// <summary>That of the key with which <see cref="ForgedFor"/> signs.</summary>
    public static string OtherPublicKey => Convert.ToBase64String(Other.ExportSubjectPublicKeyInfo());

    /// <summary>What a service is told: its key, and that all others may call it.</summary>
    /// <param name="name">Its name; that of its program where null.</param>
    public static IReadOnlyDictionary<string, string?> Settings(string? name = null)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Identity:Key"] = Convert.ToBase64String(Key.ExportPkcs8PrivateKey()) };
        foreach (var service in name is null ? Services : [.. Services, name])
        {
            settings[$"Identity:Peers:{service}"] = PublicKey;
        }

        if (name is not null)
        {
            settings["Identity:Name"] = name;
        }

        return settings;
    }

    /// <summary>The same as environment variables.</summary>
    public static IReadOnlyDictionary<string, string> Environment() =>
        Settings().ToDictionary(s => s.Key.Replace(":", "__", StringComparison.Ordinal), s => s.Value!, StringComparer.Ordinal);

    /// <summary>A token for a call of <paramref name="service"/> by <paramref name="caller"/>.</summary>
    public static string TokenFor(string service, string caller = "riskservice") => TokenFor(service, caller, Key, SecurityAlgorithms.EcdsaSha256);

    /// <summary>The same, signed with another key.</summary>
    public static string ForgedFor(string service, string caller = "riskservice") => TokenFor(service, caller, Other, SecurityAlgorithms.EcdsaSha256);

    private static string TokenFor(string service, string caller, ECDsa key, string algorithm) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
    {
        Issuer = caller,
        Audience = service,
        NotBefore = TimeProvider.System.GetUtcNow().UtcDateTime,
        // Tests put their clocks forward.
        Expires = TimeProvider.System.GetUtcNow().UtcDateTime.AddDays(400),
        SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key), algorithm),
    });
}

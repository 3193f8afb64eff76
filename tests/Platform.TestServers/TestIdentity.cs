using System.Security.Cryptography;
using System.Text.Json.Nodes;
using static Sure.TestServers.Jws;

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
    public static string TokenFor(string service, string caller = "riskservice") => Signed(Claims(service, caller), Key);

    /// <summary>The same, signed with another key.</summary>
    public static string ForgedFor(string service, string caller = "riskservice") => Signed(Claims(service, caller), Other);

    /// <summary>Tokens for a call of <paramref name="service"/> that each would be good but for one thing, by what it is.</summary>
    public static IEnumerable<(string What, string Token)> ForgeriesFor(string service, string caller = "riskservice")
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        yield return ("another key", ForgedFor(service, caller));
        yield return ("another service", TokenFor("quoteservice", caller));
        yield return ("no audience", Signed(Without(Claims(service, caller), "aud"), Key));
        yield return ("a caller that nobody knows", TokenFor(service, "stranger"));
        yield return ("no caller", Signed(Without(Claims(service, caller), "iss"), Key));
        yield return ("alg none without a signature", Join(Header("none"), Claims(service, caller), _ => []));
        // Good by the key, but not what services sign with.
        yield return ("ES384", Join(Header("ES384"), Claims(service, caller), data => Key.SignData(data, HashAlgorithmName.SHA384)));
        yield return ("HS256 by the public key", Join(Header("HS256"), Claims(service, caller), data => HMACSHA256.HashData(Key.ExportSubjectPublicKeyInfo(), data)));
        yield return ("over", Signed(With(With(Claims(service, caller), "nbf", now - 120), "exp", now - 60), Key));
        yield return ("no end", Signed(Without(Claims(service, caller), "exp"), Key));
        yield return ("not yet", Signed(With(Claims(service, caller), "nbf", now + 120), Key));
        yield return ("no beginning", Signed(Without(Claims(service, caller), "nbf"), Key));
    }

    private static JsonObject Claims(string service, string caller)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new JsonObject
        {
            ["iss"] = caller,
            ["aud"] = service,
            ["nbf"] = now.ToUnixTimeSeconds(),
            // Tests put their clocks forward.
            ["exp"] = now.AddDays(400).ToUnixTimeSeconds(),
        };
    }

    private static JsonObject Header(string algorithm) => new() { ["alg"] = algorithm, ["typ"] = "JWT" };

    private static string Signed(JsonObject claims, ECDsa key) => Join(Header("ES256"), claims, data => key.SignData(data, HashAlgorithmName.SHA256));
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using Sure.Contracts.Calls;
using Sure.ServiceDefaults.Identity;
using static Sure.TestServers.Jws;

namespace Sure.TestServers;

/// <summary>Vouches for callers as the gateway does: publishes its key and signs tokens.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    /// <summary>The only text that it takes for somebody's key.</summary>
    public const string GoodKey = "good-key";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly ECDsa _stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly string _keyId = $"test-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string?> _askedFor = new();

    private TestGateway()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(ECDsa.Create(_key.ExportParameters(includePrivateParameters: false))) { KeyId = _keyId });
        _app.MapGet(InternalToken.KeysPath, () => new { keys = new[] { new { kty = jwk.Kty, crv = jwk.Crv, x = jwk.X, y = jwk.Y, kid = _keyId, alg = "ES256", use = "sig" } } });
        _app.MapPost(TokenQuestion.Path, (TokenQuestion question, HttpRequest request) =>
        {
            _askedFor.Enqueue(request.Headers[TokenQuestion.AddressHeader]);
            return question.Token == GoodKey ? Results.NoContent() : Results.UnprocessableEntity();
        });
    }

    /// <summary>Where it listens.</summary>
    public string Address => _app.Urls.Single();

    /// <summary>Addresses of the clients whose tokens it was asked about.</summary>
    public IEnumerable<string?> AskedFor => _askedFor;

    /// <summary>Starts one.</summary>
    public static async Task<TestGateway> StartAsync()
    {
        var gateway = new TestGateway();
        await gateway._app.StartAsync();
        return gateway;
    }

    /// <summary>A token that says who asks.</summary>
    /// <param name="subject">Whom the key speaks for.</param>
    /// <param name="scopes">What it allows.</param>
    /// <param name="sources">Sources of observations it may speak for.</param>
    public string TokenOf(string subject, IReadOnlyList<string> scopes, IReadOnlyList<string>? sources = null) =>
        Join(Header("ES256"), Claims(subject, scopes, sources), Sign);

    /// <summary>Tokens that each would be good but for one thing, by what it is. All name the key that is published.</summary>
    /// <inheritdoc cref="TokenOf" path="/param" />
    public IEnumerable<(string What, string Token)> Forgeries(string subject, IReadOnlyList<string> scopes)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        yield return ("another key", Join(Header("ES256"), Claims(subject, scopes), data => _stranger.SignData(data, HashAlgorithmName.SHA256)));
        yield return ("no signature", Join(Header("ES256"), Claims(subject, scopes), _ => []));
        yield return ("a signature of zeros", Join(Header("ES256"), Claims(subject, scopes), _ => new byte[64]));
        yield return ("alg none without a signature", Join(Header("none"), Claims(subject, scopes), _ => []));
        yield return ("alg none with a signature", Join(Header("none"), Claims(subject, scopes), Sign));
        // Good by the key, but not what the gateway signs with.
        yield return ("ES384", Join(Header("ES384"), Claims(subject, scopes), data => _key.SignData(data, HashAlgorithmName.SHA384)));

        // What everybody may know, taken for a secret that both sides share.
        yield return ("HS256 by the public key as DER", Join(Header("HS256"), Claims(subject, scopes), data => HMACSHA256.HashData(_key.ExportSubjectPublicKeyInfo(), data)));
        yield return ("HS256 by the public key as PEM", Join(Header("HS256"), Claims(subject, scopes), data => HMACSHA256.HashData(Encoding.ASCII.GetBytes(_key.ExportSubjectPublicKeyInfoPem()), data)));

        yield return ("another issuer", Signed(With(Claims(subject, scopes), "iss", "https://issuer.example.invalid")));
        yield return ("no issuer", Signed(Without(Claims(subject, scopes), "iss")));
        yield return ("another audience", Signed(With(Claims(subject, scopes), "aud", "sure")));
        yield return ("no audience", Signed(Without(Claims(subject, scopes), "aud")));
        yield return ("over", Signed(With(With(Claims(subject, scopes), "nbf", now - 120), "exp", now - 60)));
        yield return ("no end", Signed(Without(Claims(subject, scopes), "exp")));
        yield return ("not yet", Signed(With(Claims(subject, scopes), "nbf", now + 120)));
        yield return ("changed claims", Changed(TokenOf("nobody", []), Claims(subject, scopes)));
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
        _stranger.Dispose();
    }

    private static JsonObject Claims(string subject, IReadOnlyList<string> scopes, IReadOnlyList<string>? sources = null)
    {
        var now = TimeProvider.System.GetUtcNow();
        return new JsonObject
        {
            ["iss"] = InternalToken.Issuer,
            ["aud"] = InternalToken.Audience,
            ["nbf"] = now.ToUnixTimeSeconds(),
            // Tests put their clocks forward.
            ["exp"] = now.AddDays(400).ToUnixTimeSeconds(),
            ["sub"] = subject,
            [Caller.ClientIdClaim] = $"key of {subject}",
            [Caller.ScopeClaim] = string.Join(' ', scopes),
            [Caller.SourcesClaim] = string.Join(' ', sources ?? []),
        };
    }

    private static string Changed(string token, JsonObject claims)
    {
        var parts = token.Split('.');
        return $"{parts[0]}.{Encode(Bytes(claims))}.{parts[2]}";
    }

    private JsonObject Header(string algorithm) => new() { ["alg"] = algorithm, ["typ"] = "JWT", ["kid"] = _keyId };

    private string Signed(JsonObject claims) => Join(Header("ES256"), claims, Sign);

    private byte[] Sign(byte[] data) => _key.SignData(data, HashAlgorithmName.SHA256);
}

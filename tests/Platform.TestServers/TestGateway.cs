using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sure.Contracts.Calls;
using Sure.ServiceDefaults.Identity;

namespace Sure.TestServers;

/// <summary>Vouches for callers as the gateway does: publishes its key and signs tokens.</summary>
public sealed class TestGateway : IAsyncDisposable
{
    /// <summary>The only text that it takes for somebody's key.</summary>
    public const string GoodKey = "good-key";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
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
    public string TokenOf(string subject, IReadOnlyList<string> scopes, IReadOnlyList<string>? sources = null)
    {
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        return new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = InternalToken.Issuer,
            Audience = InternalToken.Audience,
            NotBefore = now,
            // Tests put their clocks forward.
            Expires = now.AddDays(400),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["sub"] = subject,
                [Caller.ClientIdClaim] = $"key of {subject}",
                [Caller.ScopeClaim] = string.Join(' ', scopes),
                [Caller.SourcesClaim] = string.Join(' ', sources ?? []),
            },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(_key) { KeyId = _keyId }, SecurityAlgorithms.EcdsaSha256),
        });
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }
}

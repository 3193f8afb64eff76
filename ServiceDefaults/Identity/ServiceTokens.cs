using System.Collections.Concurrent;
using System.Security.Cryptography;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Sure.ServiceDefaults.Identity;

/// <summary>
/// The tokens with which a service calls another: JWTs of one minute, signed with the caller's own key and good for one service only.
/// </summary>
public sealed class ServiceTokens : IDisposable
{
    /// <summary>All that only services may ask for begins with this.</summary>
    public const string PathPrefix = "/internal/";

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(5);

    private readonly JsonWebTokenHandler _tokens = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };
    private readonly ConcurrentDictionary<string, (string Token, DateTimeOffset At)> _made = new(StringComparer.Ordinal);
    private readonly Lock _signing = new();
    private readonly TimeProvider _time;
    private readonly string _name;
    private readonly ECDsaSecurityKey? _own;
    private readonly Dictionary<string, IReadOnlyList<ECDsaSecurityKey>> _peers;

    // The shared factory keeps what signs and verifies by the key's thumbprint and so hands out a key that another host disposed.
    private readonly CryptoProviderFactory _providers = new() { CacheSignatureProviders = false };

    /// <param name="options">Its key and name, and whom it believes.</param>
    /// <param name="environment">Its name, where none is set.</param>
    /// <param name="time">The clock.</param>
    public ServiceTokens(IOptions<ServiceKeyOptions> options, IHostEnvironment environment, TimeProvider time)
    {
        _time = time;
        _name = options.Value.Name ?? environment.ApplicationName.ToLowerInvariant();
        if (options.Value.Key is { Length: > 0 } key)
        {
            _own = Imported(k => k.ImportPkcs8PrivateKey(Convert.FromBase64String(key), out _));
        }

        _peers = options.Value.Peers.ToDictionary(
            p => p.Key,
            IReadOnlyList<ECDsaSecurityKey> (p) =>
                [.. ServiceKeyOptions.KeysIn(p.Value).Select(key => Imported(k => k.ImportSubjectPublicKeyInfo(Convert.FromBase64String(key), out _)))],
            StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Whether this service has a key to call others with.</summary>
    public bool CanSign => _own is not null;

    /// <summary>A token for a call of <paramref name="service"/>; null when this service has no key.</summary>
    public string? For(string service)
    {
        if (_own is null)
        {
            return null;
        }

        var now = _time.GetUtcNow();
        if (_made.TryGetValue(service, out var made) && now >= made.At && now < made.At + Life - Margin)
        {
            return made.Token;
        }

        var token = Make(service, now);
        _made[service] = (token, now);
        return token;
    }

    /// <summary>Which service sent <paramref name="text"/>, or why nobody is believed to have.</summary>
    public async Task<(string? Service, string? Refusal)> VerifyAsync(string text)
    {
        if (!_tokens.CanReadToken(text))
        {
            return (null, "it is no JWT");
        }

        var token = _tokens.ReadJsonWebToken(text);
        if (!_peers.TryGetValue(token.Issuer, out var keys))
        {
            return (null, "it is of no service that may call this one");
        }

        var result = await _tokens.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = token.Issuer,
            ValidAudience = _name,
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeys = keys,
            LifetimeValidator = (notBefore, expires, _, _) => IsAlive(notBefore, expires),
        });
        return result.IsValid ? (token.Issuer, null) : (null, result.Exception.GetType().Name);
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _own?.ECDsa.Dispose();
        foreach (var peer in _peers.Values.SelectMany(keys => keys))
        {
            peer.ECDsa.Dispose();
        }
    }

    private ECDsaSecurityKey Imported(Action<ECDsa> import)
    {
        var key = ECDsa.Create();
        import(key);
        return new ECDsaSecurityKey(key) { CryptoProviderFactory = _providers };
    }

    private bool IsAlive(DateTime? notBefore, DateTime? expires)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        return expires is { } end && end > now - Skew && notBefore is { } start && start < now + Skew;
    }

    private string Make(string service, DateTimeOffset now)
    {
        lock (_signing)
        {
            return _tokens.CreateToken(new SecurityTokenDescriptor
            {
                Issuer = _name,
                Audience = service,
                IssuedAt = now.UtcDateTime,
                NotBefore = now.UtcDateTime,
                Expires = (now + Life).UtcDateTime,
                SigningCredentials = new SigningCredentials(_own, SecurityAlgorithms.EcdsaSha256),
            });
        }
    }
}

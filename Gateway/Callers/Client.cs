using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Sure.Gateway.Keys;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Callers;

/// <summary>Somebody who was recognised by a key or token.</summary>
internal sealed class Client
{
    private readonly Lazy<ClaimsPrincipal> _principal;
    private readonly Lazy<string> _fingerprint;
    private readonly Lazy<Client> _withoutAdmin;

    public Client(string id, string subject, IReadOnlyList<string> scopes, IReadOnlyList<string> sources, IReadOnlyList<string> makers, decimal limitScale)
    {
        Id = id;
        Subject = subject;
        Scopes = scopes;
        Sources = sources;
        Makers = makers;
        LimitScale = limitScale;
        _principal = new(() => new ClaimsPrincipal(new ClaimsIdentity(
            Claims.Select(c => new Claim(c.Key, c.Value)), authenticationType: "gateway", nameType: "sub", roleType: null)));
        _fingerprint = new(() => JsonSerializer.Serialize(Claims.Values));
        _withoutAdmin = new(() => new Client(id, subject, [.. scopes.Where(s => s is not Scope.Admin)], sources, makers, limitScale));
    }

    /// <summary>The owner of a key.</summary>
    public static Client Of(ApiKey key) => new(
        key.Id.ToString("N", CultureInfo.InvariantCulture), key.Subject, key.Scopes, key.Sources, key.Makers, key.LimitScale);

    /// <summary>Names the key, or the user of an issuer of tokens.</summary>
    public string Id { get; }

    /// <summary>Whom it speaks for.</summary>
    public string Subject { get; }

    /// <summary>What it allows.</summary>
    public IReadOnlyList<string> Scopes { get; }

    /// <summary>Observation sources it may speak for.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>Subjects who made the key, and the keys it was made with; of a token its issuer.</summary>
    public IReadOnlyList<string> Makers { get; }

    /// <summary>Factor on the rate limits.</summary>
    public decimal LimitScale { get; }

    /// <summary>The same where administration is not allowed.</summary>
    public Client WithoutAdmin => _withoutAdmin.Value;

    /// <summary>For the endpoints of the gateway itself.</summary>
    public ClaimsPrincipal Principal => _principal.Value;

    /// <summary>The same for all who are told to the services in the same words.</summary>
    public string Fingerprint => _fingerprint.Value;

    /// <summary>What services are told.</summary>
    public IReadOnlyDictionary<string, string> Claims => new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["sub"] = Subject,
        [Caller.ClientIdClaim] = Id,
        [Caller.ScopeClaim] = string.Join(' ', Scopes),
        [Caller.SourcesClaim] = string.Join(' ', Sources),
        [Caller.MakersClaim] = JsonSerializer.Serialize(Makers),
    };
}

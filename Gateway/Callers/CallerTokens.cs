using System.Globalization;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.Tokens;
using Sure.Gateway.Keys;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Callers;

/// <summary>Makes the tokens that tell the services who asks, and uses each until shortly before its end.</summary>
internal sealed class CallerTokens(SigningKey signing, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    private readonly MemoryCache _made = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public string For(ApiKey key)
    {
        var caller = new CallerName(key.Id, key.Subject, string.Join(' ', key.Scopes), string.Join(' ', key.Sources));
        var now = time.GetUtcNow();
        if (_made.Get<Made>(caller) is { } made && now >= made.At && now < made.At + Life - Margin)
        {
            return made.Token;
        }

        var token = Make(caller, now);
        _made.Set(caller, new Made(token, now), new MemoryCacheEntryOptions { Size = 1 }.SetAbsoluteExpiration(Life));
        return token;
    }

    public void Dispose() => _made.Dispose();

    private string Make(CallerName caller, DateTimeOffset now) => signing.Sign(new SecurityTokenDescriptor
    {
        Issuer = InternalToken.Issuer,
        Audience = InternalToken.Audience,
        IssuedAt = now.UtcDateTime,
        NotBefore = now.UtcDateTime,
        Expires = (now + Life).UtcDateTime,
        Claims = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["sub"] = caller.Subject,
            [Caller.ClientIdClaim] = caller.ClientId.ToString("N", CultureInfo.InvariantCulture),
            [Caller.ScopeClaim] = caller.Scopes,
            [Caller.SourcesClaim] = caller.Sources,
        },
    });

    private sealed record CallerName(Guid ClientId, string Subject, string Scopes, string Sources);

    private sealed record Made(string Token, DateTimeOffset At);
}

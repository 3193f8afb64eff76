using Microsoft.Extensions.Caching.Memory;
using Microsoft.IdentityModel.Tokens;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Callers;

/// <summary>Makes the tokens that tell the services who asks, and uses each until shortly before its end.</summary>
internal sealed class CallerTokens(SigningKey signing, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    private readonly MemoryCache _made = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    public string For(Client client)
    {
        var now = time.GetUtcNow();
        if (_made.Get<Made>(client.Fingerprint) is { } made && now >= made.At && now < made.At + Life - Margin)
        {
            return made.Token;
        }

        var token = Make(client, now);
        _made.Set(client.Fingerprint, new Made(token, now), new MemoryCacheEntryOptions { Size = 1 }.SetAbsoluteExpiration(Life));
        return token;
    }

    public void Dispose() => _made.Dispose();

    private string Make(Client client, DateTimeOffset now) => signing.Sign(new SecurityTokenDescriptor
    {
        Issuer = InternalToken.Issuer,
        Audience = InternalToken.Audience,
        IssuedAt = now.UtcDateTime,
        NotBefore = now.UtcDateTime,
        Expires = (now + Life).UtcDateTime,
        Claims = client.Claims.ToDictionary(c => c.Key, object (c) => c.Value, StringComparer.Ordinal),
    });

    private sealed record Made(string Token, DateTimeOffset At);
}

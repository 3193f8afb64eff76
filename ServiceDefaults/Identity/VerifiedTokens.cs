using System.Security.Claims;
using Microsoft.Extensions.Caching.Memory;

namespace Sure.ServiceDefaults.Identity;

/// <summary>
/// Remembers which tokens were verified. The gateway sends the same one for most of its life with every request of a client, and verifying
/// a signature costs several times what most requests do.
/// </summary>
internal sealed class VerifiedTokens : IDisposable
{
    /// <summary>Further tokens are verified each time.</summary>
    private const int Most = 10_000;

    /// <summary>No token lives longer, so none needs to be remembered longer.</summary>
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _verified = new(new MemoryCacheOptions { SizeLimit = Most });

    /// <summary>What was found out about exactly this text; whether the token is alive is another question.</summary>
    public VerifiedToken? Find(string text) => _verified.Get<VerifiedToken>(text);

    public void Add(string text, VerifiedToken token) =>
        _verified.Set(text, token, new MemoryCacheEntryOptions { Size = 1 }.SetAbsoluteExpiration(Life));

    public void Dispose() => _verified.Dispose();
}

/// <summary>A token whose signature, issuer and audience are good.</summary>
/// <param name="Principal">Who it vouches for.</param>
/// <param name="NotBefore">When its life begins.</param>
/// <param name="Expires">When it ends.</param>
internal sealed record VerifiedToken(ClaimsPrincipal Principal, DateTime NotBefore, DateTime Expires)
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>Whether it holds at <paramref name="now"/>.</summary>
    public bool IsAlive(DateTimeOffset now) => Expires > now.UtcDateTime - ClockSkew && NotBefore < now.UtcDateTime + ClockSkew;
}

using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Sure.Gateway.Callers;
using Sure.Gateway.Keys;

namespace Sure.Gateway.Tests;

/// <summary>The token that tells the services who asks.</summary>
public sealed class TokenTests
{
    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));

    [Fact]
    public void It_is_used_until_shortly_before_its_end()
    {
        using var signing = new SigningKey();
        using var tokens = new CallerTokens(signing, _time);
        var key = Key("alice", "read");

        var first = tokens.For(Client.Of(key));
        _time.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal(first, tokens.For(Client.Of(key)));
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = tokens.For(Client.Of(key));

        Assert.NotEqual(first, second);
        Assert.Equal(_time.GetUtcNow().UtcDateTime.AddSeconds(60), new JsonWebToken(second).ValidTo);
    }

    [Fact]
    public void Each_caller_has_its_own_and_new_scopes_are_a_new_one()
    {
        using var signing = new SigningKey();
        using var tokens = new CallerTokens(signing, _time);
        var key = Key("alice", "read");

        Assert.NotEqual(tokens.For(Client.Of(key)), tokens.For(Client.Of(Key("alice", "read"))));
        Assert.NotEqual(tokens.For(Client.Of(key)), tokens.For(Client.Of(key with { Scopes = ["read", "write"] })));
        Assert.Equal(tokens.For(Client.Of(key)), tokens.For(Client.Of(key with { LimitScale = 2 })));
    }

    [Fact]
    public async Task The_published_key_verifies_it_and_another_one_does_not()
    {
        using var signing = new SigningKey();
        using var other = new SigningKey();
        using var tokens = new CallerTokens(signing, _time);
        var token = tokens.For(Client.Of(Key("alice", "read")));

        Assert.True(await VerifiesAsync(token, signing));
        Assert.False(await VerifiesAsync(token, other));
    }

    private static async Task<bool> VerifiesAsync(string token, SigningKey signing)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
            IssuerSigningKey = new JsonWebKey(signing.PublicKey),
        });
        return result.IsValid;
    }

    private ApiKey Key(string subject, params string[] scopes) => ApiKey.Create(subject, scopes, [], 1, expiresAt: null, _time.GetUtcNow()).Key;
}

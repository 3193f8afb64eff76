using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Sure.Gateway.Keys;

/// <summary>A key as its owner sends it: <c>sure_{prefix}_{secret}</c>. The prefix finds it, the secret has 256 bits.</summary>
internal sealed class KeyText
{
    private const string Start = "sure_";
    private const int PrefixLength = 12;
    private const int SecretLength = 43;

    /// <summary>43 random letters of 64 are 32 different ones on average, and fewer than these not once in 10¹² keys.</summary>
    private const int LeastLetters = 16;

    private static readonly SearchValues<char> PrefixLetters = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> SecretLetters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    private KeyText(string prefix, string secret)
    {
        Prefix = prefix;
        Secret = secret;
    }

    public string Prefix { get; }

    public string Secret { get; }

    /// <summary>Whether the secret may have been drawn at random; one that somebody typed mostly was not.</summary>
    public bool LooksRandom => Secret.Distinct().Count() >= LeastLetters;

    public static KeyText Generate() => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(PrefixLength / 2)),
        Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));

    public static bool TryParse(string? text, [NotNullWhen(true)] out KeyText? key)
    {
        key = null;
        if (text is null
            || text.Length != Start.Length + PrefixLength + 1 + SecretLength
            || !text.StartsWith(Start, StringComparison.Ordinal)
            || text[Start.Length + PrefixLength] != '_')
        {
            return false;
        }

        var prefix = text.AsSpan(Start.Length, PrefixLength);
        var secret = text.AsSpan(Start.Length + PrefixLength + 1);
        if (prefix.ContainsAnyExcept(PrefixLetters) || secret.ContainsAnyExcept(SecretLetters))
        {
            return false;
        }

        key = new KeyText(prefix.ToString(), secret.ToString());
        return true;
    }

    /// <summary>The whole key; only for showing it to its owner.</summary>
    public string Reveal() => $"{Start}{Prefix}_{Secret}";

    /// <summary>Without the secret, so that it can get into no log.</summary>
    public override string ToString() => $"{Start}{Prefix}_…";
}

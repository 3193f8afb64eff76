using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Sure.Gateway.Webhooks;

/// <summary>Secrets of webhooks and the signatures they make.</summary>
internal static class WebhookSecret
{
    private const string Start = "whsec_";
    private const int Length = 32;

    /// <summary>A new secret of 256 bits.</summary>
    public static string Generate() => Start + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Length));

    /// <summary><c>v1=</c> and the HMAC-SHA256, in lowercase hexadecimal, of <c>{timestamp}.{body}</c> under the text of the secret.</summary>
    /// <param name="secret">The whole text, as its owner was shown it.</param>
    /// <param name="timestamp">Unix seconds, as they are sent.</param>
    /// <param name="body">As it is sent.</param>
    public static string Sign(string secret, long timestamp, string body) => "v1=" + Convert.ToHexStringLower(HMACSHA256.HashData(
        Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{timestamp}.{body}"))));
}

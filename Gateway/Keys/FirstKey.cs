using Microsoft.Extensions.Options;
using Sure.Coordination.Migrations;
using Sure.ServiceDefaults.Identity;

namespace Sure.Gateway.Keys;

/// <summary>
/// Lets the key of <see cref="KeyOptions.First"/> in, so that whoever sets up the platform can make the others. Once another key with the
/// scope <c>admin</c> is good it does nothing, and one that was revoked stays so.
/// </summary>
internal sealed partial class FirstKey(
    IOptions<KeyOptions> options, ApiKeyStore store, SchemaReady schema, TimeProvider time, ILogger<FirstKey> logger) : KeyAtStart(schema, time, logger)
{
    private const string Subject = "first";

    /// <summary>Whether <paramref name="text"/> is a key that can be let in, or none is named.</summary>
    public static bool IsGoodOrNone(string? text) => string.IsNullOrEmpty(text) || (KeyText.TryParse(text, out var key) && key.LooksRandom);

    protected override async Task EnsureAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (!KeyText.TryParse(options.Value.First, out var text))
        {
            return;
        }

        var (key, _) = ApiKey.Create(Subject, [Scope.Admin], sources: [], limitScale: 1, expiresAt: null, now, label: "Keys:First", text: text);
        if (await store.AddFirstAsync(key, cancellationToken))
        {
            Log.Kept(logger, text.Prefix);
        }
        else if (await store.FindAsync(text.Prefix, cancellationToken) is { } known && !(known.Is(text) && known.IsAlive(now)))
        {
            Log.Refused(logger, text.Prefix);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The key sure_{Prefix}_… of Keys:First is good until it is revoked")]
        public static partial void Kept(ILogger logger, string prefix);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The key sure_{Prefix}_… of Keys:First is not let in: it was revoked, has expired or has another secret than when it was made")]
        public static partial void Refused(ILogger logger, string prefix);
    }
}

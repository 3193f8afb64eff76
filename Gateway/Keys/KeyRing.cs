using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Gateway.Callers;
using Sure.Gateway.Limits;

namespace Sure.Gateway.Keys;

/// <summary>
/// Checks keys against what PostgreSQL knows, remembering the answers for some seconds: those about keys, and apart from them those
/// about prefixes that are none, so that guessing pushes no key out. What was known of a key is believed longer while PostgreSQL is away.
/// For an address that looked up too many that are none, none is looked up any more for the rest of its minute, so that guessing does not
/// keep PostgreSQL busy either.
/// </summary>
internal sealed partial class KeyRing(
    ApiKeyStore store, KeyUses uses, RateLimiter limiter, IOptions<KeyOptions> options, TimeProvider time, ILogger<KeyRing> logger) : IDisposable
{
    private readonly MemoryCache _keys = new(new MemoryCacheOptions { SizeLimit = options.Value.Remembered });
    private readonly MemoryCache _strangers = new(new MemoryCacheOptions { SizeLimit = options.Value.Remembered });
    private readonly MemoryCache _guessers = new(new MemoryCacheOptions { SizeLimit = options.Value.Remembered });
    private readonly ConcurrentDictionary<string, Lazy<Task<Answer?>>> _lookups = new(StringComparer.Ordinal);
    private volatile bool _isDatabaseAway;

    /// <summary>Whose key it is.</summary>
    /// <param name="text">As it was sent.</param>
    /// <param name="from">Whom a lookup in vain counts for; null for nobody.</param>
    /// <param name="cancellationToken">Ends the wait, not the lookup.</param>
    public async ValueTask<KeyCheck> CheckAsync(string text, IPAddress? from, CancellationToken cancellationToken)
    {
        if (!KeyText.TryParse(text, out var sent))
        {
            return KeyCheck.Refused.Instance;
        }

        var remembered = _keys.Get<Answer>(sent.Prefix) ?? _strangers.Get<Answer>(sent.Prefix);
        LimitedClient? sender = remembered is null && from is not null ? LimitCheck.ClientOf(from) : null;
        if (sender is { } known && UsedUpBy(known) is { } before)
        {
            return new KeyCheck.Limited(before);
        }

        switch (await AskAsync(sent.Prefix, remembered, cancellationToken))
        {
            case null:
                return KeyCheck.Unknown.Instance;

            case { Key: { } key, Client: { } client } when key.Is(sent) && key.IsAlive(time.GetUtcNow()):
                uses.Note(key.Id);
                return new KeyCheck.Known(client);

            default:
                return sender is { } guesser && await SpendAsync(guesser) is { IsAllowed: false } verdict ? new KeyCheck.Limited(verdict) : KeyCheck.Refused.Instance;
        }
    }

    public void Dispose()
    {
        _keys.Dispose();
        _strangers.Dispose();
        _guessers.Dispose();
    }

    /// <summary>Counts a lookup in vain, and remembers that there are no more.</summary>
    private async ValueTask<RateVerdict> SpendAsync(LimitedClient client)
    {
        var verdict = await limiter.SpendAsync(RateClass.Lookups, client, cost: 1);
        if (!verdict.IsAllowed)
        {
            _guessers.Set(
                client.Name,
                new UsedUp(verdict, time.GetTimestamp()),
                new MemoryCacheEntryOptions { Size = 1 }.SetAbsoluteExpiration(TimeSpan.FromSeconds(verdict.ResetSeconds)));
        }

        return verdict;
    }

    /// <summary>The verdict on a client that has no lookups left in this minute.</summary>
    private RateVerdict? UsedUpBy(LimitedClient client) =>
        _guessers.Get<UsedUp>(client.Name) is var (verdict, at) && verdict.ResetSeconds - time.GetElapsedTime(at).TotalSeconds is > 0 and var left
            ? verdict with { ResetSeconds = (int)Math.Ceiling(left), IsFirstRefusal = false }
            : null;

    private async ValueTask<Answer?> AskAsync(string prefix, Answer? remembered, CancellationToken cancellationToken)
    {
        if (remembered is not null && time.GetElapsedTime(remembered.At) < options.Value.Fresh)
        {
            return remembered;
        }

        var usable = remembered?.Key is not null && time.GetElapsedTime(remembered.At) < options.Value.Usable ? remembered : null;
        // Everybody who sends this key waits for the same lookup.
        var lookup = _lookups.GetOrAdd(prefix, static (p, ring) => new Lazy<Task<Answer?>>(() => ring.LookUpAsync(p)), this).Value;
        if (usable is not null && _isDatabaseAway)
        {
            return usable;
        }

        return await lookup.WaitAsync(cancellationToken) ?? usable;
    }

    /// <summary>What PostgreSQL says, or null when it is away.</summary>
    private async Task<Answer?> LookUpAsync(string prefix)
    {
        // Whoever adds the lookup does not wait for it here, and finds it gone only after it was added.
        await Task.Yield();
        try
        {
            using var timeout = new CancellationTokenSource(options.Value.LookupTimeout, time);
            var key = await store.FindAsync(prefix, timeout.Token);
            _isDatabaseAway = false;
            return Remember(prefix, key);
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or OperationCanceledException or IOException)
        {
            _isDatabaseAway = true;
            Log.NotLookedUp(logger, exception.Message);
            return null;
        }
        finally
        {
            _lookups.TryRemove(prefix, out _);
        }
    }

    private Answer Remember(string prefix, ApiKey? key)
    {
        var answer = new Answer(key, key is null ? null : Client.Of(key), time.GetTimestamp());
        var entry = new MemoryCacheEntryOptions { Size = 1 };
        if (key is null)
        {
            _keys.Remove(prefix);
            _strangers.Set(prefix, answer, entry.SetAbsoluteExpiration(options.Value.Fresh));
        }
        else
        {
            _strangers.Remove(prefix);
            _keys.Set(prefix, answer, entry.SetAbsoluteExpiration(options.Value.Usable));
        }

        return answer;
    }

    /// <summary>What PostgreSQL said, whom it lets in, and when it said so.</summary>
    private sealed record Answer(ApiKey? Key, Client? Client, long At);

    /// <summary>The first refusal of a lookup in this minute, and when that was.</summary>
    private sealed record UsedUp(RateVerdict Verdict, long At);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "A key could not be looked up: {Reason}")]
        public static partial void NotLookedUp(ILogger logger, string reason);
    }
}

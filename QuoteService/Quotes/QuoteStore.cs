using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.QuoteService.Pricing;
using Sure.ServiceDefaults.Problems;

namespace Sure.QuoteService.Quotes;

/// <summary>
/// Living quotes in Redis. What is to be stored while others are being stored waits for them and then goes together: a command costs more
/// than a quote in it. Without Redis nothing is stored and nobody waits for it.
/// </summary>
internal sealed partial class QuoteStore(IConnectionMultiplexer redis, IOptions<PricingOptions> options, TimeProvider time, ILogger<QuoteStore> logger)
{
    /// <summary>
    /// How long Redis has for a command. Who has waited for others that long when his turn comes is not stored: while Redis is slow everybody
    /// waits for one command, not for all before his.
    /// </summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(250);

    /// <summary>Quotes of one command, which holds up everybody else's; those of one request are never parted.</summary>
    private const int LargestCommand = 512;

    private const string Script = "for i, key in ipairs(KEYS) do redis.call('SET', key, ARGV[i + 1], 'PX', ARGV[1]) end";

    private static readonly Meter Meter = new("Sure.Quotes");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("sure.quotes.store.failures", "{quote}", "Quotes that could not be stored.");

    private readonly Lock _lock = new();
    private readonly Queue<Waiting> _waiting = new();
    private bool _isStoring;

    /// <summary>Stores quotes, all or none; says whether they are stored.</summary>
    public Task<bool> TryStoreAsync(IReadOnlyCollection<IssuedQuote> quotes)
    {
        if (!redis.IsConnected)
        {
            Failures.Add(quotes.Count);
            return Task.FromResult(false);
        }

        var waiting = new Waiting(
            time.GetTimestamp(),
            [.. quotes.Select(q => (Key(q.Document.QuoteId), (RedisValue)JsonSerializer.SerializeToUtf8Bytes(q, QuoteJson.Internal.IssuedQuote)))]);
        lock (_lock)
        {
            _waiting.Enqueue(waiting);
            if (_isStoring)
            {
                return waiting.Stored.Task;
            }

            _isStoring = true;
        }

        using (ExecutionContext.SuppressFlow())
        {
            // It may go on long after the request that began it.
            _ = StoreAllAsync();
        }

        return waiting.Stored.Task;
    }

    /// <summary>The quote while it lives, or null; Redis forgets it some moments later.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IssuedQuote?> FindAsync(Guid quoteId)
    {
        byte[]? stored = await redis.GetDatabase().StringGetAsync(Key(quoteId));
        return stored is not null && JsonSerializer.Deserialize(stored, QuoteJson.Internal.IssuedQuote) is { } quote && time.GetUtcNow() < quote.Document.ExpiresAt
            ? quote
            : null;
    }

    /// <summary>Until nobody waits.</summary>
    private async Task StoreAllAsync()
    {
        while (Take() is [_, ..] together)
        {
            try
            {
                // A command is in the trace of one of those it serves.
                Activity.Current = together.Find(w => w.Request is { Recorded: true })?.Request;
                var stored = await TryStoreAsync(together);
                together.ForEach(w => w.Stored.TrySetResult(stored));
            }
            catch (Exception exception)
            {
                together.ForEach(w => w.Stored.TrySetException(exception));
            }
        }
    }

    /// <summary>Who is stored next, together; nobody where nobody waits.</summary>
    private List<Waiting> Take()
    {
        lock (_lock)
        {
            List<Waiting> together = [];
            var quotes = 0;
            while (_waiting.TryPeek(out var next) && (quotes == 0 || quotes + next.Quotes.Count <= LargestCommand))
            {
                _waiting.Dequeue();
                if (time.GetElapsedTime(next.Since) >= Patience)
                {
                    Failures.Add(next.Quotes.Count);
                    next.Stored.TrySetResult(false);
                }
                else
                {
                    quotes += next.Quotes.Count;
                    together.Add(next);
                }
            }

            _isStoring = together.Count > 0;
            return together;
        }
    }

    /// <summary>
    /// Stores them. Where it fails they may be stored all the same, because Redis was late with its answer: one that was answered as not bindable
    /// can be bound then, at the price that was quoted.
    /// </summary>
    private async Task<bool> TryStoreAsync(List<Waiting> together)
    {
        RedisKey[] keys = [.. together.SelectMany(w => w.Quotes).Select(q => q.Key)];
        RedisValue[] values = [(long)options.Value.QuoteLife.TotalMilliseconds, .. together.SelectMany(w => w.Quotes).Select(q => q.Document)];
        try
        {
            await redis.GetDatabase().ScriptEvaluateAsync(Script, keys, values);
            return true;
        }
        catch (Exception exception) when (RedisFailure.Is(exception))
        {
            Failures.Add(keys.Length);
            Log.NotStored(logger, keys.Length, exception.Message);
            return false;
        }
    }

    private static RedisKey Key(Guid quoteId) => $"quote:{quoteId:N}";

    /// <param name="Since">When it began to wait.</param>
    /// <param name="Quotes">What is stored under which key.</param>
    private sealed record Waiting(long Since, IReadOnlyList<(RedisKey Key, RedisValue Document)> Quotes)
    {
        /// <summary>Who asked.</summary>
        public Activity? Request { get; } = Activity.Current;

        public TaskCompletionSource<bool> Stored { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} quotes could not be stored: {Reason}")]
        public static partial void NotStored(ILogger logger, int count, string reason);
    }
}

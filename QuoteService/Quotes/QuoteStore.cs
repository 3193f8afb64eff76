using System.Diagnostics.Metrics;
using System.Text.Json;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.QuoteService.Pricing;

namespace Sure.QuoteService.Quotes;

/// <summary>Living quotes in Redis. Without Redis nothing is stored and nobody waits for it.</summary>
internal sealed partial class QuoteStore(IConnectionMultiplexer redis, IOptions<PricingOptions> options, ILogger<QuoteStore> logger)
{
    private static readonly Meter Meter = new("Sure.Quotes");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>("sure.quotes.store.failures", "{quote}", "Quotes that could not be stored.");

    /// <summary>Stores quotes in one pipeline; says of each whether it is stored.</summary>
    public async Task<bool> TryStoreAsync(IReadOnlyCollection<IssuedQuote> quotes)
    {
        if (!redis.IsConnected)
        {
            Failures.Add(quotes.Count);
            return false;
        }

        try
        {
            var database = redis.GetDatabase();
            await Task.WhenAll(quotes.Select(q => database.StringSetAsync(
                Key(q.Document.QuoteId), JsonSerializer.SerializeToUtf8Bytes(q, QuoteJson.Internal.IssuedQuote), options.Value.QuoteLife)));
            return true;
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            Failures.Add(quotes.Count);
            Log.NotStored(logger, quotes.Count, exception.Message);
            return false;
        }
    }

    /// <summary>The quote while it lives, or null.</summary>
    /// <exception cref="RedisException">Redis is away.</exception>
    public async Task<IssuedQuote?> FindAsync(Guid quoteId)
    {
        byte[]? stored = await redis.GetDatabase().StringGetAsync(Key(quoteId));
        return stored is null ? null : JsonSerializer.Deserialize(stored, QuoteJson.Internal.IssuedQuote);
    }

    private static RedisKey Key(Guid quoteId) => $"quote:{quoteId:N}";

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} quotes could not be stored: {Reason}")]
        public static partial void NotStored(ILogger logger, int count, string reason);
    }
}

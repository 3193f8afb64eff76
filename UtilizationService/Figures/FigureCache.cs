using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json;
using StackExchange.Redis;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Problems;

namespace Sure.UtilizationService.Figures;

/// <summary>
/// Figures of the pool in Redis: kept 30 s, and dropped as soon as the pool changes, whichever instance changed it. What was read before a
/// change is not kept after it, because every entry carries the version of the pool it is true for. Who misses one while it is being read
/// waits for the same read. Without Redis figures are read anew.
/// </summary>
internal sealed partial class FigureCache(IConnectionMultiplexer redis, ILogger<FigureCache> logger)
{
    /// <summary>Name of the meter; <c>sure.figures.reads</c> counts reads by <c>outcome</c>: hit, miss or unavailable.</summary>
    public const string MeterName = "Sure.Figures";

    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly RedisKey VersionKey = "utilization:version";

    /// <summary>Keeps an entry unless the pool is known to have changed since it was read.</summary>
    private const string KeepScript =
        """
        if tonumber(redis.call('GET', KEYS[2]) or '0') <= tonumber(ARGV[1]) then
            redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
        end
        """;

    /// <summary>Remembers the version and drops every entry.</summary>
    private const string DropScript =
        """
        if tonumber(redis.call('GET', KEYS[1]) or '0') < tonumber(ARGV[1]) then
            redis.call('SET', KEYS[1], ARGV[1])
            redis.call('DEL', unpack(KEYS, 2))
        end
        """;

    private static readonly Meter Meter = new(MeterName);

    private static readonly Counter<long> Reads = Meter.CreateCounter<long>("sure.figures.reads", "{read}", "Reads of pool figures, by outcome.");

    /// <summary>What is being read for who missed it; each a task of what it reads.</summary>
    private readonly ConcurrentDictionary<Figure, Lazy<Task>> _underway = new();

    /// <summary>The kept figures, or those <paramref name="read"/> finds.</summary>
    /// <param name="figure">Which.</param>
    /// <param name="read">Reads them with the version of the pool they are true for.</param>
    public async Task<T> ReadAsync<T>(Figure figure, Func<Task<(long Version, T Value)>> read)
    {
        try
        {
            if (await redis.GetDatabase().StringGetAsync(KeyOf(figure)) is { HasValue: true } kept
                && JsonSerializer.Deserialize<T>((string)kept!, SureJson.Internal) is { } value)
            {
                Count("hit");
                return value;
            }

            Count("miss");
        }
        catch (Exception exception) when (RedisFailure.Is(exception))
        {
            Count("unavailable");
            Log.Unavailable(logger, exception.Message);
            return (await read()).Value;
        }

        var underway = _underway.GetOrAdd(figure, _ => new Lazy<Task>(() => ReadAndKeepAsync(figure, read)));
        try
        {
            return await (Task<T>)underway.Value;
        }
        finally
        {
            _underway.TryRemove(KeyValuePair.Create(figure, underway));
        }
    }

    /// <summary>The pool has changed: who misses from now on does not wait for a read that began before.</summary>
    public Task DropAsync(long version)
    {
        _underway.Clear();
        return TryAsync(DropScript, [VersionKey, .. Enum.GetValues<Figure>().Select(KeyOf)], [version]);
    }

    private async Task<T> ReadAndKeepAsync<T>(Figure figure, Func<Task<(long Version, T Value)>> read)
    {
        var (version, fresh) = await read();
        await TryAsync(KeepScript, [KeyOf(figure), VersionKey], [version, JsonSerializer.Serialize(fresh, SureJson.Internal), (long)Life.TotalMilliseconds]);
        return fresh;
    }

    private static RedisKey KeyOf(Figure figure) => $"utilization:{figure}";

    private async Task TryAsync(string script, RedisKey[] keys, RedisValue[] values)
    {
        try
        {
            await redis.GetDatabase().ScriptEvaluateAsync(script, keys, values);
        }
        catch (Exception exception) when (RedisFailure.Is(exception))
        {
            // Entries end by themselves.
            Log.Unavailable(logger, exception.Message);
        }
    }

    private static void Count(string outcome) => Reads.Add(1, new KeyValuePair<string, object?>("outcome", outcome));

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Debug, Message = "Figures are not cached: {Reason}")]
        public static partial void Unavailable(ILogger logger, string reason);
    }
}

/// <summary>What is cached.</summary>
internal enum Figure
{
    /// <summary>The pool as <c>GET /api/v2/pool</c> shows it.</summary>
    Pool,

    /// <summary>The tranches as <c>GET /api/v2/tranches/apy</c> shows them.</summary>
    Tranches,

    /// <summary>The state that QuoteService prices with.</summary>
    State,
}

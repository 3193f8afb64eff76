using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Limits;

/// <summary>
/// What all instances have given away of a client's minute, in Redis. The minute begins with the first request. While Redis is away
/// nobody waits for it.
/// </summary>
internal sealed partial class SharedCounts(
    IConnectionMultiplexer redis, IOptions<LimitOptions> options, TimeProvider time, ILogger<SharedCounts> logger)
{
    /// <summary>Gives at most what is wanted and left; answers what was given, what is left after it and the milliseconds until all is there again.</summary>
    private const string Take =
        """
        local used = tonumber(redis.call('GET', KEYS[1]) or '0')
        local given = math.max(0, math.min(tonumber(ARGV[2]), tonumber(ARGV[1]) - used))
        if given > 0 then
            if used == 0 then
                redis.call('SET', KEYS[1], string.format('%d', given), 'PX', ARGV[3])
            else
                redis.call('INCRBY', KEYS[1], string.format('%d', given))
            end
        end
        return {given, math.max(0, tonumber(ARGV[1]) - used - given), redis.call('PTTL', KEYS[1])}
        """;

    /// <summary>After a failure it is left alone for this long, so that not every request waits for it in vain.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private long _failedAt = long.MinValue;

    /// <summary>Takes <paramref name="wanted"/> requests, or as many as are left; null when Redis is away.</summary>
    public async Task<Grant?> TakeAsync(string name, long limit, long wanted)
    {
        if (!redis.IsConnected || IsLeftAlone())
        {
            return null;
        }

        try
        {
            var answer = (long[])(await redis.GetDatabase()
                .ScriptEvaluateAsync(Take, [$"limit:{name}"], [limit, wanted, (long)RateWindow.Length.TotalMilliseconds])
                .WaitAsync(options.Value.SharedTimeout, time))!;
            return new Grant(answer[0], answer[1], TimeSpan.FromMilliseconds(Math.Max(1, answer[2])));
        }
        catch (Exception exception) when (RedisFailure.Is(exception))
        {
            Volatile.Write(ref _failedAt, time.GetTimestamp());
            Log.NotShared(logger, exception.Message);
            return null;
        }
    }

    private bool IsLeftAlone() => Volatile.Read(ref _failedAt) is var at && at != long.MinValue && time.GetElapsedTime(at) < Pause;

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "Requests are counted by this instance alone for now: {Reason}")]
        public static partial void NotShared(ILogger logger, string reason);
    }
}

/// <summary>What an instance got of a client's minute.</summary>
/// <param name="Given">Requests it may let pass.</param>
/// <param name="Left">What other instances, or it, may still get.</param>
/// <param name="Life">Until the minute is over.</param>
internal sealed record Grant(long Given, long Left, TimeSpan Life);

using StackExchange.Redis;

namespace Sure.ServiceDefaults.Problems;

/// <summary>Tells that Redis is away, or did not do what it was asked.</summary>
public static class RedisFailure
{
    /// <summary>
    /// Whether the client says so, in one of its ways. On a connection that it has given up a command may also end as cancelled, by nobody, or
    /// with what the reader of the connection came upon (StackExchange.Redis, issue 2692).
    /// </summary>
    public static bool Is(Exception exception) => exception is RedisException
        or RedisCommandException
        or TimeoutException
        or OperationCanceledException { CancellationToken.IsCancellationRequested: false }
        or InvalidOperationException { Source: "System.IO.Pipelines" };
}

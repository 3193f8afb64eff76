using System.Net.Sockets;

namespace Sure.ServiceDefaults.Problems;

/// <summary>Tells what is away from what is wrong.</summary>
public static class BrokenDependency
{
    /// <summary>
    /// Whether the failure says that a server or service is away rather than that we have a bug. Matched by name where the client
    /// library is the host's choice, not this project's.
    /// </summary>
    public static bool Is(Exception exception) => exception switch
    {
        // The server has become a standby, or nothing may be written to it for now.
        Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.ReadOnlySqlTransaction } => true,
        // Class 57P is a server that shuts down, has crashed or is starting up. FATAL is a connection that the server ended or would not
        // begin: its disk is full, or this process was stopped and let a transaction idle. Neither counts as a transient error.
        Npgsql.PostgresException { InvariantSeverity: "FATAL" or "PANIC" } => true,
        System.Data.Common.DbException database => database.IsTransient
            || database.SqlState?.StartsWith("57P", StringComparison.Ordinal) is true
            || database.InnerException is IOException or SocketException or TimeoutException,
        HttpRequestException or TimeoutException or SocketException or OperationCanceledException => true,
        _ when RedisFailure.Is(exception) => true,
        _ => exception?.GetType().FullName is { } name
            && (name.StartsWith("StackExchange.Redis.", StringComparison.Ordinal) || name.StartsWith("Polly.", StringComparison.Ordinal)),
    };
}

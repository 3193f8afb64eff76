using System.Collections.Concurrent;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Audit;
using Sure.Coordination.Migrations;
using Sure.Coordination.Outbox;
using Sure.Coordination.Writing;

namespace Sure.Gateway.Audit;

/// <summary>
/// Notes what whoever guards the platform wants to know: in the log, in the audit trail and as an event. What a client does again and
/// again is one record a minute with its number, and of each kind only so many clients have one of their own, so that nobody can flood the
/// trail, from however many addresses; noting costs the request nothing.
/// </summary>
internal sealed partial class SecurityWatch(
    NpgsqlDataSource database, SchemaReady schema, TimeProvider time, ILogger<SecurityWatch> logger) : BackgroundService
{
    /// <summary>Clients that have records of their own, of each kind: one's flood does not take another's names away.</summary>
    private const int MostClients = 100;

    /// <summary>The actor of what was done by clients without a record of their own.</summary>
    public const string Others = "others";

    /// <summary>Class of SQLSTATE: it is the values that PostgreSQL cannot keep.</summary>
    private const string DataException = "22";

    private static readonly TimeSpan WriteInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(1);

    /// <summary>By kind and client. One stays for a minute after it was written, so that there are no more records a minute than places.</summary>
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, Tally>> _tallies = new(StringComparer.Ordinal);

    /// <summary>Notes one occurrence.</summary>
    /// <param name="kind">A word of <see cref="SecurityKind"/>.</param>
    /// <param name="client">Id of the key or token, or the address.</param>
    /// <param name="actor">Its subject, or the address.</param>
    /// <param name="detail">One sentence; the last one is kept.</param>
    public void Note(string kind, string client, string actor, string detail)
    {
        var clients = _tallies.GetOrAdd(kind, static _ => new ConcurrentDictionary<string, Tally>(StringComparer.Ordinal));
        var isNamed = clients.ContainsKey(client) || clients.Count < MostClients;
        while (!clients.GetOrAdd(isNamed ? client : Others, static _ => new Tally()).TryAdd(isNamed ? actor : Others, detail, time.GetUtcNow()))
        {
            // It has just been taken out: the next one is new.
        }
    }

    /// <summary>
    /// Writes a record and its event with the change that they tell of, and logs it before that is done: should it fail, there is rather a
    /// line too many than one too few.
    /// </summary>
    public void Write(WriteBatch batch, string kind, string client, string actor, string action, object subject, string detail, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(batch);
        AuditTrail.Write(batch, actor, action, subject, now);
        batch.AppendEvents([new SecurityEventOccurred(Guid.CreateVersion7(now), now, kind, client, 1, detail)]);
        Log.Noted(logger, kind, client, count: 1, detail);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await WriteAsync(all: true, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(WriteInterval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            await WriteAsync(all: false, stoppingToken);
        }
    }

    private async Task WriteAsync(bool all, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var due = new List<Due>();
        foreach (var (kind, clients) in _tallies)
        {
            foreach (var (client, tally) in clients)
            {
                if (tally.Take(now, all ? TimeSpan.Zero : Quiet) is { } what)
                {
                    due.Add(new Due(kind, client, tally, what));
                }
                else if (tally.TryEnd(now, Quiet))
                {
                    clients.TryRemove(new(client, tally));
                }
            }
        }

        if (due.Count > 0)
        {
            await WriteAsync(due, now, cancellationToken);
        }
    }

    private async Task WriteAsync(IReadOnlyList<Due> due, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            var batch = new WriteBatch(connection, transaction);
            foreach (var (kind, client, _, what) in due)
            {
                AuditTrail.Write(batch, what.Actor, kind, new { Client = client, what.Count, what.FirstAt, what.LastAt, what.Detail }, now);
            }

            batch.AppendEvents([.. due.Select(d => new SecurityEventOccurred(Guid.CreateVersion7(now), now, d.Kind, d.Client, d.What.Count, d.What.Detail))]);
            await batch.ExecuteAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            foreach (var (kind, client, _, what) in due)
            {
                Log.Noted(logger, kind, client, what.Count, what.Detail);
            }
        }
        catch (PostgresException exception) when (exception.SqlState.StartsWith(DataException, StringComparison.Ordinal))
        {
            // It will never be taken. The others are not to wait for it.
            if (due is [var refused])
            {
                Log.Refused(logger, refused.Kind, refused.What.Count, exception.MessageText);
                return;
            }

            foreach (var one in due)
            {
                await WriteAsync([one], now, cancellationToken);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException or IOException or OperationCanceledException)
        {
            foreach (var (_, _, tally, what) in due)
            {
                tally.GiveBack(what);
            }

            if (!cancellationToken.IsCancellationRequested)
            {
                Log.NotWritten(logger, due.Count, exception.Message);
            }
        }
    }

    /// <summary>What is to be written now.</summary>
    private sealed record Due(string Kind, string Client, Tally Tally, Tallied What);

    /// <summary>What a client did since it was last written.</summary>
    private sealed record Tallied(string Actor, long Count, DateTimeOffset FirstAt, DateTimeOffset LastAt, string Detail);

    private sealed class Tally
    {
        private readonly Lock _lock = new();
        private Tallied? _waiting;
        private DateTimeOffset? _writtenAt;
        private DateTimeOffset? _wroteBefore;
        private bool _hasEnded;

        /// <summary>Counts one; false when it has ended.</summary>
        public bool TryAdd(string actor, string detail, DateTimeOffset now)
        {
            lock (_lock)
            {
                if (_hasEnded)
                {
                    return false;
                }

                _waiting = _waiting is null ? new Tallied(actor, 1, now, now, detail) : _waiting with { Count = _waiting.Count + 1, LastAt = now, Detail = detail };
                return true;
            }
        }

        /// <summary>What is to be written now: the first at once, what follows it after a while.</summary>
        public Tallied? Take(DateTimeOffset now, TimeSpan quiet)
        {
            lock (_lock)
            {
                if (_waiting is null || (_writtenAt is { } last && now - last < quiet))
                {
                    return null;
                }

                var taken = _waiting;
                (_waiting, _wroteBefore, _writtenAt) = (null, _writtenAt, now);
                return taken;
            }
        }

        public void GiveBack(Tallied what)
        {
            lock (_lock)
            {
                _waiting = _waiting is null ? what : _waiting with { Count = _waiting.Count + what.Count, FirstAt = what.FirstAt };
                _writtenAt = _wroteBefore;
            }
        }

        /// <summary>Ends it if nothing waits and nothing was written for a while.</summary>
        public bool TryEnd(DateTimeOffset now, TimeSpan quiet)
        {
            lock (_lock)
            {
                return _hasEnded = _waiting is null && (_writtenAt is not { } last || now - last >= quiet);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(EventId = 1, EventName = "SecurityEvent", Level = LogLevel.Warning, Message = "Security event {Kind} of {Client}, {Count} times: {Detail}")]
        public static partial void Noted(ILogger logger, string kind, string client, long count, string detail);

        [LoggerMessage(Level = LogLevel.Error, Message = "A security event {Kind}, {Count} times, cannot be written and is left out: {Reason}")]
        public static partial void Refused(ILogger logger, string kind, long count, string reason);

        [LoggerMessage(Level = LogLevel.Error, Message = "{Count} security events wait to be written: {Reason}")]
        public static partial void NotWritten(ILogger logger, int count, string reason);
    }
}

/// <summary>What is noted.</summary>
internal static class SecurityKind
{
    public const string AuthFailed = "auth_failed";
    public const string LimitHit = "limit_hit";
    public const string KeyMade = "key_made";
    public const string KeyRevoked = "key_revoked";
    public const string BreakerReset = "breaker_reset";
    public const string WebhookMade = "webhook_made";
    public const string WebhookTested = "webhook_tested";
    public const string WebhookDeleted = "webhook_deleted";
    public const string ExposureRebuilt = "exposure_rebuilt";
}

using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Leases;

namespace Sure.Coordination.Outbox;

/// <summary>The outbox in PostgreSQL, as its relay and those who missed events read it.</summary>
internal sealed class OutboxStore(NpgsqlDataSource database, ServiceIdentity service)
{
    /// <summary>Gives what has been committed its sequence, <paramref name="limit"/> events at most; how many there were.</summary>
    public async Task<int> NumberAsync(LeaseTerm term, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var numbered = await connection.ExecuteScalarAsync<int>(new CommandDefinition(
            """
            WITH fresh AS (
                SELECT position, (SELECT numbered FROM outbox_state) + row_number() OVER (ORDER BY position) AS sequence
                FROM (SELECT position FROM outbox WHERE sequence IS NULL ORDER BY position LIMIT @Limit) AS waiting
            ), given AS (
                UPDATE outbox SET sequence = fresh.sequence FROM fresh WHERE outbox.position = fresh.position RETURNING outbox.sequence
            ), kept AS (
                UPDATE outbox_state SET numbered = last.sequence
                FROM (SELECT max(sequence) AS sequence FROM given) AS last
                WHERE last.sequence IS NOT NULL
            )
            SELECT count(*) FROM given
            """,
            new { Limit = limit },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return numbered;
    }

    /// <summary>The first events that have their sequence and are still to be relayed.</summary>
    public async Task<IReadOnlyList<EventEnvelope>> ReadWaitingAsync(int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT sequence, event_id, type, occurred_at, data::text AS data, trace_parent, trace_links
            FROM outbox WHERE sequence > (SELECT relayed FROM outbox_state)
            ORDER BY sequence LIMIT @Limit
            """,
            new { Limit = limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToEnvelope(service.Name))];
    }

    /// <summary>Remembers that everything up to <paramref name="sequence"/> has reached the broker.</summary>
    public async Task MarkRelayedAsync(LeaseTerm term, long sequence, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE outbox_state SET relayed = @Sequence WHERE relayed < @Sequence",
            new { Sequence = sequence },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>
    /// Forgets of the first <paramref name="limit"/> relayed events those that are older than <paramref name="retention"/>, up to the first
    /// that is not, so that what is kept has no gaps; how many they were. Which time it is the earlier of <paramref name="now"/> and the
    /// server's clock says: one that is ahead forgets nothing that is to be kept. An event that says it is of the time after – a clock was
    /// ahead – goes with what came after it.
    /// </summary>
    public async Task<int> TrimAsync(LeaseTerm term, TimeSpan retention, DateTimeOffset now, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await term.GuardAsync(connection, transaction, cancellationToken);
        var trimmed = await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH present AS MATERIALIZED (
                SELECT clock AS now, clock - @Retention AS since FROM (SELECT least(@Now, clock_timestamp()) AS clock) AS earlier
            ), first AS MATERIALIZED (
                SELECT sequence, occurred_at FROM outbox
                WHERE sequence <= (SELECT relayed FROM outbox_state)
                ORDER BY sequence LIMIT @Limit
            )
            DELETE FROM outbox WHERE sequence IN (
                SELECT sequence FROM first
                WHERE sequence <= (
                    SELECT max(sequence) FROM first, present
                    WHERE occurred_at < since
                      AND sequence < coalesce((SELECT min(sequence) FROM first, present WHERE occurred_at BETWEEN since AND now), sequence + 1)))
            """,
            new { Limit = limit, Retention = retention, Now = now.ToUniversalTime() },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
        return trimmed;
    }

    /// <summary>The events after <paramref name="after"/>, in order; with them the first sequence that is still kept.</summary>
    public async Task<EventPage> ReadAsync(long after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT numbered, coalesce((SELECT min(sequence) FROM outbox), numbered + 1) AS first FROM outbox_state;

            SELECT sequence, event_id, type, occurred_at, data::text AS data, trace_parent, trace_links
            FROM outbox WHERE sequence > @After ORDER BY sequence LIMIT @Limit;
            """,
            new { After = after, Limit = limit },
            cancellationToken: cancellationToken));
        var (numbered, first) = await results.ReadSingleAsync<(long, long)>();
        var rows = await results.ReadAsync<Row>();
        return new EventPage(service.Name, first, numbered, [.. rows.Select(r => r.ToEnvelope(service.Name))]);
    }

    private sealed record Row(long Sequence, Guid EventId, string Type, DateTime OccurredAt, string Data, string? TraceParent, string? TraceLinks)
    {
        public EventEnvelope ToEnvelope(string producer)
        {
            using var document = JsonDocument.Parse(Data);
            return new EventEnvelope(
                producer, Sequence, EventId, new DateTimeOffset(OccurredAt), Type, document.RootElement.Clone(), TraceParent, TraceLinks?.Split(' '));
        }
    }
}

/// <summary>A stretch of a producer's events, for those who missed some.</summary>
/// <param name="Producer">Whose.</param>
/// <param name="FirstSequence">The first that is still kept; who needs an earlier one must rebuild.</param>
/// <param name="LastSequence">The last that was given.</param>
/// <param name="Events">In order of their sequence, without gaps; empty when there is nothing newer.</param>
public sealed record EventPage(string Producer, long FirstSequence, long LastSequence, IReadOnlyList<EventEnvelope> Events);

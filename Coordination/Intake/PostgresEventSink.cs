using Dapper;
using Npgsql;
using Sure.Contracts.Events;

namespace Sure.Coordination.Intake;

/// <summary>An event of a type that this build knows.</summary>
/// <param name="Envelope">As it was told.</param>
/// <param name="Event">What it says.</param>
public sealed record KnownEvent(EventEnvelope Envelope, IPlatformEvent Event);

/// <summary>A sink whose state is in the service's schema: events and position are committed in one transaction.</summary>
public abstract class PostgresEventSink(NpgsqlDataSource database) : IEventSink
{
    /// <summary>Stands for the sequence while nothing was ever applied.</summary>
    private const long Nothing = -1;

    /// <summary>The service's database.</summary>
    protected NpgsqlDataSource Database { get; } = database;

    /// <inheritdoc />
    public async Task<long?> GetLastAppliedAsync(string producer, CancellationToken cancellationToken)
    {
        await using var connection = await Database.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long?>(new CommandDefinition(
            "SELECT sequence FROM intake WHERE producer = @Producer", new { Producer = producer }, cancellationToken: cancellationToken));
    }

    /// <inheritdoc />
    public async Task<bool> TryApplyAsync(string producer, IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken)
    {
        await using var connection = await Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var moved = await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE intake SET sequence = @Last WHERE producer = @Producer AND sequence = @First - 1",
            new { Producer = producer, First = events[0].Sequence, Last = events[^1].Sequence },
            transaction,
            cancellationToken: cancellationToken));
        if (moved == 0)
        {
            return false;
        }

        // A type this build does not know comes from a newer producer; it is nothing this build could act on.
        var known = events.Select(e => e.Open() is { } opened ? new KnownEvent(e, opened) : null).OfType<KnownEvent>().ToList();
        if (known.Count > 0)
        {
            await ApplyAsync(known, connection, transaction, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        AfterCommit(events);
        return true;
    }

    /// <inheritdoc />
    public async Task RebuildAsync(string producer, long? seen, long firstKept, long last, CancellationToken cancellationToken)
    {
        await using var connection = await Database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        // Claims the row first. An instance that has begun anew meanwhile may have applied events since; they must not be applied again.
        var claimed = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            """
            INSERT INTO intake (producer, sequence) VALUES (@Producer, @Nothing)
            ON CONFLICT (producer) DO UPDATE SET sequence = intake.sequence RETURNING sequence
            """,
            new { Producer = producer, Nothing },
            transaction,
            cancellationToken: cancellationToken));
        if (claimed != (seen ?? Nothing))
        {
            return;
        }

        await AllowWaitingAsync(connection, transaction, cancellationToken);
        var sequence = await RebuildAsync(producer, firstKept, last, connection, transaction, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE intake SET sequence = @Sequence WHERE producer = @Producer",
            new { Producer = producer, Sequence = sequence },
            transaction,
            cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>Applies <paramref name="events"/> (at least one, in sequence) within the transaction.</summary>
    protected abstract Task ApplyAsync(
        IReadOnlyList<KnownEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken);

    /// <summary>
    /// Brings the state within the transaction to that of a sequence the producer can continue from, and answers that sequence. The
    /// default starts before the first event that is kept, which is right for consumers that want facts from now on.
    /// </summary>
    protected virtual Task<long> RebuildAsync(
        string producer,
        long firstKept,
        long last,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken) => Task.FromResult(firstKept - 1);

    /// <summary>
    /// Lets this transaction idle for longer than others may, while a producer is asked for its state: it holds up nobody but who would
    /// ask the same.
    /// </summary>
    protected static Task AllowWaitingAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "SET LOCAL idle_in_transaction_session_timeout = '1min'", transaction: transaction, cancellationToken: cancellationToken));

    /// <summary>Called after the events were committed, for what is kept in memory.</summary>
    protected virtual void AfterCommit(IReadOnlyList<EventEnvelope> events)
    {
    }
}

using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Sure.Contracts.Events;
using Sure.Contracts.Json;

namespace Sure.Coordination.Outbox;

/// <summary>Writes events beside the change they tell of: both are committed or neither is.</summary>
public static class OutboxWriter
{
    /// <summary>Adds the events to the outbox within <paramref name="transaction"/>, in their order, and wakes the relay at commit. One round trip.</summary>
    public static async Task AppendEventsAsync(
        this NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyCollection<IPlatformEvent> events,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0)
        {
            return;
        }

        await using var insert = new NpgsqlCommand(
            """
            INSERT INTO outbox (event_id, type, occurred_at, data, trace_parent)
            SELECT event_id, type, occurred_at, data, $5
            FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS e (event_id, type, occurred_at, data, ordinal)
            ORDER BY ordinal;
            """,
            connection,
            transaction);
        insert.Parameters.Add(new() { Value = events.Select(e => e.EventId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        insert.Parameters.Add(new() { Value = events.Select(e => e.GetType().Name).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        insert.Parameters.Add(new() { Value = events.Select(e => e.OccurredAt.ToUniversalTime()).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });
        insert.Parameters.Add(new() { Value = events.Select(e => JsonSerializer.Serialize(e, e.GetType(), SureJson.Internal)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        insert.Parameters.Add(new() { Value = (object?)Activity.Current?.Id ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Text });
        await using var wake = new NpgsqlCommand("SELECT pg_notify('outbox_' || current_schema(), '')", connection, transaction);

        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in new[] { insert, wake })
        {
            var part = new NpgsqlBatchCommand(command.CommandText);
            foreach (NpgsqlParameter parameter in command.Parameters)
            {
                part.Parameters.Add(parameter.Clone());
            }

            batch.BatchCommands.Add(part);
        }

        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}

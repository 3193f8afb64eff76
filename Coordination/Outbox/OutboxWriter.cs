using System.Diagnostics;
using System.Text.Json;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Coordination.Writing;

namespace Sure.Coordination.Outbox;

/// <summary>Writes events beside the change they tell of: both are committed or neither is.</summary>
public static class OutboxWriter
{
    /// <summary>Adds the events to the outbox within <paramref name="transaction"/>, in their order, and wakes the relay at commit. One round trip.</summary>
    public static Task AppendEventsAsync(
        this NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        IReadOnlyCollection<IPlatformEvent> events,
        CancellationToken cancellationToken)
    {
        var batch = new WriteBatch(connection, transaction);
        batch.AppendEvents(events);
        return batch.ExecuteAsync(cancellationToken);
    }

    /// <summary>Adds the events to the outbox with the other statements of the batch, in their order, and wakes the relay at commit.</summary>
    public static void AppendEvents(this WriteBatch batch, IReadOnlyCollection<IPlatformEvent> events)
    {
        ArgumentNullException.ThrowIfNull(batch);
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count == 0)
        {
            return;
        }

        batch.Add(
            """
            INSERT INTO outbox (event_id, type, occurred_at, data, trace_parent)
            SELECT event_id, type, occurred_at, data::jsonb, $5::text
            FROM unnest($1, $2, $3, $4) WITH ORDINALITY AS e (event_id, type, occurred_at, data, ordinal)
            ORDER BY ordinal
            """,
            events.Select(e => e.EventId).ToArray(),
            events.Select(e => e.GetType().Name).ToArray(),
            events.Select(e => e.OccurredAt.ToUniversalTime()).ToArray(),
            events.Select(e => JsonSerializer.Serialize(e, e.GetType(), SureJson.Internal)).ToArray(),
            Activity.Current?.Id);
        batch.Add("SELECT pg_notify('outbox_' || current_schema(), '')");
    }
}

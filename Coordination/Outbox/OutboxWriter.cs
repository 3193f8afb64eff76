using System.Diagnostics;
using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Coordination.Telemetry;
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

    /// <summary>
    /// Adds the events to the outbox with the other statements of the batch, in their order, and wakes the relay at commit. The present
    /// work is what caused them.
    /// </summary>
    public static void AppendEvents(this WriteBatch batch, IReadOnlyCollection<IPlatformEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        var cause = Activity.Current?.Id;
        batch.Append(events, [.. events.Select(_ => cause)], new string?[events.Count]);
    }

    /// <summary>The same for events of which each has its own cause; where it is not recorded, it is the present work.</summary>
    /// <param name="batch">What they are written with.</param>
    /// <param name="events">The events.</param>
    /// <param name="causes">The trace that each of them goes on with, in their order.</param>
    public static void AppendEvents(this WriteBatch batch, IReadOnlyCollection<IPlatformEvent> events, IReadOnlyCollection<ActivityContext> causes)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(causes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(causes.Count, events.Count, nameof(causes));
        batch.Append(events, [.. causes.Select(c => Causes.Write(c) ?? Activity.Current?.Id)], new string?[events.Count]);
    }

    /// <summary>The same for an event that others than the present work caused; where none of them is recorded, it is the present work's.</summary>
    /// <param name="batch">What it is written with.</param>
    /// <param name="told">The event.</param>
    /// <param name="causes">The traces of the work that caused it.</param>
    public static void AppendEvent(this WriteBatch batch, IPlatformEvent told, params IEnumerable<ActivityContext> causes)
    {
        ArgumentNullException.ThrowIfNull(causes);
        var traces = causes.Select(Causes.Write).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        batch.Append([told], [traces.FirstOrDefault() ?? Activity.Current?.Id], [traces.Count > 1 ? string.Join(' ', traces.Skip(1)) : null]);
    }

    /// <summary>
    /// The traces of the work that wrote events at later positions than <paramref name="after"/>, and the last position.
    /// </summary>
    /// <param name="connection">To the schema of the service.</param>
    /// <param name="after">The last position that was seen; null for none, then only the last one is looked at.</param>
    /// <param name="except">Type of events that are left out: the asker's own.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<(long Position, IReadOnlyList<ActivityContext> Causes)> ReadCausesAsync(
        this NpgsqlConnection connection, long? after, string except, CancellationToken cancellationToken)
    {
        var rows = (await connection.QueryAsync<(long Position, string? Type, string? TraceParent)>(new CommandDefinition(
            """
            SELECT position, type, trace_parent FROM outbox
            WHERE position > coalesce(@After, (SELECT max(position) - 1 FROM outbox)) ORDER BY position LIMIT 1000
            """,
            new { After = after },
            cancellationToken: cancellationToken))).ToList();
        return rows is [.., var last]
            ? (last.Position, [.. rows.Where(r => r.Type != except).Select(r => Causes.Parse(r.TraceParent)).Where(Causes.IsRecorded)])
            : (after ?? 0, []);
    }

    private static void Append(
        this WriteBatch batch, IReadOnlyCollection<IPlatformEvent> events, string?[] traceParents, string?[] traceLinks)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (events.Count == 0)
        {
            return;
        }

        batch.Add(
            """
            INSERT INTO outbox (event_id, type, occurred_at, data, trace_parent, trace_links)
            SELECT event_id, type, occurred_at, data::jsonb, trace_parent, trace_links
            FROM unnest($1, $2, $3, $4, $5, $6) WITH ORDINALITY AS e (event_id, type, occurred_at, data, trace_parent, trace_links, ordinal)
            ORDER BY ordinal
            """,
            events.Select(e => e.EventId).ToArray(),
            events.Select(e => e.GetType().Name).ToArray(),
            events.Select(e => e.OccurredAt.ToUniversalTime()).ToArray(),
            events.Select(e => JsonSerializer.Serialize(e, e.GetType(), SureJson.Internal)).ToArray(),
            traceParents,
            traceLinks);
        batch.Add("SELECT pg_notify('outbox_' || current_schema(), '')");
    }
}

using Dapper;
using Npgsql;
using Sure.Coordination.Audit;
using Sure.Coordination.Writing;

namespace Sure.BridgeService.Market.Playing;

/// <summary>Which event is played; every instance can start one, the leading one plays it.</summary>
internal sealed class PlayStore(NpgsqlDataSource database)
{
    /// <summary>What is played or was played last; null before the first, and where this build does not know the event any more.</summary>
    public async Task<Playback?> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "SELECT event, speed, started_at FROM market_play", cancellationToken: cancellationToken));
        return row is not null && PlayableEvents.Find(row.Event) is { } found ? new Playback(found, row.Speed, new DateTimeOffset(row.StartedAt)) : null;
    }

    /// <summary>Plays it from its beginning, in place of any other.</summary>
    public async Task StartAsync(Playback playback, string actor, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var batch = new WriteBatch(connection, transaction);
        batch.Add(
            """
            INSERT INTO market_play (event, speed, started_at) VALUES ($1, $2, $3)
            ON CONFLICT (one) DO UPDATE SET event = excluded.event, speed = excluded.speed, started_at = excluded.started_at
            """,
            playback.Event.Event,
            playback.Speed,
            playback.StartedAt.UtcDateTime);
        AuditTrail.Write(batch, actor, "market_event_played", new { playback.Event.Event, playback.Speed }, playback.StartedAt);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record Row(string Event, double Speed, DateTime StartedAt);
}

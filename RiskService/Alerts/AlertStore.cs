using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;

namespace Sure.RiskService.Alerts;

/// <summary>Keeps alerts, those that last and those that are over.</summary>
internal sealed class AlertStore(NpgsqlDataSource database)
{
    private readonly LastKnown<IReadOnlyList<Alert>> _last = new();

    /// <summary>The alerts that last, most severe first, newest first among equals.</summary>
    public Task<IReadOnlyList<Alert>> ReadLastingAsync(CancellationToken cancellationToken) =>
        _last.ReadAsync(async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            return await ReadLastingAsync(connection, transaction: null, cancellationToken);
        });

    /// <summary>The same within a transaction.</summary>
    public static async Task<IReadOnlyList<Alert>> ReadLastingAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            "SELECT alert_id, alert_type, subject, severity, message, current_value, limit_value, raised_at FROM alert WHERE cleared_at IS NULL",
            transaction: transaction,
            cancellationToken: cancellationToken));
        return AlertLifecycle.InOrder(rows.Select(r => new Alert(
            r.AlertId,
            Words<AlertType>.Parse(r.AlertType),
            r.Subject,
            Words<Severity>.Parse(r.Severity),
            r.Message,
            r.CurrentValue,
            r.LimitValue,
            new DateTimeOffset(r.RaisedAt))));
    }

    /// <summary>The last alert of each figure, whether it lasts or is over.</summary>
    public static async Task<IReadOnlyList<AlertState>> ReadLatestAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        // One that lasts is the last: while it does, no other is raised.
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT DISTINCT ON (alert_type, subject)
                   alert_id, alert_type, subject, severity, message, current_value, limit_value, raised_at, cleared_at
            FROM alert ORDER BY alert_type, subject, cleared_at DESC NULLS FIRST
            """,
            transaction: transaction,
            cancellationToken: cancellationToken));
        return
        [
            .. rows.Select(r => new AlertState(
                r.AlertId,
                r.AlertType,
                r.Subject,
                Words<Severity>.Parse(r.Severity),
                r.Message,
                r.CurrentValue,
                r.LimitValue,
                new DateTimeOffset(r.RaisedAt),
                r.ClearedAt is { } clearedAt ? new DateTimeOffset(clearedAt) : null)),
        ];
    }

    /// <summary>
    /// Forgets the alerts that have been over for longer than <paramref name="retention"/>. Which time it is the earlier of
    /// <paramref name="now"/> and the server's clock says: one that is ahead forgets nothing that is to be kept.
    /// </summary>
    public static Task<int> ForgetAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TimeSpan retention, DateTimeOffset now, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            "DELETE FROM alert WHERE cleared_at < (SELECT least(@Now, clock_timestamp()) - @Retention)",
            new { Now = now.UtcDateTime, Retention = retention },
            transaction,
            cancellationToken: cancellationToken));

    /// <summary>Keeps what changed.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<AlertChange> changes, DateTimeOffset now, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO alert (alert_id, alert_type, subject, severity, message, current_value, limit_value, raised_at, updated_at, cleared_at)
            VALUES (@AlertId, @AlertType, @Subject, @Severity, @Message, @CurrentValue, @LimitValue, @RaisedAt, @Now, @ClearedAt)
            ON CONFLICT (alert_id) DO UPDATE
            SET severity = excluded.severity, message = excluded.message, current_value = excluded.current_value,
                limit_value = excluded.limit_value, updated_at = excluded.updated_at, cleared_at = excluded.cleared_at
            """,
            changes.Select(c => new
            {
                c.Alert.AlertId,
                AlertType = c.Alert.AlertType.Word(),
                c.Alert.Subject,
                Severity = c.Alert.Severity.Word(),
                c.Alert.Message,
                c.Alert.CurrentValue,
                c.Alert.LimitValue,
                RaisedAt = c.Alert.Timestamp.UtcDateTime,
                Now = now.UtcDateTime,
                ClearedAt = c is AlertChange.Cleared ? now.UtcDateTime : (DateTime?)null,
            }),
            transaction,
            cancellationToken: cancellationToken));

    private sealed class Row
    {
        public Guid AlertId { get; init; }

        public string AlertType { get; init; } = "";

        public string Subject { get; init; } = "";

        public string Severity { get; init; } = "";

        public string Message { get; init; } = "";

        public decimal? CurrentValue { get; init; }

        public decimal LimitValue { get; init; }

        public DateTime RaisedAt { get; init; }

        public DateTime? ClearedAt { get; init; }
    }
}

using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Statistics;

namespace Sure.RiskService.Statistics;

/// <summary>What became of alerts in an interval.</summary>
/// <param name="Time">Its start.</param>
/// <param name="Raised">How many began.</param>
/// <param name="Escalated">How many became more severe.</param>
/// <param name="Cleared">How many ended.</param>
/// <param name="RaisedLow">Of those that began, the low ones.</param>
/// <param name="RaisedMedium">The medium ones.</param>
/// <param name="RaisedHigh">The high ones.</param>
/// <param name="RaisedCritical">The critical ones.</param>
public sealed record AlertPoint(
    DateTimeOffset Time, long Raised, long Escalated, long Cleared, long RaisedLow, long RaisedMedium, long RaisedHigh, long RaisedCritical);

/// <summary>How often one kind of alert occurred over the whole span.</summary>
/// <param name="Source">Who raises it.</param>
/// <param name="AlertType">Its kind.</param>
/// <param name="Severity">How urgent it was.</param>
/// <param name="Raised">How often it began.</param>
/// <param name="Escalated">How often it became that severe.</param>
/// <param name="Cleared">How often it ended.</param>
public sealed record AlertFrequency(AlertSource Source, string AlertType, Severity Severity, long Raised, long Escalated, long Cleared);

/// <summary>Which alerts; null members match all.</summary>
internal sealed record AlertFilter(AlertSource? Source, Severity? Severity);

/// <summary>The frequency of alerts in PostgreSQL, kept in the transaction that raises or learns of them.</summary>
internal sealed class AlertStatistics(NpgsqlDataSource database)
{
    /// <summary>Counts those of the events that tell of alerts.</summary>
    public static Task KeepAsync(
        IEnumerable<IPlatformEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO alert_statistics AS s (minute, source, alert_type, severity, raised, escalated, cleared)
            VALUES (date_trunc('minute', @At), @Source, @AlertType, @Severity, @Raised, @Escalated, @Cleared)
            ON CONFLICT (minute, source, alert_type, severity) DO UPDATE
            SET raised = s.raised + excluded.raised, escalated = s.escalated + excluded.escalated, cleared = s.cleared + excluded.cleared
            """,
            events.Select(Count).OfType<Counted>().ToList(),
            transaction,
            cancellationToken: cancellationToken));

    /// <summary>A point for every interval of the span, and how often each kind occurred over all of it.</summary>
    public async Task<(IReadOnlyList<AlertPoint> Points, IReadOnlyList<AlertFrequency> Frequencies)> ReadAsync(
        StatisticsSpan span, AlertFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT date_bin(@Step, minute, @Start) AS time, sum(raised)::bigint AS raised, sum(escalated)::bigint AS escalated,
                   sum(cleared)::bigint AS cleared,
                   coalesce(sum(raised) FILTER (WHERE severity = 'Low'), 0)::bigint AS low,
                   coalesce(sum(raised) FILTER (WHERE severity = 'Medium'), 0)::bigint AS medium,
                   coalesce(sum(raised) FILTER (WHERE severity = 'High'), 0)::bigint AS high,
                   coalesce(sum(raised) FILTER (WHERE severity = 'Critical'), 0)::bigint AS critical
            FROM alert_statistics
            WHERE minute >= @Start AND minute < @End AND (@Source::text IS NULL OR source = @Source)
              AND (@Severity::text IS NULL OR severity = @Severity)
            GROUP BY 1;

            SELECT source, alert_type, severity, sum(raised)::bigint AS raised, sum(escalated)::bigint AS escalated, sum(cleared)::bigint AS cleared
            FROM alert_statistics
            WHERE minute >= @Start AND minute < @End AND (@Source::text IS NULL OR source = @Source)
              AND (@Severity::text IS NULL OR severity = @Severity)
            GROUP BY 1, 2, 3 ORDER BY 4 DESC, 1, 2, 3;
            """,
            new
            {
                Start = span.Start.UtcDateTime,
                End = span.End.UtcDateTime,
                span.Step,
                Source = filter.Source?.Word(),
                Severity = filter.Severity?.Word(),
            },
            cancellationToken: cancellationToken));
        var points = (await results.ReadAsync<PointRow>()).Select(r => new AlertPoint(
            new DateTimeOffset(r.Time), r.Raised, r.Escalated, r.Cleared, r.Low, r.Medium, r.High, r.Critical));
        var frequencies = (await results.ReadAsync<FrequencyRow>()).Select(r => new AlertFrequency(
            Words<AlertSource>.Parse(r.Source), r.AlertType, Words<Severity>.Parse(r.Severity), r.Raised, r.Escalated, r.Cleared));
        return (span.Fill(points.ToDictionary(p => p.Time), at => new AlertPoint(at, 0, 0, 0, 0, 0, 0, 0)), [.. frequencies]);
    }

    private static Counted? Count(IPlatformEvent told) => told switch
    {
        RiskAlertRaised a => Of(a, AlertSource.Risk, a.AlertType, a.Severity, raised: 1),
        RiskAlertEscalated a => Of(a, AlertSource.Risk, a.AlertType, a.Severity, escalated: 1),
        RiskAlertCleared a => Of(a, AlertSource.Risk, a.AlertType, a.Severity, cleared: 1),
        BridgeAlertRaised a => Of(a, AlertSource.Bridge, a.AlertType, a.Severity, raised: 1),
        BridgeAlertResolved a => Of(a, AlertSource.Bridge, a.AlertType, a.Severity, cleared: 1),
        _ => null,
    };

    private static Counted Of(IPlatformEvent told, AlertSource source, string type, Severity severity, long raised = 0, long escalated = 0, long cleared = 0) =>
        new(told.OccurredAt.UtcDateTime, source.Word(), type, severity.Word(), raised, escalated, cleared);

    private sealed record Counted(DateTime At, string Source, string AlertType, string Severity, long Raised, long Escalated, long Cleared);

    private sealed record PointRow(DateTime Time, long Raised, long Escalated, long Cleared, long Low, long Medium, long High, long Critical);

    private sealed record FrequencyRow(string Source, string AlertType, string Severity, long Raised, long Escalated, long Cleared);
}

using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.QuoteService.Figures;

/// <summary>Keeps what others tell and dynamic pricing needs: the newest health of each bridge, and the correlation regime.</summary>
internal static class ConditionFigures
{
    public static Task KeepAsync(BridgeHealthMade made, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO bridge_figure (bridge_id, health_score, status, made_at) VALUES (@BridgeId, @HealthScore, @Status, @OccurredAt)
            ON CONFLICT (bridge_id) DO UPDATE
            SET health_score = excluded.health_score, status = excluded.status, made_at = excluded.made_at
            """,
            new { made.BridgeId, made.HealthScore, Status = made.HealthStatus.Word(), OccurredAt = made.OccurredAt.ToUniversalTime() },
            transaction,
            cancellationToken: cancellationToken));

    public static Task KeepAsync(RiskSnapshotTaken taken, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO correlation_figure (regime, made_at) VALUES (@Regime, @OccurredAt)
            ON CONFLICT (one) DO UPDATE SET regime = excluded.regime, made_at = excluded.made_at
            """,
            new { Regime = taken.CorrelationRegime.Word(), OccurredAt = taken.OccurredAt.ToUniversalTime() },
            transaction,
            cancellationToken: cancellationToken));
}

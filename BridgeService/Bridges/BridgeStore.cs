using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;

namespace Sure.BridgeService.Bridges;

/// <summary>Keeps what is known of bridges and its history.</summary>
internal sealed class BridgeStore(NpgsqlDataSource database)
{
    private readonly LastKnown<IReadOnlyDictionary<string, BridgeReport>> _reports = new();

    /// <summary>The last report of each bridge that was ever judged.</summary>
    public Task<IReadOnlyDictionary<string, BridgeReport>> ReadReportsAsync(CancellationToken cancellationToken) =>
        _reports.ReadAsync(async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var rows = await connection.QueryAsync<string>(new CommandDefinition("SELECT report FROM bridge", cancellationToken: cancellationToken));
            return rows.Select(Read<BridgeReport>).ToDictionary(r => r.BridgeId, StringComparer.Ordinal);
        });

    /// <summary>What the cycle before left of each bridge.</summary>
    public static async Task<IReadOnlyDictionary<string, BridgeState>> ReadStatesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string BridgeId, string State)>(new CommandDefinition(
            "SELECT bridge_id, state FROM bridge", transaction: transaction, cancellationToken: cancellationToken));
        return rows.ToDictionary(r => r.BridgeId, r => Read<BridgeState>(r.State), StringComparer.Ordinal);
    }

    /// <summary>Value of each bridge as it stood at <paramref name="at"/>, or the oldest known value where that is younger.</summary>
    public static async Task<IReadOnlyDictionary<string, decimal>> ReadTvlAtAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string BridgeId, decimal Tvl)>(new CommandDefinition(
            """
            SELECT b.bridge_id, coalesce(standing.tvl_usd, oldest.tvl_usd)
            FROM bridge b
            LEFT JOIN LATERAL (
                SELECT tvl_usd FROM bridge_point p
                WHERE p.bridge_id = b.bridge_id AND p.made_at <= @At AND p.tvl_usd IS NOT NULL ORDER BY p.made_at DESC LIMIT 1
            ) standing ON true
            LEFT JOIN LATERAL (
                SELECT tvl_usd FROM bridge_point p
                WHERE p.bridge_id = b.bridge_id AND p.made_at > @At AND p.tvl_usd IS NOT NULL ORDER BY p.made_at LIMIT 1
            ) oldest ON true
            WHERE coalesce(standing.tvl_usd, oldest.tvl_usd) IS NOT NULL
            """,
            new { At = at.UtcDateTime },
            transaction,
            cancellationToken: cancellationToken));
        return rows.ToDictionary(r => r.BridgeId, r => r.Tvl, StringComparer.Ordinal);
    }

    /// <summary>Keeps what a cycle found.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<BridgeAssessment> assessments, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH kept AS (
                INSERT INTO bridge (bridge_id, made_at, state, report) VALUES (@BridgeId, @MadeAt, @State::jsonb, @Report::jsonb)
                ON CONFLICT (bridge_id) DO UPDATE SET made_at = excluded.made_at, state = excluded.state, report = excluded.report
            )
            INSERT INTO bridge_point (bridge_id, made_at, tvl_usd, tvl_drawdown_pct, oracle_consensus, health_score, health_status, exploit_detected, exploit_confirmed)
            VALUES (@BridgeId, @MadeAt, @TvlUsd, @TvlDrawdownPct, @OracleConsensus, @HealthScore, @HealthStatus, @ExploitDetected, @ExploitConfirmed)
            """,
            assessments.Select(a => new
            {
                a.Report.BridgeId,
                MadeAt = a.Report.MadeAt.UtcDateTime,
                State = JsonSerializer.Serialize(a.State, SureJson.Internal),
                Report = JsonSerializer.Serialize(a.Report, SureJson.Internal),
                a.Report.TvlUsd,
                a.Report.TvlDrawdownPct,
                a.Report.OracleConsensus,
                a.Report.HealthScore,
                HealthStatus = a.Report.HealthStatus.Word(),
                a.Report.ExploitDetected,
                a.Report.ExploitConfirmed,
            }),
            transaction,
            cancellationToken: cancellationToken));

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, SureJson.Internal)!;
}

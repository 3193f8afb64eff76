using Dapper;
using Npgsql;
using Sure.BridgeService.Market;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;

namespace Sure.BridgeService.Bridges;

/// <summary>A bridge over a bucket of time: as it was at the last point, and how far it went.</summary>
/// <param name="Time">Of the last point.</param>
/// <param name="HealthScore">At the last point, 0 … 1; null where nothing was known.</param>
/// <param name="HealthScoreMin">Lowest.</param>
/// <param name="HealthStatus">At the last point.</param>
/// <param name="TvlUsd">At the last point; null where nothing was known.</param>
/// <param name="TvlUsdMin">Lowest.</param>
/// <param name="TvlUsdMax">Highest.</param>
/// <param name="TvlDrawdownPct">Deepest, in %, ≤ 0.</param>
/// <param name="OracleConsensus">At the last point; null where nothing was known.</param>
/// <param name="ExploitDetected">Whether one was at any point.</param>
/// <param name="ExploitConfirmed">Whether one was at any point.</param>
public sealed record BridgeHistoryPoint(
    DateTimeOffset Time,
    decimal? HealthScore,
    decimal? HealthScoreMin,
    BridgeStatus HealthStatus,
    decimal? TvlUsd,
    decimal? TvlUsdMin,
    decimal? TvlUsdMax,
    decimal? TvlDrawdownPct,
    decimal? OracleConsensus,
    bool ExploitDetected,
    bool ExploitConfirmed);

/// <summary>The history of bridges in PostgreSQL: every point, and hours of points for long spans.</summary>
internal sealed class BridgeHistory(NpgsqlDataSource database, DataSource dataSource)
{
    private const string Points =
        """
        (SELECT bridge_id, data_source, made_at AS starts_at, made_at, tvl_usd, tvl_usd AS tvl_low, tvl_usd AS tvl_high, tvl_drawdown_pct,
                oracle_consensus, health_score, health_score AS score_low, health_status, exploit_detected, exploit_confirmed
         FROM bridge_point)
        """;

    /// <summary>Adds what a cycle found.</summary>
    public void Write(WriteBatch batch, IReadOnlyCollection<BridgeReport> reports)
    {
        object?[] values =
        [
            reports.Select(r => r.BridgeId).ToArray(),
            reports.Select(r => r.MadeAt.UtcDateTime).ToArray(),
            reports.Select(r => r.TvlUsd).ToArray(),
            reports.Select(r => r.TvlDrawdownPct).ToArray(),
            reports.Select(r => r.OracleConsensus).ToArray(),
            reports.Select(r => r.HealthScore).ToArray(),
            reports.Select(r => r.HealthStatus.Word()).ToArray(),
            reports.Select(r => r.ExploitDetected).ToArray(),
            reports.Select(r => r.ExploitConfirmed).ToArray(),
            dataSource.Name,
        ];
        batch.Add(
            """
            INSERT INTO bridge_point
                (bridge_id, made_at, tvl_usd, tvl_drawdown_pct, oracle_consensus, health_score, health_status, exploit_detected, exploit_confirmed, data_source)
            SELECT *, $10 FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """,
            values);
        batch.Add(
            """
            INSERT INTO bridge_hour AS h
                (bridge_id, data_source, starts_at, made_at, tvl_usd, tvl_low, tvl_high, tvl_drawdown_pct, oracle_consensus, health_score, score_low,
                 health_status, exploit_detected, exploit_confirmed)
            SELECT id, $10, date_trunc('hour', at, 'UTC'), at, tvl, tvl, tvl, drawdown, consensus, score, score, status, detected, confirmed
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS p (id, at, tvl, drawdown, consensus, score, status, detected, confirmed)
            ON CONFLICT (bridge_id, data_source, starts_at) DO UPDATE
            SET made_at = excluded.made_at, tvl_usd = excluded.tvl_usd,
                tvl_low = least(h.tvl_low, excluded.tvl_low), tvl_high = greatest(h.tvl_high, excluded.tvl_high),
                tvl_drawdown_pct = least(h.tvl_drawdown_pct, excluded.tvl_drawdown_pct), oracle_consensus = excluded.oracle_consensus,
                health_score = excluded.health_score, score_low = least(h.score_low, excluded.score_low), health_status = excluded.health_status,
                exploit_detected = h.exploit_detected OR excluded.exploit_detected, exploit_confirmed = h.exploit_confirmed OR excluded.exploit_confirmed
            """,
            values);
    }

    /// <summary>The buckets of the span in which there was a point, oldest first. Where a bucket has hours, the span is of whole hours.</summary>
    public async Task<IReadOnlyList<BridgeHistoryPoint>> ReadAsync(string bridgeId, HistorySpan span, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var points = span.IsOfHours ? "bridge_hour" : Points;
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT bucket.at AS time, last.health_score, bucket.score_low, last.health_status, last.tvl_usd, bucket.tvl_low, bucket.tvl_high,
                   bucket.drawdown, last.oracle_consensus, bucket.detected, bucket.confirmed
            FROM (
                SELECT max(made_at) AS at, max(starts_at) AS last_start, min(score_low) AS score_low, min(tvl_low) AS tvl_low, max(tvl_high) AS tvl_high,
                       min(tvl_drawdown_pct) AS drawdown, bool_or(exploit_detected) AS detected, bool_or(exploit_confirmed) AS confirmed
                FROM {points} AS p
                WHERE bridge_id = @BridgeId AND data_source = ANY (@Kind) AND starts_at >= @From AND starts_at <= @To
                GROUP BY floor(extract(epoch FROM starts_at) / @Seconds)
            ) AS bucket
            JOIN {points} AS last
              ON last.bridge_id = @BridgeId AND last.data_source = ANY (@Kind) AND last.starts_at = bucket.last_start AND last.made_at = bucket.at
            ORDER BY bucket.at
            """,
            new { BridgeId = bridgeId, dataSource.Kind, From = span.First.UtcDateTime, To = span.To.UtcDateTime, Seconds = span.ResolutionSeconds },
            cancellationToken: cancellationToken));
        return
        [
            .. rows.Select(r => new BridgeHistoryPoint(
                new DateTimeOffset(r.Time),
                r.HealthScore,
                r.ScoreLow,
                Words<BridgeStatus>.Parse(r.HealthStatus),
                r.TvlUsd,
                r.TvlLow,
                r.TvlHigh,
                r.Drawdown,
                r.OracleConsensus,
                r.Detected,
                r.Confirmed)),
        ];
    }

    private sealed record Row(
        DateTime Time,
        decimal? HealthScore,
        decimal? ScoreLow,
        string HealthStatus,
        decimal? TvlUsd,
        decimal? TvlLow,
        decimal? TvlHigh,
        decimal? Drawdown,
        decimal? OracleConsensus,
        bool Detected,
        bool Confirmed);
}

using Dapper;
using Npgsql;
using Sure.BridgeService.Market;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;

namespace Sure.BridgeService.Prices;

/// <summary>A coin over a bucket of time: as it was at the last point, and how far it went.</summary>
/// <param name="Time">Of the last point.</param>
/// <param name="PegRatio">At the last point; null without consensus or reference.</param>
/// <param name="PegRatioMin">Lowest.</param>
/// <param name="PegRatioMax">Highest.</param>
/// <param name="Price">In USD at the last point; null without consensus.</param>
/// <param name="Reference">At the last point: 1, or the median net asset value; null while none was live.</param>
/// <param name="Consensus">Score of agreement at the last point; null without consensus.</param>
/// <param name="LiveSources">At the last point.</param>
public sealed record PriceHistoryPoint(
    DateTimeOffset Time,
    decimal? PegRatio,
    decimal? PegRatioMin,
    decimal? PegRatioMax,
    decimal? Price,
    decimal? Reference,
    decimal? Consensus,
    int LiveSources);

/// <summary>The history of coins in PostgreSQL: every point, and hours of points for long spans.</summary>
internal sealed class PriceHistory(NpgsqlDataSource database, DataSource dataSource)
{
    private const string Points =
        """
        (SELECT stablecoin, data_source, made_at AS starts_at, made_at, peg_ratio, peg_ratio AS peg_low, peg_ratio AS peg_high, price, reference,
                consensus, live_sources
         FROM price_point)
        """;

    /// <summary>Adds what a cycle found.</summary>
    public void Write(WriteBatch batch, IReadOnlyCollection<PriceReport> reports)
    {
        object?[] values =
        [
            reports.Select(r => r.Stablecoin.Word()).ToArray(),
            reports.Select(r => r.MadeAt.UtcDateTime).ToArray(),
            reports.Select(r => r.PegRatio).ToArray(),
            reports.Select(r => r.Price).ToArray(),
            reports.Select(r => r.Reference).ToArray(),
            reports.Select(r => r.Consensus).ToArray(),
            reports.Select(r => r.LiveSources).ToArray(),
            dataSource.Name,
        ];
        batch.Add(
            """
            INSERT INTO price_point (stablecoin, made_at, peg_ratio, price, reference, consensus, live_sources, data_source)
            SELECT *, $8 FROM unnest($1, $2, $3, $4, $5, $6, $7)
            """,
            values);
        batch.Add(
            """
            INSERT INTO price_hour AS h
                (stablecoin, data_source, starts_at, made_at, peg_ratio, peg_low, peg_high, price, reference, consensus, live_sources)
            SELECT coin, $8, date_trunc('hour', at, 'UTC'), at, peg, peg, peg, price, reference, consensus, live
            FROM unnest($1, $2, $3, $4, $5, $6, $7) AS p (coin, at, peg, price, reference, consensus, live)
            ON CONFLICT (stablecoin, data_source, starts_at) DO UPDATE
            SET made_at = excluded.made_at, peg_ratio = excluded.peg_ratio,
                peg_low = least(h.peg_low, excluded.peg_low), peg_high = greatest(h.peg_high, excluded.peg_high),
                price = excluded.price, reference = excluded.reference, consensus = excluded.consensus, live_sources = excluded.live_sources
            """,
            values);
    }

    /// <summary>The buckets of the span in which there was a point, oldest first. Where a bucket has hours, the span is of whole hours.</summary>
    public async Task<IReadOnlyList<PriceHistoryPoint>> ReadAsync(Stablecoin coin, HistorySpan span, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var points = span.IsOfHours ? "price_hour" : Points;
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT bucket.at AS time, last.peg_ratio, bucket.peg_low, bucket.peg_high, last.price, last.reference, last.consensus, last.live_sources
            FROM (
                SELECT max(made_at) AS at, max(starts_at) AS last_start, min(peg_low) AS peg_low, max(peg_high) AS peg_high
                FROM {points} AS p
                WHERE stablecoin = @Coin AND data_source = ANY (@Kind) AND starts_at >= @From AND starts_at <= @To
                GROUP BY floor(extract(epoch FROM starts_at) / @Seconds)
            ) AS bucket
            JOIN {points} AS last
              ON last.stablecoin = @Coin AND last.data_source = ANY (@Kind) AND last.starts_at = bucket.last_start AND last.made_at = bucket.at
            ORDER BY bucket.at
            """,
            new { Coin = coin.Word(), dataSource.Kind, From = span.First.UtcDateTime, To = span.To.UtcDateTime, Seconds = span.ResolutionSeconds },
            cancellationToken: cancellationToken));
        return
        [
            .. rows.Select(r => new PriceHistoryPoint(
                new DateTimeOffset(r.Time), r.PegRatio, r.PegLow, r.PegHigh, r.Price, r.Reference, r.Consensus, r.LiveSources)),
        ];
    }

    private sealed record Row(
        DateTime Time, decimal? PegRatio, decimal? PegLow, decimal? PegHigh, decimal? Price, decimal? Reference, decimal? Consensus, int LiveSources);
}

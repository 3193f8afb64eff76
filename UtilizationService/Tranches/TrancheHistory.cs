using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Writing;

namespace Sure.UtilizationService.Tranches;

/// <summary>A tranche at a time it was told of.</summary>
/// <param name="Time">When.</param>
/// <param name="Apy">Target yield in %.</param>
/// <param name="RealisedApy30d">What was credited in the 30 days before, in % per year.</param>
/// <param name="Utilization">u in 0 … 1.</param>
/// <param name="TotalCapitalUsd">Its capital.</param>
/// <param name="CoverageSoldUsd">Coverage attributed to it.</param>
/// <param name="SharePrice">USD per share, 18 decimals.</param>
internal sealed record TranchePoint(
    DateTimeOffset Time, decimal Apy, decimal RealisedApy30d, decimal Utilization, decimal TotalCapitalUsd, decimal CoverageSoldUsd, string SharePrice);

/// <summary>A span of time that is shown in buckets of whole seconds.</summary>
/// <param name="From">Its first moment.</param>
/// <param name="To">Its last moment, not before <paramref name="From"/>.</param>
internal sealed record HistorySpan(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>Points of an answer.</summary>
    public const int MostPoints = 5000;

    /// <summary>
    /// Seconds of a bucket, at least 1. Buckets begin at multiples of it since 1970, so that they stay where they are while the span moves;
    /// a span then touches up to two buckets more than fit into it.
    /// </summary>
    public long BucketSeconds => Math.Max(1, (long)Math.Ceiling((To - From).TotalSeconds / (MostPoints - 2)));
}

/// <summary>The history of tranches in PostgreSQL.</summary>
internal sealed class TrancheHistory(NpgsqlDataSource database)
{
    /// <summary>Adds figures as they are told.</summary>
    public static void Write(WriteBatch batch, IReadOnlyList<TrancheFigures> figures, IReadOnlyDictionary<Tranche, string> sharePrices, DateTimeOffset at) =>
        batch.Add(
            """
            INSERT INTO tranche_history (tranche_id, at, apy, realised_apy_30d, utilization, total_capital_usd, coverage_sold_usd, share_price)
            SELECT tranche_id, $1, apy, realised, utilization, capital, coverage, price::numeric(38,18)
            FROM unnest($2, $3, $4, $5, $6, $7, $8) AS t (tranche_id, apy, realised, utilization, capital, coverage, price)
            ON CONFLICT DO NOTHING
            """,
            at.ToUniversalTime(),
            figures.Select(f => f.TrancheId.Word()).ToArray(),
            figures.Select(f => f.Apy).ToArray(),
            figures.Select(f => f.RealisedApy30d).ToArray(),
            figures.Select(f => f.Utilization).ToArray(),
            figures.Select(f => f.TotalCapitalUsd).ToArray(),
            figures.Select(f => f.CoverageSoldUsd).ToArray(),
            figures.Select(f => sharePrices[f.TrancheId]).ToArray());

    /// <summary>The last point of each bucket of the span that has one, oldest first: one look into the index per bucket, whatever lies between.</summary>
    public async Task<IReadOnlyList<TranchePoint>> ReadAsync(Tranche tranche, HistorySpan span, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var seconds = span.BucketSeconds;
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT h.at, h.apy, h.realised_apy_30d AS realised_apy, h.utilization, h.total_capital_usd, h.coverage_sold_usd, h.share_price::text AS share_price
            FROM generate_series(@First, @Last, @Seconds) AS bucket (start) CROSS JOIN LATERAL (
                SELECT * FROM tranche_history
                WHERE tranche_id = @Tranche AND at >= greatest(@From, to_timestamp(bucket.start))
                  AND at < to_timestamp(bucket.start + @Seconds) AND at <= @To
                ORDER BY at DESC LIMIT 1
            ) AS h
            ORDER BY h.at
            """,
            new
            {
                Tranche = tranche.Word(),
                First = span.From.ToUnixTimeSeconds() / seconds * seconds,
                Last = span.To.ToUnixTimeSeconds() / seconds * seconds,
                Seconds = seconds,
                From = span.From.ToUniversalTime(),
                To = span.To.ToUniversalTime(),
            },
            cancellationToken: cancellationToken));
        return
        [
            .. rows.Select(r => new TranchePoint(
                new DateTimeOffset(r.At), r.Apy, r.RealisedApy, r.Utilization, r.TotalCapitalUsd, r.CoverageSoldUsd, r.SharePrice)),
        ];
    }

    private sealed record Row(
        DateTime At, decimal Apy, decimal RealisedApy, decimal Utilization, decimal TotalCapitalUsd, decimal CoverageSoldUsd, string SharePrice);
}

using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;

namespace Sure.UtilizationService.Tranches;

/// <summary>A tranche at a time it was told of.</summary>
/// <param name="Time">When.</param>
/// <param name="Apy">Target yield in %.</param>
/// <param name="RealisedApy30d">Premium credited in the 30 days before over the mean capital of all of them, × 365/30, in %.</param>
/// <param name="Utilization">u in 0 … 1.</param>
/// <param name="TotalCapitalUsd">Its capital.</param>
/// <param name="CoverageSoldUsd">Coverage attributed to it.</param>
/// <param name="SharePrice">USD per share, 18 decimals.</param>
internal sealed record TranchePoint(
    DateTimeOffset Time, decimal Apy, decimal RealisedApy30d, decimal Utilization, decimal TotalCapitalUsd, decimal CoverageSoldUsd, string SharePrice);

/// <summary>All tranches as they were told of at one time.</summary>
/// <param name="At">When.</param>
/// <param name="Figures">Each of them.</param>
/// <param name="SharePrices">USD per share, 18 decimals.</param>
internal sealed record TrancheMoment(DateTimeOffset At, IReadOnlyList<TrancheFigures> Figures, IReadOnlyDictionary<Tranche, string> SharePrices);

/// <summary>The history of tranches in PostgreSQL.</summary>
internal sealed class TrancheHistory(NpgsqlDataSource database)
{
    /// <summary>Adds figures as they were told.</summary>
    public static void Write(WriteBatch batch, TrancheMoment moment) =>
        batch.Add(
            """
            INSERT INTO tranche_history (tranche_id, at, apy, realised_apy_30d, utilization, total_capital_usd, coverage_sold_usd, share_price)
            SELECT tranche_id, $1, apy, realised, utilization, capital, coverage, price::numeric(38,18)
            FROM unnest($2, $3, $4, $5, $6, $7, $8) AS t (tranche_id, apy, realised, utilization, capital, coverage, price)
            ON CONFLICT DO NOTHING
            """,
            moment.At.ToUniversalTime(),
            moment.Figures.Select(f => f.TrancheId.Word()).ToArray(),
            moment.Figures.Select(f => f.Apy).ToArray(),
            moment.Figures.Select(f => f.RealisedApy30d).ToArray(),
            moment.Figures.Select(f => f.Utilization).ToArray(),
            moment.Figures.Select(f => f.TotalCapitalUsd).ToArray(),
            moment.Figures.Select(f => f.CoverageSoldUsd).ToArray(),
            moment.Figures.Select(f => moment.SharePrices[f.TrancheId]).ToArray());

    /// <summary>The last point of each bucket of the span that has one, oldest first: one look into the index per bucket, whatever lies between.</summary>
    public async Task<IReadOnlyList<TranchePoint>> ReadAsync(Tranche tranche, HistorySpan span, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var seconds = span.ResolutionSeconds;
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT h.at, h.apy, h.realised_apy_30d AS realised_apy, h.utilization, h.total_capital_usd, h.coverage_sold_usd, h.share_price::text AS share_price
            FROM generate_series(@First, @Last, @Seconds) AS bucket (start) CROSS JOIN LATERAL (
                SELECT * FROM tranche_history
                WHERE tranche_id = @Tranche AND at >= to_timestamp(bucket.start) AND at < to_timestamp(bucket.start + @Seconds)
                  AND at >= @From AND at <= @To
                ORDER BY at DESC LIMIT 1
            ) AS h
            ORDER BY h.at
            """,
            new
            {
                Tranche = tranche.Word(),
                First = span.BucketOf(span.From),
                Last = span.BucketOf(span.To),
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

using Dapper;
using Npgsql;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Writing;

namespace Sure.BridgeService.SourceQuality;

/// <summary>How a series was over some time.</summary>
/// <param name="Cycles">Cycles that looked at it.</param>
/// <param name="LiveCycles">Those in which it was live.</param>
/// <param name="Gaps">How often it ceased to be.</param>
/// <param name="DisagreementMean">Mean distance from what was agreed on, a fraction; null where nothing could be compared.</param>
/// <param name="DisagreementMax">Greatest.</param>
internal sealed record SeriesRecord(long Cycles, long LiveCycles, long Gaps, double? DisagreementMean, double? DisagreementMax);

/// <summary>The last word of a series and how it was.</summary>
internal sealed record KeptSeries(Series Series, DateTimeOffset ObservedAt, decimal Value, SeriesRecord? Record);

/// <summary>What is known of the quality of sources.</summary>
/// <param name="Series">Every series that is watched.</param>
/// <param name="Refused">Refused observations by source.</param>
internal sealed record KnownQuality(IReadOnlyList<KeptSeries> Series, IReadOnlyDictionary<string, long> Refused);

/// <summary>Quality of sources in PostgreSQL, by the hour.</summary>
internal sealed class SourceQualityStore(NpgsqlDataSource database)
{
    /// <summary>Adds what a cycle saw.</summary>
    public static void Write(WriteBatch batch, IReadOnlyCollection<SeriesLook> looks, DateTimeOffset now) => batch.Add(
        """
        INSERT INTO source_hour AS h
            (source, kind, subject, starts_at, cycles, live_cycles, gaps, disagreements, disagreement_sum, disagreement_max)
        SELECT source, kind, subject, date_trunc('hour', $1::timestamptz, 'UTC'), 1, live::int, gap::int, (off IS NOT NULL)::int, coalesce(off, 0), off
        FROM unnest($2, $3, $4, $5, $6, $7) AS l (source, kind, subject, live, gap, off)
        ORDER BY source, kind, subject
        ON CONFLICT (source, kind, subject, starts_at) DO UPDATE
        SET cycles = h.cycles + 1, live_cycles = h.live_cycles + excluded.live_cycles, gaps = h.gaps + excluded.gaps,
            disagreements = h.disagreements + excluded.disagreements, disagreement_sum = h.disagreement_sum + excluded.disagreement_sum,
            disagreement_max = greatest(h.disagreement_max, excluded.disagreement_max)
        """,
        now.UtcDateTime,
        looks.Select(l => l.Series.Source).ToArray(),
        looks.Select(l => l.Series.Kind.Word()).ToArray(),
        looks.Select(l => l.Series.Subject).ToArray(),
        looks.Select(l => l.IsLive).ToArray(),
        looks.Select(l => l.GapBegan).ToArray(),
        looks.Select(l => l.Disagreement).ToArray());

    /// <summary>Adds what was refused of sources, whatever of; nothing where nothing was.</summary>
    public static void WriteRefusals(WriteBatch batch, IReadOnlyCollection<Refusals> refused, DateTimeOffset now)
    {
        if (refused.Count == 0)
        {
            return;
        }

        batch.Add(
            """
            INSERT INTO source_hour AS h (source, kind, subject, starts_at, refused)
            SELECT source, kind, '', date_trunc('hour', $1::timestamptz, 'UTC'), refused
            FROM unnest($2, $3, $4) AS r (source, kind, refused) ORDER BY source, kind
            ON CONFLICT (source, kind, subject, starts_at) DO UPDATE SET refused = h.refused + excluded.refused
            """,
            now.UtcDateTime,
            refused.Select(r => r.Source).ToArray(),
            refused.Select(r => r.Kind.Word()).ToArray(),
            refused.Select(r => r.Count).ToArray());
    }

    /// <summary>Every series whose last word is younger than <paramref name="watchedSince"/>, and how it was after <paramref name="since"/>.</summary>
    public async Task<KnownQuality> ReadAsync(DateTimeOffset watchedSince, DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT last.source, last.kind, last.subject, last.observed_at, last.value, coalesce(kept.cycles, 0) AS cycles,
                   coalesce(kept.live_cycles, 0) AS live_cycles, coalesce(kept.gaps, 0) AS gaps, kept.mean, kept.greatest
            FROM (
                SELECT source, 'bridge' AS kind, bridge_id AS subject, tvl_at AS observed_at, tvl_usd AS value FROM bridge_source WHERE tvl_at > @WatchedSince
                UNION ALL
                SELECT source, kind, stablecoin, observed_at, value FROM price_source WHERE observed_at > @WatchedSince
            ) AS last
            LEFT JOIN (
                SELECT source, kind, subject, sum(cycles) AS cycles, sum(live_cycles) AS live_cycles, sum(gaps) AS gaps,
                       sum(disagreement_sum) / nullif(sum(disagreements), 0) AS mean, max(disagreement_max) AS greatest
                FROM source_hour WHERE starts_at > @Since GROUP BY source, kind, subject
            ) AS kept USING (source, kind, subject)
            ORDER BY source, kind, subject;

            SELECT source, sum(refused)::bigint AS refused FROM source_hour WHERE starts_at > @Since GROUP BY source HAVING sum(refused) > 0;
            """,
            new { WatchedSince = watchedSince.UtcDateTime, Since = since.UtcDateTime },
            cancellationToken: cancellationToken));
        var series = await results.ReadAsync<Row>();
        var refused = await results.ReadAsync<(string Source, long Refused)>();
        return new KnownQuality([.. series.Select(r => r.ToSeries())], refused.ToDictionary(r => r.Source, r => r.Refused, StringComparer.Ordinal));
    }

    private sealed record Row(
        string Source,
        string Kind,
        string Subject,
        DateTime ObservedAt,
        decimal Value,
        long Cycles,
        long LiveCycles,
        long Gaps,
        double? Mean,
        double? Greatest)
    {
        public KeptSeries ToSeries() => new(
            new Series(Source, Words<ObservationKind>.Parse(Kind), Subject),
            new DateTimeOffset(ObservedAt),
            Value,
            Cycles > 0 ? new SeriesRecord(Cycles, LiveCycles, Gaps, Mean, Greatest) : null);
    }
}

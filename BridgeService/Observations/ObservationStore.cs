using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Writing;

namespace Sure.BridgeService.Observations;

/// <summary>Keeps observations and finds the last word of each source.</summary>
internal static class ObservationStore
{
    /// <summary>Adds what is new to the batch; an observation that is there already changes nothing.</summary>
    public static void Append(WriteBatch batch, ObservationBatch observations, DateTimeOffset receivedAt)
    {
        if (observations.Bridges.Count > 0)
        {
            batch.Add(
                """
                WITH arrived AS (
                    SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7) AS o (bridge_id, source, observed_at, tvl_usd, paused, tried, succeeded)
                ), kept AS (
                    INSERT INTO bridge_observation (bridge_id, source, observed_at, received_at, tvl_usd, paused, tried, succeeded)
                    SELECT bridge_id, source, observed_at, $8, tvl_usd, paused, tried, succeeded FROM arrived
                    ON CONFLICT DO NOTHING
                )
                INSERT INTO bridge_source AS last (bridge_id, source, observed_at, tvl_usd, tvl_at, paused, paused_at)
                SELECT bridge_id, source, max(observed_at),
                    (array_agg(tvl_usd ORDER BY observed_at DESC) FILTER (WHERE tvl_usd IS NOT NULL))[1],
                    max(observed_at) FILTER (WHERE tvl_usd IS NOT NULL),
                    (array_agg(paused ORDER BY observed_at DESC) FILTER (WHERE paused IS NOT NULL))[1],
                    max(observed_at) FILTER (WHERE paused IS NOT NULL)
                FROM arrived GROUP BY bridge_id, source ORDER BY bridge_id, source
                ON CONFLICT (bridge_id, source) DO UPDATE
                SET observed_at = greatest(last.observed_at, excluded.observed_at),
                    tvl_usd = CASE WHEN excluded.tvl_at > last.tvl_at OR last.tvl_at IS NULL THEN excluded.tvl_usd ELSE last.tvl_usd END,
                    tvl_at = greatest(last.tvl_at, excluded.tvl_at),
                    paused = CASE WHEN excluded.paused_at > last.paused_at OR last.paused_at IS NULL THEN excluded.paused ELSE last.paused END,
                    paused_at = greatest(last.paused_at, excluded.paused_at)
                """,
                observations.Bridges.Select(o => o.BridgeId).ToArray(),
                observations.Bridges.Select(o => o.Source).ToArray(),
                observations.Bridges.Select(o => o.ObservedAt.UtcDateTime).ToArray(),
                observations.Bridges.Select(o => o.TvlUsd).ToArray(),
                observations.Bridges.Select(o => o.Paused).ToArray(),
                observations.Bridges.Select(o => o.Tried).ToArray(),
                observations.Bridges.Select(o => o.Succeeded).ToArray(),
                receivedAt.UtcDateTime);
        }

        if (observations.Prices.Count > 0)
        {
            batch.Add(
                """
                WITH arrived AS (
                    SELECT * FROM unnest($1, $2, $3, $4, $5) AS o (stablecoin, kind, source, observed_at, value)
                ), kept AS (
                    INSERT INTO price_observation (stablecoin, kind, source, observed_at, received_at, value)
                    SELECT stablecoin, kind, source, observed_at, $6, value FROM arrived
                    ON CONFLICT DO NOTHING
                )
                INSERT INTO price_source AS last (stablecoin, kind, source, observed_at, value)
                SELECT DISTINCT ON (stablecoin, kind, source) stablecoin, kind, source, observed_at, value FROM arrived
                ORDER BY stablecoin, kind, source, observed_at DESC
                ON CONFLICT (stablecoin, kind, source) DO UPDATE SET observed_at = excluded.observed_at, value = excluded.value
                WHERE excluded.observed_at > last.observed_at
                """,
                observations.Prices.Select(o => o.Stablecoin.Word()).ToArray(),
                observations.Prices.Select(o => KindWord(o.Kind)).ToArray(),
                observations.Prices.Select(o => o.Source).ToArray(),
                observations.Prices.Select(o => o.ObservedAt.UtcDateTime).ToArray(),
                observations.Prices.Select(o => o.Value).ToArray(),
                receivedAt.UtcDateTime);
        }
    }

    /// <summary>Forgets last words before <paramref name="before"/>, but not of a source that speaks again at this moment.</summary>
    public static void ForgetSources(WriteBatch batch, DateTimeOffset before)
    {
        batch.Add(
            """
            DELETE FROM bridge_source WHERE (bridge_id, source) IN
                (SELECT bridge_id, source FROM bridge_source WHERE observed_at < $1 FOR UPDATE SKIP LOCKED)
            """,
            before.UtcDateTime);
        batch.Add(
            """
            DELETE FROM price_source WHERE (stablecoin, kind, source) IN
                (SELECT stablecoin, kind, source FROM price_source WHERE observed_at < $1 FOR UPDATE SKIP LOCKED)
            """,
            before.UtcDateTime);
    }

    /// <summary>
    /// What is kept of the series that are spoken of, and nobody else posts for their sources before this transaction ends: of two that
    /// post the same at once, one finds what the other kept. One round trip.
    /// </summary>
    public static async Task<KnownSeries> LockAndReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<PostedObservation> posted, CancellationToken cancellationToken)
    {
        var bridges = posted.Where(o => o.Kind is ObservationKind.Bridge).ToList();
        var prices = posted.Where(o => o.Kind is not ObservationKind.Bridge).ToList();
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            """
            SELECT count(pg_advisory_xact_lock(hashtextextended(current_schema() || ':observations:' || source, 0)))
            FROM (SELECT DISTINCT source FROM unnest(@Sources) AS s (source) ORDER BY source) AS ordered;

            SELECT bridge_id AS subject, 'bridge' AS kind, source, observed_at FROM bridge_source WHERE source = ANY (@Sources)
            UNION ALL
            SELECT stablecoin, kind, source, observed_at FROM price_source WHERE source = ANY (@Sources);

            SELECT o.bridge_id AS subject, o.source, o.observed_at, kept.tvl_usd, kept.paused, kept.tried, kept.succeeded
            FROM unnest(@BridgeIds, @BridgeSources, @BridgeTimes) AS o (bridge_id, source, observed_at)
            JOIN bridge_source last ON last.bridge_id = o.bridge_id AND last.source = o.source AND last.observed_at >= o.observed_at
            CROSS JOIN LATERAL (
                SELECT * FROM bridge_observation b
                WHERE b.bridge_id = o.bridge_id AND b.source = o.source AND b.observed_at = o.observed_at LIMIT 1
            ) kept;

            SELECT o.stablecoin AS subject, o.kind, o.source, o.observed_at, kept.value
            FROM unnest(@Coins, @Kinds, @PriceSources, @PriceTimes) AS o (stablecoin, kind, source, observed_at)
            JOIN price_source last
              ON last.stablecoin = o.stablecoin AND last.kind = o.kind AND last.source = o.source AND last.observed_at >= o.observed_at
            CROSS JOIN LATERAL (
                SELECT value FROM price_observation p
                WHERE p.stablecoin = o.stablecoin AND p.kind = o.kind AND p.source = o.source AND p.observed_at = o.observed_at LIMIT 1
            ) kept;
            """,
            new
            {
                Sources = posted.Select(o => o.Source).ToArray(),
                BridgeIds = bridges.Select(o => o.BridgeId).ToArray(),
                BridgeSources = bridges.Select(o => o.Source).ToArray(),
                BridgeTimes = bridges.Select(o => o.ObservedAt.UtcDateTime).ToArray(),
                Coins = prices.Select(o => o.Stablecoin!.Value.Word()).ToArray(),
                Kinds = prices.Select(o => o.Kind.Word()).ToArray(),
                PriceSources = prices.Select(o => o.Source).ToArray(),
                PriceTimes = prices.Select(o => o.ObservedAt.UtcDateTime).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
        _ = await results.ReadSingleAsync<long>();
        var last = await results.ReadAsync<(string Subject, string Kind, string Source, DateTime At)>();
        var keptOfBridges = await results.ReadAsync<(string Subject, string Source, DateTime At, decimal? TvlUsd, bool? Paused, int? Tried, int? Succeeded)>();
        var keptPrices = await results.ReadAsync<(string Subject, string Kind, string Source, DateTime At, decimal Value)>();
        var kept = keptOfBridges
            .Select(k => (Series: new Series(k.Source, ObservationKind.Bridge, k.Subject), k.At, Said: new Said(Value: null, k.TvlUsd, k.Paused, k.Tried, k.Succeeded)))
            .Concat(keptPrices.Select(k => (Series: new Series(k.Source, Words<ObservationKind>.Parse(k.Kind), k.Subject), k.At, Said: new Said(k.Value))));
        return new KnownSeries(
            last.ToDictionary(l => new Series(l.Source, Words<ObservationKind>.Parse(l.Kind), l.Subject), l => new DateTimeOffset(l.At)),
            kept.DistinctBy(k => (k.Series, k.At)).ToDictionary(k => (k.Series, new DateTimeOffset(k.At)), k => k.Said));
    }

    /// <summary>
    /// The last words of each source of each bridge: the last one, and where that says nothing of the value or of a pause, the last that
    /// did, with its own time. A source that still speaks does not keep alive what it stopped saying. Only words after <paramref name="since"/>.
    /// </summary>
    public static async Task<ILookup<string, BridgeObservation>> ReadBridgeSourcesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string BridgeId, string Source, DateTime ObservedAt, decimal? TvlUsd, DateTime? TvlAt, bool? Paused, DateTime? PausedAt)>(
            new CommandDefinition(
                "SELECT bridge_id, source, observed_at, tvl_usd, tvl_at, paused, paused_at FROM bridge_source WHERE observed_at > @Since ORDER BY source",
                new { Since = since.UtcDateTime },
                transaction,
                cancellationToken: cancellationToken));
        return rows
            .SelectMany(r => new[] { r.ObservedAt, r.TvlAt, r.PausedAt }.OfType<DateTime>().Where(at => at > since.UtcDateTime).Distinct().OrderDescending().Select(at => new BridgeObservation(
                r.Source, r.BridgeId, new DateTimeOffset(at), at == r.TvlAt ? r.TvlUsd : null, at == r.PausedAt ? r.Paused : null)))
            .ToLookup(o => o.BridgeId, StringComparer.Ordinal);
    }

    /// <summary>Transactions tried and succeeded after <paramref name="since"/>, by bridge and source.</summary>
    public static async Task<ILookup<string, SourceTransactions>> ReadTransactionsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string BridgeId, string Source, long Tried, long Succeeded)>(new CommandDefinition(
            """
            SELECT bridge_id, source, coalesce(sum(tried), 0)::bigint, coalesce(sum(succeeded), 0)::bigint
            FROM bridge_observation
            WHERE bridge_id = ANY (@Bridges) AND observed_at > @Since AND tried IS NOT NULL AND succeeded IS NOT NULL GROUP BY bridge_id, source
            """,
            // By name: the key of the table begins with it.
            new { Bridges = Bridge.All.Select(b => b.Id).ToArray(), Since = since.UtcDateTime },
            transaction,
            cancellationToken: cancellationToken));
        return rows.ToLookup(r => r.BridgeId, r => new SourceTransactions(r.Source, r.Tried, r.Succeeded), StringComparer.Ordinal);
    }

    /// <summary>The last observation of each kind of each source of each coin, where that is after <paramref name="since"/>.</summary>
    public static async Task<ILookup<Stablecoin, PriceObservation>> ReadPriceSourcesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string Stablecoin, string Kind, string Source, DateTime ObservedAt, decimal Value)>(new CommandDefinition(
            "SELECT stablecoin, kind, source, observed_at, value FROM price_source WHERE observed_at > @Since ORDER BY source",
            new { Since = since.UtcDateTime },
            transaction,
            cancellationToken: cancellationToken));
        return rows
            .Where(r => Words<Stablecoin>.TryParse(r.Stablecoin, out _))
            .Select(r => new PriceObservation(
                r.Source, Words<Stablecoin>.Parse(r.Stablecoin), r.Kind == KindWord(PriceKind.Nav) ? PriceKind.Nav : PriceKind.Price, new DateTimeOffset(r.ObservedAt), r.Value))
            .ToLookup(o => o.Stablecoin);
    }

    private static string KindWord(PriceKind kind) => kind == PriceKind.Nav ? "nav" : "price";
}

using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Observations;

/// <summary>Keeps observations and finds the last word of each source.</summary>
internal static class ObservationStore
{
    /// <summary>Adds what is new; an observation that is there already changes nothing.</summary>
    public static async Task AppendAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, ObservationBatch observations, DateTimeOffset receivedAt, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH arrived AS (
                SELECT * FROM unnest(@BridgeIds, @Sources, @Times, @Tvls, @Paused, @Tried, @Succeeded)
                    AS o (bridge_id, source, observed_at, tvl_usd, paused, tried, succeeded)
            ), kept AS (
                INSERT INTO bridge_observation (bridge_id, source, observed_at, received_at, tvl_usd, paused, tried, succeeded)
                SELECT bridge_id, source, observed_at, @ReceivedAt, tvl_usd, paused, tried, succeeded FROM arrived
                ON CONFLICT DO NOTHING
            )
            INSERT INTO bridge_source AS last (bridge_id, source, observed_at, tvl_usd, paused)
            SELECT DISTINCT ON (bridge_id, source) bridge_id, source, observed_at, tvl_usd, paused FROM arrived
            ORDER BY bridge_id, source, observed_at DESC
            ON CONFLICT (bridge_id, source) DO UPDATE
            SET observed_at = excluded.observed_at,
                tvl_usd = coalesce(excluded.tvl_usd, last.tvl_usd),
                paused = coalesce(excluded.paused, last.paused)
            WHERE excluded.observed_at > last.observed_at
            """,
            new
            {
                BridgeIds = observations.Bridges.Select(o => o.BridgeId).ToArray(),
                Sources = observations.Bridges.Select(o => o.Source).ToArray(),
                Times = observations.Bridges.Select(o => o.ObservedAt.UtcDateTime).ToArray(),
                Tvls = observations.Bridges.Select(o => o.TvlUsd).ToArray(),
                Paused = observations.Bridges.Select(o => o.Paused).ToArray(),
                Tried = observations.Bridges.Select(o => o.Tried).ToArray(),
                Succeeded = observations.Bridges.Select(o => o.Succeeded).ToArray(),
                ReceivedAt = receivedAt.UtcDateTime,
            },
            transaction,
            cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH arrived AS (
                SELECT * FROM unnest(@Coins, @Kinds, @Sources, @Times, @Values) AS o (stablecoin, kind, source, observed_at, value)
            ), kept AS (
                INSERT INTO price_observation (stablecoin, kind, source, observed_at, received_at, value)
                SELECT stablecoin, kind, source, observed_at, @ReceivedAt, value FROM arrived
                ON CONFLICT DO NOTHING
            )
            INSERT INTO price_source AS last (stablecoin, kind, source, observed_at, value)
            SELECT DISTINCT ON (stablecoin, kind, source) stablecoin, kind, source, observed_at, value FROM arrived
            ORDER BY stablecoin, kind, source, observed_at DESC
            ON CONFLICT (stablecoin, kind, source) DO UPDATE SET observed_at = excluded.observed_at, value = excluded.value
            WHERE excluded.observed_at > last.observed_at
            """,
            new
            {
                Coins = observations.Prices.Select(o => o.Stablecoin.Word()).ToArray(),
                Kinds = observations.Prices.Select(o => KindWord(o.Kind)).ToArray(),
                Sources = observations.Prices.Select(o => o.Source).ToArray(),
                Times = observations.Prices.Select(o => o.ObservedAt.UtcDateTime).ToArray(),
                Values = observations.Prices.Select(o => o.Value).ToArray(),
                ReceivedAt = receivedAt.UtcDateTime,
            },
            transaction,
            cancellationToken: cancellationToken));
    }

    /// <summary>The last observation of each source of each bridge.</summary>
    public static async Task<ILookup<string, BridgeObservation>> ReadBridgeSourcesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string BridgeId, string Source, DateTime ObservedAt, decimal? TvlUsd, bool? Paused)>(new CommandDefinition(
            "SELECT bridge_id, source, observed_at, tvl_usd, paused FROM bridge_source ORDER BY source", transaction: transaction, cancellationToken: cancellationToken));
        return rows.ToLookup(
            r => r.BridgeId, r => new BridgeObservation(r.Source, r.BridgeId, new DateTimeOffset(r.ObservedAt), r.TvlUsd, r.Paused), StringComparer.Ordinal);
    }

    /// <summary>Transactions tried and succeeded after <paramref name="since"/>, by bridge.</summary>
    public static async Task<IReadOnlyDictionary<string, (long Tried, long Succeeded)>> ReadTransactionsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string BridgeId, long Tried, long Succeeded)>(new CommandDefinition(
            """
            SELECT bridge_id, coalesce(sum(tried), 0)::bigint, coalesce(sum(succeeded), 0)::bigint
            FROM bridge_observation WHERE observed_at > @Since AND tried IS NOT NULL AND succeeded IS NOT NULL GROUP BY bridge_id
            """,
            new { Since = since.UtcDateTime },
            transaction,
            cancellationToken: cancellationToken));
        return rows.ToDictionary(r => r.BridgeId, r => (r.Tried, r.Succeeded), StringComparer.Ordinal);
    }

    /// <summary>The last observation of each kind of each source of each coin.</summary>
    public static async Task<ILookup<Stablecoin, PriceObservation>> ReadPriceSourcesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string Stablecoin, string Kind, string Source, DateTime ObservedAt, decimal Value)>(new CommandDefinition(
            "SELECT stablecoin, kind, source, observed_at, value FROM price_source ORDER BY source", transaction: transaction, cancellationToken: cancellationToken));
        return rows
            .Where(r => Words<Stablecoin>.TryParse(r.Stablecoin, out _))
            .Select(r => new PriceObservation(
                r.Source, Enum.Parse<Stablecoin>(r.Stablecoin), r.Kind == KindWord(PriceKind.Nav) ? PriceKind.Nav : PriceKind.Price, new DateTimeOffset(r.ObservedAt), r.Value))
            .ToLookup(o => o.Stablecoin);
    }

    private static string KindWord(PriceKind kind) => kind == PriceKind.Nav ? "nav" : "price";
}

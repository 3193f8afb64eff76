using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.BridgeService.Market;
using Sure.Contracts.Json;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;

namespace Sure.BridgeService.Bridges;

/// <summary>Keeps what is known of bridges.</summary>
internal sealed class BridgeStore(NpgsqlDataSource database, DataSource dataSource)
{
    private readonly LastKnown<IReadOnlyDictionary<string, BridgeReport>> _reports = new();

    /// <summary>The last report of each bridge that was ever judged by what counts now.</summary>
    public Task<IReadOnlyDictionary<string, BridgeReport>> ReadReportsAsync(CancellationToken cancellationToken) =>
        _reports.ReadAsync(async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var rows = await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT report FROM bridge WHERE data_source = ANY (@Kind)", new { dataSource.Kind }, cancellationToken: cancellationToken));
            return rows.Select(Read<BridgeReport>).ToDictionary(r => r.BridgeId, StringComparer.Ordinal);
        });

    /// <summary>What the cycle before left of each bridge. Nobody else changes it before this transaction ends.</summary>
    public static async Task<IReadOnlyDictionary<string, KeptState>> LockStatesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string BridgeId, string State, string DataSource)>(new CommandDefinition(
            "SELECT bridge_id, state, data_source FROM bridge ORDER BY bridge_id FOR UPDATE", transaction: transaction, cancellationToken: cancellationToken));
        return rows.ToDictionary(r => r.BridgeId, r => new KeptState(Read<BridgeState>(r.State), r.DataSource), StringComparer.Ordinal);
    }

    /// <summary>What the last cycle left of one bridge; null where there was none. Nobody else changes it before this transaction ends.</summary>
    public async Task<KeptBridge?> LockAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, string bridgeId, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<(string? State, string? Report)>(new CommandDefinition(
            "SELECT state, report FROM bridge WHERE bridge_id = @BridgeId AND data_source = ANY (@Kind) FOR UPDATE",
            new { BridgeId = bridgeId, dataSource.Kind },
            transaction,
            cancellationToken: cancellationToken));
        return row is ({ } state, { } report) ? new KeptBridge(Read<BridgeState>(state), Read<BridgeReport>(report)) : null;
    }

    /// <summary>Replaces what the last cycle left of a bridge.</summary>
    public static void Replace(WriteBatch batch, KeptBridge bridge) => batch.Add(
        "UPDATE bridge SET state = $2::jsonb, report = $3::jsonb WHERE bridge_id = $1",
        bridge.Report.BridgeId,
        JsonSerializer.Serialize(bridge.State, SureJson.Internal),
        JsonSerializer.Serialize(bridge.Report, SureJson.Internal));

    /// <summary>Value of each bridge as it stood at <paramref name="at"/>, or the oldest known value where that is younger.</summary>
    public async Task<IReadOnlyDictionary<string, decimal>> ReadTvlAtAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<(string BridgeId, decimal Tvl)>(new CommandDefinition(
            """
            SELECT b.bridge_id, coalesce(standing.tvl_usd, oldest.tvl_usd)
            FROM bridge b
            LEFT JOIN LATERAL (
                SELECT known.tvl_usd FROM unnest(@Kind) AS kind (data_source) CROSS JOIN LATERAL (
                    SELECT made_at, tvl_usd FROM bridge_point p
                    WHERE p.bridge_id = b.bridge_id AND p.data_source = kind.data_source AND p.made_at <= @At AND p.tvl_usd IS NOT NULL
                    ORDER BY p.made_at DESC LIMIT 1
                ) AS known ORDER BY known.made_at DESC LIMIT 1
            ) standing ON true
            LEFT JOIN LATERAL (
                SELECT known.tvl_usd FROM unnest(@Kind) AS kind (data_source) CROSS JOIN LATERAL (
                    SELECT made_at, tvl_usd FROM bridge_point p
                    WHERE p.bridge_id = b.bridge_id AND p.data_source = kind.data_source AND p.made_at > @At AND p.tvl_usd IS NOT NULL
                    ORDER BY p.made_at LIMIT 1
                ) AS known ORDER BY known.made_at LIMIT 1
            ) oldest ON true
            WHERE coalesce(standing.tvl_usd, oldest.tvl_usd) IS NOT NULL
            """,
            new { At = at.UtcDateTime, dataSource.Kind },
            transaction,
            cancellationToken: cancellationToken));
        return rows.ToDictionary(r => r.BridgeId, r => r.Tvl, StringComparer.Ordinal);
    }

    /// <summary>Keeps what a cycle found: state for the next one, and report for those who ask.</summary>
    public void Write(WriteBatch batch, IReadOnlyCollection<BridgeAssessment> assessments)
    {
        var reports = assessments.Select(a => a.Report).ToList();
        batch.Add(
            """
            INSERT INTO bridge (bridge_id, made_at, state, report, data_source)
            SELECT bridge_id, made_at, state::jsonb, report::jsonb, $5 FROM unnest($1, $2, $3, $4) AS b (bridge_id, made_at, state, report)
            ON CONFLICT (bridge_id) DO UPDATE
            SET made_at = excluded.made_at, state = excluded.state, report = excluded.report, data_source = excluded.data_source
            """,
            reports.Select(r => r.BridgeId).ToArray(),
            reports.Select(r => r.MadeAt.UtcDateTime).ToArray(),
            assessments.Select(a => JsonSerializer.Serialize(a.State, SureJson.Internal)).ToArray(),
            reports.Select(r => JsonSerializer.Serialize(r, SureJson.Internal)).ToArray(),
            dataSource.Name);
    }

    private static T Read<T>(string json) => JsonSerializer.Deserialize<T>(json, SureJson.Internal)!;
}

/// <summary>What the last cycle left of a bridge.</summary>
/// <param name="State">For the next one.</param>
/// <param name="Report">For those who ask.</param>
internal sealed record KeptBridge(BridgeState State, BridgeReport Report);

/// <summary>What a cycle left of a bridge.</summary>
/// <param name="State">What it must know of those before it.</param>
/// <param name="DataSource">Where the observations came from.</param>
internal sealed record KeptState(BridgeState State, string DataSource);

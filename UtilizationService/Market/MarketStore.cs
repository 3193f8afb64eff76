using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;

namespace Sure.UtilizationService.Market;

/// <summary>What BridgeService and RiskService told, in PostgreSQL.</summary>
internal sealed class MarketStore(NpgsqlDataSource database)
{
    /// <summary>Reads what is known, as <see cref="ParseAsync"/> expects it.</summary>
    public const string ReadSql =
        """
        SELECT stablecoin, at, peg_ratio, consensus, troubled, recovered_since, data_source, live_navs FROM peg;
        SELECT bridge_id, at, known, exploit_detected, drawdown_pct FROM bridge;
        SELECT coverage_type, chain, stablecoin FROM incident WHERE status = 'open';
        SELECT taken_at, worst_stress_loss_usd FROM risk_figure;
        """;

    /// <summary>What is known from the results of <see cref="ReadSql"/>.</summary>
    public static async Task<MarketKnowledge> ParseAsync(SqlMapper.GridReader results)
    {
        var pegs = await results.ReadAsync<PegRow>();
        var bridges = await results.ReadAsync<BridgeRow>();
        var incidents = await results.ReadAsync<IncidentRow>();
        var stress = await results.ReadSingleOrDefaultAsync<StressRow>();
        return new MarketKnowledge(
            pegs.ToDictionary(p => Words<Stablecoin>.Parse(p.Stablecoin), p => p.ToPeg()),
            bridges.ToDictionary(b => b.BridgeId, b => new KnownBridge(new DateTimeOffset(b.At), b.Known, b.ExploitDetected, b.DrawdownPct), StringComparer.Ordinal),
            [
                .. incidents.Select(i => new OpenIncident(
                    Words<CoverageType>.Parse(i.CoverageType), Words<Chain>.Parse(i.Chain), i.Stablecoin is null ? null : Words<Stablecoin>.Parse(i.Stablecoin))),
            ],
            stress is null ? null : new KnownStress(new DateTimeOffset(stress.TakenAt), stress.WorstStressLossUsd));
    }

    /// <summary>What is known of these coins, locked until the transaction ends; without those of which nothing was told yet.</summary>
    public static async Task<Dictionary<Stablecoin, KnownPeg>> LockPegsAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IEnumerable<Stablecoin> coins, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<PegRow>(new CommandDefinition(
            """
            SELECT stablecoin, at, peg_ratio, consensus, troubled, recovered_since, data_source, live_navs FROM peg
            WHERE stablecoin = ANY(@Coins) ORDER BY stablecoin FOR UPDATE
            """,
            new { Coins = coins.Distinct().Select(c => c.Word()).ToArray() },
            transaction,
            cancellationToken: cancellationToken));
        return rows.ToDictionary(r => Words<Stablecoin>.Parse(r.Stablecoin), r => r.ToPeg());
    }

    /// <summary>What is known.</summary>
    public async Task<MarketKnowledge> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(ReadSql, cancellationToken: cancellationToken));
        return await ParseAsync(results);
    }

    private sealed record PegRow(
        string Stablecoin, DateTime At, decimal? PegRatio, decimal? Consensus, bool Troubled, DateTime? RecoveredSince, string? DataSource, int? LiveNavs)
    {
        public KnownPeg ToPeg() =>
            new(new DateTimeOffset(At), PegRatio, Consensus, Troubled, RecoveredSince.ToMoment(), DataSource, LiveNavs);
    }

    private sealed record BridgeRow(string BridgeId, DateTime At, bool Known, bool ExploitDetected, decimal? DrawdownPct);

    private sealed record IncidentRow(string CoverageType, string Chain, string? Stablecoin);

    private sealed record StressRow(DateTime TakenAt, decimal WorstStressLossUsd);
}

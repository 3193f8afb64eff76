using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Ledger;
using Sure.UtilizationService.Market;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Vault;

/// <summary>Shares that come (positive) or go (negative) with a journal entry.</summary>
/// <param name="Kind"><c>deposit</c> or <c>withdrawal</c>; <c>cancelled</c> is written by the database when a loss takes all capital.</param>
internal sealed record ShareMovement(JournalEntry Entry, string Kind, string Account, Tranche Tranche, Shares Shares);

/// <summary>The accounts of liquidity providers in PostgreSQL. Shares pass as text, which is exact where <see cref="decimal"/> is not.</summary>
internal static class VaultStore
{
    /// <summary>
    /// Coins with a run of an active policy. A run begins with its first point, so a point that the trigger watch has not judged yet is one
    /// where it reaches a trigger. A maximum and the first run from a coin on are ends of an index; for EXISTS, or for the coin itself, the
    /// planner may read all of a table, hoping for an early find.
    /// </summary>
    internal const string RunsSql =
        """
        WITH unjudged AS MATERIALIZED (
            SELECT stablecoin, lowest, disagreement
            FROM peg LEFT JOIN watch_position w USING (stablecoin) CROSS JOIN LATERAL (
                SELECT min(c.peg_ratio) AS lowest, bool_or(c.consensus <= @OracleConsensus) AS disagreement
                FROM consensus_point c WHERE c.stablecoin = peg.stablecoin AND c.point_id > coalesce(w.judged_point, 0)
            ) AS c
        )
        SELECT peg.stablecoin FROM peg
        WHERE peg.stablecoin = (
            SELECT r.stablecoin FROM trigger_run r
            WHERE r.stablecoin >= peg.stablecoin AND (SELECT p.status FROM policy p WHERE p.policy_id = r.policy_id) = 'active'
            ORDER BY r.stablecoin LIMIT 1)
        UNION
        SELECT u.stablecoin FROM unjudged u
        WHERE u.lowest <= (SELECT max(p.trigger_price) FROM policy p WHERE p.status = 'active' AND p.stablecoin = u.stablecoin)
           OR (u.lowest <= @CexTrigger AND (
               SELECT max(p.starts_at) FROM policy p
               WHERE p.status = 'active' AND p.trigger_price IS NULL AND p.stablecoin = u.stablecoin AND p.coverage_type = 'cex_liquidation') IS NOT NULL)
           OR (u.disagreement AND (
               SELECT max(p.starts_at) FROM policy p
               WHERE p.status = 'active' AND p.trigger_price IS NULL AND p.stablecoin = u.stablecoin AND p.coverage_type = 'oracle') IS NOT NULL)
        ORDER BY stablecoin
        """;

    /// <summary>
    /// Those of <c>@Chains</c> with active bridge cover. For each one look into the index of active policies: for DISTINCT the planner reads
    /// all of them, or all of the table.
    /// </summary>
    internal const string BridgeCoverSql =
        """
        SELECT c.chain FROM unnest(@Chains) AS c (chain)
        WHERE (SELECT min(p.stablecoin) FROM policy p WHERE p.status = 'active' AND p.coverage_type = 'bridge' AND p.chain = c.chain) IS NOT NULL
        ORDER BY c.chain
        """;

    /// <summary>
    /// Incidents, open or not settled, that touch an active policy: one of the coin, or of any where it is about all of them. One look for each,
    /// at the first covered coin from there on.
    /// </summary>
    internal const string IncidentsSql =
        """
        SELECT i.coverage_type, i.chain, i.stablecoin
        FROM incident i CROSS JOIN LATERAL (
            SELECT min(p.stablecoin) AS covered FROM policy p
            WHERE p.status = 'active' AND p.coverage_type = i.coverage_type AND p.chain = i.chain AND p.stablecoin >= coalesce(i.stablecoin, '')
        ) AS p
        WHERE (i.status = 'open' OR (i.status = 'confirmed' AND i.settled_at IS NULL)) AND p.covered = coalesce(i.stablecoin, p.covered)
        ORDER BY i.incident_id
        """;

    /// <summary>Adds a movement to the batch; the holding and the tranche's shares follow. To be added before the entry it belongs to.</summary>
    public static void Write(WriteBatch batch, ShareMovement movement) => batch.Add(
        """
        INSERT INTO share_movement (movement_id, entry_id, account, tranche_id, shares, kind, at)
        VALUES ($1, $2, $3, $4, $5::numeric(38,18), $6, $7)
        """,
        Guid.CreateVersion7(movement.Entry.OccurredAt),
        movement.Entry.EntryId,
        movement.Account,
        movement.Tranche.Word(),
        $"{movement.Shares}",
        movement.Kind,
        movement.Entry.OccurredAt.ToUniversalTime());

    /// <summary>The shares beside <paramref name="position"/>.</summary>
    public static async Task<VaultView> ReadAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        PoolPosition position,
        Tranche tranche,
        string account,
        CancellationToken cancellationToken)
    {
        var (total, held) = await connection.QuerySingleAsync<(string Total, string Held)>(new CommandDefinition(
            """
            SELECT t.shares::text, coalesce(h.shares, 0)::numeric(38,18)::text
            FROM tranche t LEFT JOIN holding h ON h.tranche_id = t.tranche_id AND h.account = @Account
            WHERE t.tranche_id = @Tranche
            """,
            new { Tranche = tranche.Word(), Account = account },
            transaction,
            cancellationToken: cancellationToken));
        return new VaultView(position, tranche, Shares.Parse(total), Shares.Parse(held));
    }

    /// <summary>What stops withdrawals from <paramref name="pool"/> at <paramref name="now"/>. One round trip.</summary>
    public static async Task<WithdrawalStops> ReadStopsAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        PoolSnapshot pool,
        TriggerOptions triggers,
        KnownEventOptions knownEvents,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var results = await connection.QueryMultipleAsync(new CommandDefinition(
            $"""
            {RunsSql};
            SELECT DISTINCT bridge_id FROM exploit WHERE settled_at IS NULL AND (confirmed_at IS NOT NULL OR cleared_at IS NULL);
            {BridgeCoverSql};
            {IncidentsSql};
            {MarketStore.ReadSql}
            """,
            new { triggers.OracleConsensus, triggers.CexTrigger, Chains = Words<Chain>.Members.Select(c => c.Word()).ToArray() },
            transaction,
            cancellationToken: cancellationToken));
        var runs = await results.ReadAsync<string>();
        var exploits = await results.ReadAsync<string>();
        var bridgeChains = (await results.ReadAsync<string>()).Select(Words<Chain>.Parse).ToList();
        var incidents = await results.ReadAsync<(string Type, string Chain, string? Coin)>();
        var market = await MarketStore.ParseAsync(results);
        return new WithdrawalStops(
            pool.Breaker.Reason,
            [.. runs.Select(Words<Stablecoin>.Parse)],
            [.. exploits],
            bridgeChains,
            [
                .. incidents.Select(i => new OpenIncident(
                    Words<CoverageType>.Parse(i.Type), Words<Chain>.Parse(i.Chain), i.Coin is null ? null : Words<Stablecoin>.Parse(i.Coin))),
            ],
            KnownEvents.WhyDrained(bridgeChains, market, knownEvents),
            KnownEvents.WhyUnknown(pool.Position.CoverageByStablecoin.Keys, bridgeChains, market, now, knownEvents));
    }
}

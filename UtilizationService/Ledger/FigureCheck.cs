using Dapper;
using Npgsql;

namespace Sure.UtilizationService.Ledger;

/// <summary>A figure that is kept beside what it counts, so that deciding does not mean counting.</summary>
/// <param name="Figure">
/// <c>active_policies</c>, <c>premium_unearned</c>, <c>tranche_coverage</c>, <c>coverage</c> (of a coverage type, chain or stablecoin),
/// <c>tranche_shares</c> (against the holdings), <c>holdings</c> (of a tranche, against the movements of shares), or <c>holding</c> (of one
/// account; listed only where it does not agree).
/// </param>
/// <param name="Subject">What it is the figure of; null where there is one only.</param>
/// <param name="Kept">As it is kept: USD, a number of shares or of policies. A string, because shares have more digits than a JSON number carries.</param>
/// <param name="Recomputed">As what it counts gives it.</param>
/// <param name="Agrees">Whether they are the same.</param>
public sealed record FigureCheck(string Figure, string? Subject, string Kept, string Recomputed, bool Agrees)
{
    /// <summary>Holdings that do not agree are listed up to this number; one is enough to know.</summary>
    private const int MostHoldings = 100;

    /// <summary>The query of every figure.</summary>
    internal const string Sql =
        """
        WITH active AS (
            SELECT coverage_type, chain, stablecoin, coverage_usd, premium_usd - earned_usd AS unearned_usd, attribution FROM policy WHERE status = 'active'
        ), attributed AS (
            SELECT tranche_id, sum((attribution ->> tranche_id)::numeric(20,2)) AS coverage_usd FROM active CROSS JOIN tranche GROUP BY tranche_id
        ), moved AS (
            SELECT account, tranche_id, sum(shares) AS shares FROM share_movement GROUP BY account, tranche_id
        ), figures (place, figure, subject, kept, recomputed) AS (
            SELECT 1, 'active_policies', NULL, active_policies::numeric, (SELECT count(*) FROM active) FROM pool
            UNION ALL
            SELECT 2, 'premium_unearned', NULL, -balance, (SELECT coalesce(sum(unearned_usd), 0.00) FROM active) FROM account WHERE name = 'premium_unearned'
            UNION ALL
            SELECT 3, 'tranche_coverage', t.tranche_id, t.coverage_usd, coalesce(a.coverage_usd, 0.00)
            FROM tranche t LEFT JOIN attributed a ON a.tranche_id = t.tranche_id
            UNION ALL
            SELECT 4, 'coverage', coalesce(k.member, a.member), coalesce(k.coverage_usd, 0.00), coalesce(a.coverage_usd, 0.00)
            FROM coverage k FULL JOIN (
                SELECT d.dimension, d.member, sum(coverage_usd) AS coverage_usd
                FROM active CROSS JOIN LATERAL (VALUES ('coverage_type', coverage_type), ('chain', chain), ('stablecoin', stablecoin)) AS d (dimension, member)
                GROUP BY d.dimension, d.member
            ) AS a ON a.dimension = k.dimension AND a.member = k.member
            UNION ALL
            SELECT 5, 'tranche_shares', t.tranche_id, t.shares, (SELECT coalesce(sum(h.shares), 0) FROM holding h WHERE h.tranche_id = t.tranche_id)
            FROM tranche t
            UNION ALL
            SELECT 6, 'holdings', t.tranche_id, (SELECT coalesce(sum(h.shares), 0) FROM holding h WHERE h.tranche_id = t.tranche_id),
                   (SELECT coalesce(sum(m.shares), 0) FROM moved m WHERE m.tranche_id = t.tranche_id)
            FROM tranche t
            UNION ALL
            (SELECT 7, 'holding', coalesce(h.account, m.account) || ' ' || coalesce(h.tranche_id, m.tranche_id), coalesce(h.shares, 0), coalesce(m.shares, 0)
            FROM holding h FULL JOIN moved m ON m.account = h.account AND m.tranche_id = h.tranche_id
            WHERE coalesce(h.shares, 0) <> coalesce(m.shares, 0)
            LIMIT @MostHoldings)
        )
        SELECT figure, subject, kept::text, recomputed::text, kept = recomputed AS agrees FROM figures ORDER BY place, subject
        """;

    /// <summary>The values of <see cref="Sql"/>.</summary>
    internal static object Values { get; } = new { MostHoldings };

    /// <summary>Recomputes every figure.</summary>
    internal static async Task<IReadOnlyList<FigureCheck>> ReadAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<FigureCheck>(new CommandDefinition(
            Sql,
            Values,
            transaction,
            commandTimeout: (int)LedgerStore.CheckLimit.TotalSeconds,
            cancellationToken: cancellationToken));
        return [.. rows];
    }
}

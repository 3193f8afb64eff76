using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Incidents;
using Sure.UtilizationService.Market;

namespace Sure.UtilizationService.Policies;

/// <summary>Policies in PostgreSQL.</summary>
public sealed class PolicyStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        policy_id, quote_id, holder, status, coverage_type, chain, stablecoin, coverage_usd, premium_usd, earned_usd, standard_rate,
        terms::text AS terms, attribution::text AS attribution, starts_at, ends_at, claim_id
        """;

    /// <summary>
    /// Those whose time is over and whose trigger cannot turn out to have been met any more: the points up to its end are judged and
    /// no run goes on, its bridges are judged beyond it, or where only people can tell the time to report is over; and no exploit and no
    /// incident of its time is undecided. An exploit that was first seen just when a bridge is judged until may yet be detected.
    /// </summary>
    private const string EndedSql =
        $"""
        WITH monitored AS (SELECT * FROM unnest(@Chains, @Bridges) AS m (chain, bridge_id)),
        ended AS (
            SELECT policy_id, ends_at FROM policy p
            WHERE status = 'active' AND ends_at <= @Now
              AND CASE
                  WHEN coverage_type = 'smart_contract' OR (coverage_type = 'bridge' AND p.chain <> ALL (@Chains)) THEN ends_at <= @Reported
                  WHEN coverage_type = 'bridge' THEN NOT EXISTS (
                      SELECT FROM monitored m LEFT JOIN bridge b ON b.bridge_id = m.bridge_id
                      WHERE m.chain = p.chain AND (b.at IS NULL OR b.at < p.ends_at OR b.judged_until <= p.ends_at))
                  ELSE EXISTS (SELECT FROM watch_position w WHERE w.stablecoin = p.stablecoin AND w.judged_until >= p.ends_at)
                      AND NOT EXISTS (SELECT FROM trigger_run r WHERE r.policy_id = p.policy_id) END
              AND NOT (coverage_type = 'bridge' AND EXISTS (
                  SELECT FROM exploit e JOIN monitored m ON m.bridge_id = e.bridge_id
                  WHERE m.chain = p.chain AND {ExploitStore.FirstSeenSql} BETWEEN p.starts_at AND p.ends_at
                    AND e.settled_at IS NULL AND (e.confirmed_at IS NOT NULL OR e.cleared_at IS NULL)))
              AND NOT EXISTS (
                  SELECT FROM incident i
                  WHERE i.coverage_type = p.coverage_type AND i.chain = p.chain AND (i.stablecoin IS NULL OR i.stablecoin = p.stablecoin)
                    AND i.occurred_at BETWEEN p.starts_at AND p.ends_at
                    AND (i.status = 'open' OR (i.status = 'confirmed' AND i.settled_at IS NULL)))
        )
        """;

    /// <summary>Adds policies to the batch.</summary>
    public static void Insert(WriteBatch batch, IReadOnlyCollection<Policy> policies)
    {
        ArgumentNullException.ThrowIfNull(batch);
        batch.Add(
            """
            INSERT INTO policy (policy_id, quote_id, holder, status, coverage_type, chain, stablecoin, coverage_usd, premium_usd, earned_usd,
                                standard_rate, terms, attribution, starts_at, ends_at)
            SELECT policy_id, quote_id, holder, status, coverage_type, chain, stablecoin, coverage_usd, premium_usd, earned_usd,
                   standard_rate, terms::jsonb, attribution::jsonb, starts_at, ends_at
            FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                AS p (policy_id, quote_id, holder, status, coverage_type, chain, stablecoin, coverage_usd, premium_usd, earned_usd,
                      standard_rate, terms, attribution, starts_at, ends_at)
            """,
            policies.Select(p => p.PolicyId).ToArray(),
            policies.Select(p => p.QuoteId).ToArray(),
            policies.Select(p => p.Holder).ToArray(),
            policies.Select(p => p.Status.Word()).ToArray(),
            policies.Select(p => p.Product.CoverageType.Word()).ToArray(),
            policies.Select(p => p.Product.Chain.Word()).ToArray(),
            policies.Select(p => p.Product.Stablecoin.Word()).ToArray(),
            policies.Select(p => p.CoverageUsd).ToArray(),
            policies.Select(p => p.PremiumUsd).ToArray(),
            policies.Select(p => p.EarnedUsd).ToArray(),
            policies.Select(p => p.StandardRate).ToArray(),
            policies.Select(p => p.Terms is null ? null : JsonSerializer.Serialize(p.Terms, SureJson.Internal)).ToArray(),
            policies.Select(p => JsonSerializer.Serialize(p.Attribution, SureJson.Internal)).ToArray(),
            policies.Select(p => p.StartsAt.ToUniversalTime()).ToArray(),
            policies.Select(p => p.EndsAt.ToUniversalTime()).ToArray());
    }

    /// <summary>Whether any policy can be ended.</summary>
    public static Task<bool> AnyEndedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset now, IncidentOptions incidents, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            $"{EndedSql} SELECT EXISTS (SELECT FROM ended)", EndedValues(now, incidents, limit: 1), transaction, cancellationToken: cancellationToken));

    /// <summary>Ends up to <paramref name="limit"/> policies, those that ended first before the others, and answers them.</summary>
    public static async Task<IReadOnlyList<Policy>> ExpireAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        DateTimeOffset now,
        IncidentOptions incidents,
        int limit,
        CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            {EndedSql}
            UPDATE policy SET status = 'expired' WHERE policy_id IN (SELECT policy_id FROM ended ORDER BY ends_at LIMIT @Limit)
            RETURNING {Columns}
            """,
            EndedValues(now, incidents, limit),
            transaction,
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToPolicy())];
    }

    /// <summary>Adds to the batch that policies pay: all of their premium is earned, and no run of theirs goes on.</summary>
    public static void MarkTriggered(WriteBatch batch, IReadOnlyCollection<(Guid PolicyId, Guid ClaimId)> policies)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var ids = policies.Select(p => p.PolicyId).ToArray();
        batch.Add(
            """
            UPDATE policy SET status = 'triggered', earned_usd = premium_usd, claim_id = p.claim_id
            FROM unnest($1, $2) AS p (policy_id, claim_id) WHERE policy.policy_id = p.policy_id
            """,
            ids,
            policies.Select(p => p.ClaimId).ToArray());
        batch.Add("DELETE FROM trigger_run WHERE policy_id = ANY ($1)", ids);
    }

    /// <summary>Every active policy, as others project it.</summary>
    public static async Task<IReadOnlyList<BookedPolicy>> ReadActiveAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM policy WHERE status = 'active' ORDER BY policy_id", transaction: transaction, cancellationToken: cancellationToken));
        return
        [
            .. rows.Select(r => r.ToPolicy()).Select(p => new BookedPolicy(
                p.PolicyId,
                p.Product.CoverageType,
                p.Product.Chain,
                p.Product.Stablecoin,
                p.CoverageUsd,
                p.StandardRate,
                p.Terms,
                p.StartsAt,
                p.EndsAt)),
        ];
    }

    /// <summary>The policies with these ids, whatever their status.</summary>
    public static async Task<IReadOnlyList<Policy>> ReadAsync(NpgsqlConnection connection, Guid[] policyIds, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM policy WHERE policy_id = ANY (@Ids)", new { Ids = policyIds }, cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToPolicy())];
    }

    /// <summary>The policies with these ids, whatever their status, locked until the transaction ends.</summary>
    public static async Task<IReadOnlyDictionary<Guid, Policy>> LockAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, Guid[] policyIds, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM policy WHERE policy_id = ANY (@Ids) ORDER BY policy_id FOR UPDATE",
            new { Ids = policyIds },
            transaction,
            cancellationToken: cancellationToken));
        return rows.Select(r => r.ToPolicy()).ToDictionary(p => p.PolicyId);
    }

    /// <summary>The policy, or null.</summary>
    public async Task<Policy?> FindAsync(Guid policyId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} FROM policy WHERE policy_id = @PolicyId", new { PolicyId = policyId }, cancellationToken: cancellationToken));
        return row?.ToPolicy();
    }

    /// <summary>Policies that match, newest first, after <paramref name="before"/>.</summary>
    public async Task<IReadOnlyList<Policy>> ListAsync(PolicyFilter filter, Guid? before, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (sql, values) = ListQuery(filter, before, limit);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, values, cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToPolicy())];
    }

    /// <summary>The query of a page. Only the conditions that apply are written, so that the planner can take their index.</summary>
    internal static (string Sql, object Values) ListQuery(PolicyFilter filter, Guid? before, int limit)
    {
        ArgumentNullException.ThrowIfNull(filter);
        string?[] conditions =
        [
            filter.Holder is null ? null : "holder = @Holder",
            filter.Status is null ? null : "status = @Status",
            filter.CoverageType is null ? null : "coverage_type = @CoverageType",
            filter.Chain is null ? null : "chain = @Chain",
            filter.Stablecoin is null ? null : "stablecoin = @Stablecoin",
            before is null ? null : "policy_id < @Before",
        ];
        return (
            $"SELECT {Columns} FROM policy {ListConditions.Where(conditions)} ORDER BY policy_id DESC LIMIT @Limit",
            new
            {
                filter.Holder,
                Status = filter.Status?.Word(),
                CoverageType = filter.CoverageType?.Word(),
                Chain = filter.Chain?.Word(),
                Stablecoin = filter.Stablecoin?.Word(),
                Before = before,
                Limit = limit,
            });
    }

    private static object EndedValues(DateTimeOffset now, IncidentOptions incidents, int limit)
    {
        var bridges = Words<Chain>.Members.SelectMany(c => Bridge.OfChain(c).Select(b => (Chain: c.Word(), b.Id))).ToList();
        return new
        {
            Now = now.ToUniversalTime(),
            Reported = (now - incidents.ReportingPeriod).ToUniversalTime(),
            Limit = limit,
            Chains = bridges.Select(b => b.Chain).ToArray(),
            Bridges = bridges.Select(b => b.Id).ToArray(),
        };
    }

    private sealed record Row(
        Guid PolicyId,
        Guid QuoteId,
        string Holder,
        string Status,
        string CoverageType,
        string Chain,
        string Stablecoin,
        decimal CoverageUsd,
        decimal PremiumUsd,
        decimal EarnedUsd,
        decimal StandardRate,
        string? Terms,
        string Attribution,
        DateTime StartsAt,
        DateTime EndsAt,
        Guid? ClaimId)
    {
        public Policy ToPolicy() => new(
            PolicyId,
            QuoteId,
            Holder,
            Words<PolicyStatus>.Parse(Status),
            new Product(Words<CoverageType>.Parse(CoverageType), Words<Chain>.Parse(Chain), Words<Stablecoin>.Parse(Stablecoin)),
            CoverageUsd,
            PremiumUsd,
            EarnedUsd,
            StandardRate,
            Terms is null ? null : JsonSerializer.Deserialize<PolicyTerms>(Terms, SureJson.Internal),
            JsonSerializer.Deserialize<Dictionary<Tranche, decimal>>(Attribution, SureJson.Internal)!,
            new DateTimeOffset(StartsAt),
            new DateTimeOffset(EndsAt),
            ClaimId);
    }
}

/// <summary>Which policies; null members match all.</summary>
public sealed record PolicyFilter(string? Holder, PolicyStatus? Status, CoverageType? CoverageType, Chain? Chain, Stablecoin? Stablecoin);

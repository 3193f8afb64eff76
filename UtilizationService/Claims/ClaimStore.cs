using Dapper;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Breaker;

namespace Sure.UtilizationService.Claims;

/// <summary>Claims in PostgreSQL.</summary>
internal sealed class ClaimStore(NpgsqlDataSource database)
{
    private const string Columns =
        """
        claim.claim_id, policy_id, holder, status, triggered_at, payout_fraction, payout_usd, shortfall_usd, reason,
        evidence.hash AS evidence_hash, filed_at, decided_at, paid_at
        """;

    /// <summary>Brings the policies of paid claims to the statuses of these; by their ids, for only those have an index.</summary>
    internal const string PaidPoliciesSql =
        "UPDATE policy SET status = p.status FROM unnest($1, $2) AS p (policy_id, status) WHERE policy.policy_id = p.policy_id";

    private const string From = "FROM claim LEFT JOIN evidence ON evidence.claim_id = claim.claim_id";

    /// <summary>The claims of these policies that are not refused, at most one each.</summary>
    public static async Task<IReadOnlyDictionary<Guid, Claim>> ReadStandingAsync(
        NpgsqlConnection connection, NpgsqlTransaction? transaction, Guid[] policyIds, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} {From} WHERE policy_id = ANY (@Ids) AND status <> 'refused'",
            new { Ids = policyIds },
            transaction,
            cancellationToken: cancellationToken));
        return rows.Select(r => r.ToClaim()).ToDictionary(c => c.PolicyId);
    }

    /// <summary>
    /// Payouts decided since <paramref name="since"/> and the capital before the first of them; null where there are none. Those of one
    /// settlement are decided at the same moment; which was booked first their evidence says.
    /// </summary>
    public static async Task<RecentLosses?> ReadLossesAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset since, CancellationToken cancellationToken) =>
        await connection.QuerySingleOrDefaultAsync<RecentLosses>(new CommandDefinition(
            """
            SELECT sum(payout_usd) AS losses_usd, (array_agg(capital_before_usd ORDER BY evidence.number))[1] AS capital_before_usd
            FROM claim JOIN evidence USING (claim_id)
            WHERE status IN ('triggered', 'paid', 'partially_paid') AND decided_at > @Since
            HAVING count(*) > 0
            """,
            new { Since = since.UtcDateTime },
            transaction,
            cancellationToken: cancellationToken));

    /// <summary>The policies that were triggered since <paramref name="since"/>, for who keeps a book of its own.</summary>
    public static async Task<IReadOnlyList<BookedLoss>> ReadBookedAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, DateTimeOffset since, CancellationToken cancellationToken) =>
        [
            .. (await connection.QueryAsync<(Guid PolicyId, DateTime BookedAt, decimal LossUsd)>(new CommandDefinition(
                """
                SELECT policy_id, decided_at, payout_usd
                FROM claim WHERE status IN ('triggered', 'paid', 'partially_paid') AND decided_at > @Since
                """,
                new { Since = since.UtcDateTime },
                transaction,
                cancellationToken: cancellationToken))).Select(l => new BookedLoss(l.PolicyId, new DateTimeOffset(l.BookedAt), l.LossUsd)),
        ];

    /// <summary>Adds claims to the batch, or brings those that were pending to their decision.</summary>
    public static void Write(WriteBatch batch, IReadOnlyCollection<(Claim Claim, decimal? CapitalBeforeUsd)> claims) => batch.Add(
        """
        INSERT INTO claim (claim_id, policy_id, holder, status, triggered_at, payout_fraction, payout_usd, shortfall_usd, capital_before_usd,
                           reason, filed_at, decided_at)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
        ON CONFLICT (claim_id) DO UPDATE SET
            status = excluded.status, triggered_at = excluded.triggered_at, payout_fraction = excluded.payout_fraction,
            payout_usd = excluded.payout_usd, shortfall_usd = excluded.shortfall_usd, capital_before_usd = excluded.capital_before_usd,
            reason = excluded.reason, decided_at = excluded.decided_at
        """,
        claims.Select(c => c.Claim.ClaimId).ToArray(),
        claims.Select(c => c.Claim.PolicyId).ToArray(),
        claims.Select(c => c.Claim.Holder).ToArray(),
        claims.Select(c => c.Claim.Status.Word()).ToArray(),
        claims.Select(c => c.Claim.TriggeredAt?.UtcDateTime).ToArray(),
        claims.Select(c => c.Claim.PayoutFraction).ToArray(),
        claims.Select(c => c.Claim.PayoutUsd).ToArray(),
        claims.Select(c => c.Claim.ShortfallUsd).ToArray(),
        claims.Select(c => c.CapitalBeforeUsd).ToArray(),
        claims.Select(c => c.Claim.Reason).ToArray(),
        claims.Select(c => c.Claim.FiledAt.UtcDateTime).ToArray(),
        claims.Select(c => c.Claim.DecidedAt?.UtcDateTime).ToArray());

    /// <summary>Whether any claim waits for cash.</summary>
    public static Task<bool> AnyWaitingAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "SELECT EXISTS (SELECT FROM claim WHERE status = 'triggered')", transaction: transaction, cancellationToken: cancellationToken));

    /// <summary>Claims that wait for cash, oldest decision first; all of them where there is no <paramref name="limit"/>.</summary>
    public static async Task<IReadOnlyList<Claim>> ReadWaitingAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, int? limit, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} {From} WHERE status = 'triggered' ORDER BY decided_at, claim.claim_id LIMIT @Limit",
            new { Limit = limit },
            transaction,
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToClaim())];
    }

    /// <summary>Adds to the batch what claims are short of from now on.</summary>
    public static void Reduce(WriteBatch batch, IReadOnlyCollection<ClaimReduction> reductions) => batch.Add(
        "UPDATE claim SET shortfall_usd = shortfall_usd + r.amount FROM unnest($1, $2) AS r (claim_id, amount) WHERE claim.claim_id = r.claim_id",
        reductions.Select(r => r.Claim.ClaimId).ToArray(),
        reductions.Select(r => r.AmountUsd).ToArray());

    /// <summary>Adds the payment of claims, and that of their policies, to the batch.</summary>
    public static void MarkPaid(WriteBatch batch, IReadOnlyCollection<Claim> claims)
    {
        var (ids, statuses) = (claims.Select(c => c.ClaimId).ToArray(), claims.Select(c => c.Status.Word()).ToArray());
        batch.Add(
            """
            UPDATE claim SET status = p.status, paid_at = p.paid_at
            FROM unnest($1, $2, $3) AS p (claim_id, status, paid_at) WHERE claim.claim_id = p.claim_id
            """,
            ids,
            statuses,
            claims.Select(c => c.PaidAt!.Value.UtcDateTime).ToArray());
        batch.Add(
            PaidPoliciesSql,
            claims.Select(c => c.PolicyId).ToArray(),
            statuses);
    }

    /// <summary>The claim, or null.</summary>
    public async Task<Claim?> FindAsync(Guid claimId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} {From} WHERE claim.claim_id = @Id", new { Id = claimId }, cancellationToken: cancellationToken));
        return row?.ToClaim();
    }

    /// <summary>The claim on this policy that is not refused; null where there is none.</summary>
    public async Task<Claim?> FindStandingAsync(Guid policyId, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return (await ReadStandingAsync(connection, transaction: null, [policyId], cancellationToken)).GetValueOrDefault(policyId);
    }

    /// <summary>Claims that wait for their event to be decided, oldest first, after <paramref name="after"/>.</summary>
    public async Task<IReadOnlyList<Claim>> ListPendingAsync(Guid? after, int limit, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"SELECT {Columns} {From} WHERE status = 'pending' {(after is null ? "" : "AND claim.claim_id > @After")} ORDER BY claim.claim_id LIMIT @Limit",
            new { After = after, Limit = limit },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToClaim())];
    }

    /// <summary>Claims that match, newest first.</summary>
    public async Task<IReadOnlyList<Claim>> ListAsync(ClaimFilter filter, PageRequest page, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var (sql, values) = ListQuery(filter, page);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(sql, values, cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToClaim())];
    }

    /// <summary>The query of a page. Only the conditions that apply are written, so that the planner can take their index.</summary>
    internal static (string Sql, object Values) ListQuery(ClaimFilter filter, PageRequest page)
    {
        string?[] conditions =
        [
            filter.Holder is null ? null : "holder = @Holder",
            filter.Status is null ? null : "status = @Status",
            filter.PolicyId is null ? null : "policy_id = @PolicyId",
            page.Before is null ? null : "claim.claim_id < @Before",
        ];
        return (
            $"SELECT {Columns} {From} {ListConditions.Where(conditions)} ORDER BY claim.claim_id DESC LIMIT @Limit",
            new { filter.Holder, Status = filter.Status?.Word(), filter.PolicyId, page.Before, page.Limit });
    }

    private sealed record Row(
        Guid ClaimId,
        Guid PolicyId,
        string Holder,
        string Status,
        DateTime? TriggeredAt,
        decimal? PayoutFraction,
        decimal? PayoutUsd,
        decimal? ShortfallUsd,
        string Reason,
        string? EvidenceHash,
        DateTime FiledAt,
        DateTime? DecidedAt,
        DateTime? PaidAt)
    {
        public Claim ToClaim() => new(
            ClaimId,
            PolicyId,
            Holder,
            Words<ClaimStatus>.Parse(Status),
            TriggeredAt.ToMoment(),
            PayoutFraction,
            PayoutUsd,
            ShortfallUsd,
            Reason,
            EvidenceHash,
            new DateTimeOffset(FiledAt),
            DecidedAt.ToMoment(),
            PaidAt.ToMoment());
    }
}

/// <summary>Which claims; null members match all.</summary>
internal sealed record ClaimFilter(string? Holder, ClaimStatus? Status, Guid? PolicyId);

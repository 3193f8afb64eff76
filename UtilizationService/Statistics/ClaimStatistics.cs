using System.ComponentModel.DataAnnotations;
using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Statistics;
using Sure.Coordination.Writing;
using Sure.UtilizationService.Claims;

namespace Sure.UtilizationService.Statistics;

/// <summary>Section <c>Statistics</c>.</summary>
public sealed class StatisticsOptions
{
    /// <summary>How long the statistics of claims are kept by the minute. 31 … 36 500 days, default 1 100 days.</summary>
    [Range(typeof(TimeSpan), "31.00:00:00", "36500.00:00:00")]
    public TimeSpan ClaimRetention { get; set; } = TimeSpan.FromDays(1100);
}

/// <summary>What became of claims in an interval. Amounts in USD.</summary>
/// <param name="Time">Its start.</param>
/// <param name="Filed">How many were filed by holders or made by the trigger watch.</param>
/// <param name="Refused">How many were refused.</param>
/// <param name="Triggered">How many met their trigger.</param>
/// <param name="TriggeredRatio">Of those decided, the part that met it; null where none was decided.</param>
/// <param name="PayoutUsd">What those are owed.</param>
/// <param name="ShortfallUsd">What no tranche could bear of it, and of what was decided before and still waited for cash that was lost then.</param>
/// <param name="Paid">How many were paid, whenever they were decided.</param>
/// <param name="PaidUsd">What was paid.</param>
public sealed record ClaimPoint(
    DateTimeOffset Time,
    long Filed,
    long Refused,
    long Triggered,
    decimal? TriggeredRatio,
    decimal PayoutUsd,
    decimal ShortfallUsd,
    long Paid,
    decimal PaidUsd);

/// <summary>The statistics of claims in PostgreSQL. All who write them hold the lock of the pool.</summary>
internal sealed class ClaimStatistics(NpgsqlDataSource database)
{
    private const string Add =
        """
        ON CONFLICT (minute, coverage_type) DO UPDATE
        SET filed = s.filed + excluded.filed, refused = s.refused + excluded.refused, triggered = s.triggered + excluded.triggered,
            payout_usd = s.payout_usd + excluded.payout_usd, shortfall_usd = s.shortfall_usd + excluded.shortfall_usd,
            paid = s.paid + excluded.paid, paid_usd = s.paid_usd + excluded.paid_usd
        """;

    /// <summary>Counts claims that the batch files or decides at <paramref name="now"/>; after the statement that does so.</summary>
    public static void CountSettled(WriteBatch batch, IEnumerable<Guid> claimIds, DateTimeOffset now) => batch.Add(
        $"""
        INSERT INTO claim_statistics AS s (minute, coverage_type, filed, refused, triggered, payout_usd, shortfall_usd, paid, paid_usd)
        SELECT date_trunc('minute', $2), policy.coverage_type, count(*) FILTER (WHERE claim.filed_at = $2),
               count(*) FILTER (WHERE claim.status = 'refused'), count(*) FILTER (WHERE claim.status = 'triggered'),
               coalesce(sum(claim.payout_usd), 0), coalesce(sum(claim.shortfall_usd), 0), 0, 0
        FROM claim JOIN policy ON policy.policy_id = claim.policy_id WHERE claim.claim_id = ANY ($1)
        GROUP BY policy.coverage_type
        {Add}
        """,
        claimIds.ToArray(),
        now.UtcDateTime);

    /// <summary>Counts what waiting claims lose at <paramref name="now"/>.</summary>
    public static void CountReduced(WriteBatch batch, IReadOnlyCollection<ClaimReduction> reductions, DateTimeOffset now) => batch.Add(
        $"""
        INSERT INTO claim_statistics AS s (minute, coverage_type, filed, refused, triggered, payout_usd, shortfall_usd, paid, paid_usd)
        SELECT date_trunc('minute', $3), policy.coverage_type, 0, 0, 0, 0, sum(r.amount), 0, 0
        FROM unnest($1, $2) AS r (policy_id, amount) JOIN policy ON policy.policy_id = r.policy_id
        GROUP BY policy.coverage_type
        {Add}
        """,
        reductions.Select(r => r.Claim.PolicyId).ToArray(),
        reductions.Select(r => r.AmountUsd).ToArray(),
        now.UtcDateTime);

    /// <summary>Counts claims that the batch pays at <paramref name="now"/>.</summary>
    public static void CountPaid(WriteBatch batch, IEnumerable<Guid> claimIds, DateTimeOffset now) => batch.Add(
        $"""
        INSERT INTO claim_statistics AS s (minute, coverage_type, filed, refused, triggered, payout_usd, shortfall_usd, paid, paid_usd)
        SELECT date_trunc('minute', $2), policy.coverage_type, 0, 0, 0, 0, 0, count(*), sum(claim.payout_usd - coalesce(claim.shortfall_usd, 0))
        FROM claim JOIN policy ON policy.policy_id = claim.policy_id WHERE claim.claim_id = ANY ($1)
        GROUP BY policy.coverage_type
        {Add}
        """,
        claimIds.ToArray(),
        now.UtcDateTime);

    /// <summary>A point for every interval of the span.</summary>
    public async Task<IReadOnlyList<ClaimPoint>> ReadAsync(StatisticsSpan span, CoverageType? coverageType, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT date_bin(@Step, minute, @Start) AS time, sum(filed)::bigint AS filed, sum(refused)::bigint AS refused,
                   sum(triggered)::bigint AS triggered, sum(payout_usd) AS payout_usd, sum(shortfall_usd) AS shortfall_usd,
                   sum(paid)::bigint AS paid, sum(paid_usd) AS paid_usd
            FROM claim_statistics
            WHERE minute >= @Start AND minute < @End AND (@CoverageType::text IS NULL OR coverage_type = @CoverageType)
            GROUP BY 1
            """,
            new { Start = span.Start.UtcDateTime, End = span.End.UtcDateTime, span.Step, CoverageType = coverageType?.Word() },
            cancellationToken: cancellationToken));
        var points = rows.Select(r => new ClaimPoint(
            new DateTimeOffset(r.Time),
            r.Filed,
            r.Refused,
            r.Triggered,
            r.Refused + r.Triggered > 0 ? Math.Round((decimal)r.Triggered / (r.Refused + r.Triggered), 6, MidpointRounding.AwayFromZero) : null,
            r.PayoutUsd,
            r.ShortfallUsd,
            r.Paid,
            r.PaidUsd));
        return span.Fill(points.ToDictionary(p => p.Time), at => new ClaimPoint(at, 0, 0, 0, TriggeredRatio: null, 0, 0, 0, 0));
    }

    private sealed record Row(
        DateTime Time, long Filed, long Refused, long Triggered, decimal PayoutUsd, decimal ShortfallUsd, long Paid, decimal PaidUsd);
}

using Dapper;
using Npgsql;
using Sure.Coordination.Reading;

namespace Sure.RiskService.Snapshots;

/// <summary>
/// The figures of the snapshots of one bucket of time. Those that have a limit are the worst of the bucket, so that a peak does not vanish
/// where the span is long; the others are those of its last snapshot. Amounts in USD.
/// </summary>
/// <param name="Time">When the last of them was taken.</param>
/// <param name="Ltv">Highest coverage over effective capital; null where there was coverage and no capital.</param>
/// <param name="ReserveRatio">Lowest liquid reserves over capital.</param>
/// <param name="TotalCapitalUsd">Capital.</param>
/// <param name="CoverageUsd">Active coverage.</param>
/// <param name="TotalPolicies">Policies in force.</param>
/// <param name="MaxConcentration">Highest coverage of one coin, chain or type over capital; null where there was no capital.</param>
/// <param name="MeanCorrelation">Highest mean absolute correlation; null where there was none.</param>
/// <param name="WorstStressLossUsd">Highest loss of the worst scenario.</param>
/// <param name="DayVar99Usd">Highest VaR 99 over one day.</param>
/// <param name="YearExpectedLossUsd">Expected loss over one year.</param>
/// <param name="YearVar99Usd">Highest VaR 99 over one year.</param>
/// <param name="YearCvar99Usd">Highest CVaR 99 over one year.</param>
/// <param name="Alerts">Most alerts that lasted at once.</param>
public sealed record SnapshotPoint(
    DateTimeOffset Time,
    decimal? Ltv,
    decimal ReserveRatio,
    decimal TotalCapitalUsd,
    decimal CoverageUsd,
    int TotalPolicies,
    decimal? MaxConcentration,
    decimal? MeanCorrelation,
    decimal WorstStressLossUsd,
    decimal DayVar99Usd,
    decimal YearExpectedLossUsd,
    decimal YearVar99Usd,
    decimal YearCvar99Usd,
    int Alerts);

/// <summary>The history of snapshots in PostgreSQL: every minute, and hours of minutes for long spans.</summary>
internal sealed class SnapshotHistory(NpgsqlDataSource database)
{
    private const string Minutes = "(SELECT *, taken_at AS starts_at FROM snapshot)";

    /// <summary>The points of <paramref name="span"/>, in order; none where no snapshot was taken. Where a bucket has hours, the span is of whole hours.</summary>
    public async Task<IReadOnlyList<SnapshotPoint>> ReadAsync(HistorySpan span, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var snapshots = span.IsOfHours ? "snapshot_hour" : Minutes;
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            $"""
            SELECT b.*, s.total_capital_usd, s.coverage_usd, s.total_policies, s.year_expected_loss_usd
            FROM (
                SELECT max(taken_at) AS taken_at, max(starts_at) AS last_start,
                       CASE WHEN bool_or(ltv IS NULL) THEN NULL ELSE max(ltv) END AS ltv,
                       min(reserve_ratio) AS reserve_ratio,
                       CASE WHEN bool_or(max_concentration IS NULL) THEN NULL ELSE max(max_concentration) END AS max_concentration,
                       max(mean_correlation) AS mean_correlation,
                       max(worst_stress_loss_usd) AS worst_stress_loss_usd,
                       max(day_var_99_usd) AS day_var_99_usd,
                       max(year_var_99_usd) AS year_var_99_usd,
                       max(year_cvar_99_usd) AS year_cvar_99_usd,
                       max(alerts) AS alerts
                FROM {snapshots} AS p WHERE starts_at BETWEEN @From AND @To
                GROUP BY date_bin(@Resolution, starts_at, 'epoch')
            ) b
            JOIN {snapshots} AS s ON s.starts_at = b.last_start AND s.starts_at BETWEEN @From AND @To
            ORDER BY b.taken_at
            """,
            new { From = span.First.UtcDateTime, To = span.To.UtcDateTime, Resolution = TimeSpan.FromSeconds(span.ResolutionSeconds) },
            cancellationToken: cancellationToken));
        return [.. rows.Select(r => r.ToPoint())];
    }

    private sealed class Row
    {
        public DateTime TakenAt { get; init; }

        public decimal? Ltv { get; init; }

        public decimal ReserveRatio { get; init; }

        public decimal TotalCapitalUsd { get; init; }

        public decimal CoverageUsd { get; init; }

        public int TotalPolicies { get; init; }

        public decimal? MaxConcentration { get; init; }

        public decimal? MeanCorrelation { get; init; }

        public decimal WorstStressLossUsd { get; init; }

        public decimal DayVar99Usd { get; init; }

        public decimal YearExpectedLossUsd { get; init; }

        public decimal YearVar99Usd { get; init; }

        public decimal YearCvar99Usd { get; init; }

        public int Alerts { get; init; }

        public SnapshotPoint ToPoint() => new(
            new DateTimeOffset(TakenAt),
            Ltv,
            ReserveRatio,
            TotalCapitalUsd,
            CoverageUsd,
            TotalPolicies,
            MaxConcentration,
            MeanCorrelation,
            WorstStressLossUsd,
            DayVar99Usd,
            YearExpectedLossUsd,
            YearVar99Usd,
            YearCvar99Usd,
            Alerts);
    }
}

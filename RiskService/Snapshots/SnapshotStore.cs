using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Json;
using Sure.Coordination.Reading;

namespace Sure.RiskService.Snapshots;

/// <summary>Keeps the last snapshot whole and the figures of all of them.</summary>
internal sealed class SnapshotStore(NpgsqlDataSource database)
{
    private readonly LastKnown<Found> _last = new();

    /// <summary>Keeps a snapshot. The transaction is guarded by the leader's term, so that it is the last one whatever time it bears.</summary>
    public static Task<int> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, RiskSnapshot snapshot, CancellationToken cancellationToken)
    {
        var (day, year) = (snapshot.Horizons[0], snapshot.Horizons[^1]);
        return connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO last_snapshot (taken_at, document) VALUES (@TakenAt, @Document::jsonb)
            ON CONFLICT (one) DO UPDATE SET taken_at = excluded.taken_at, document = excluded.document;
            INSERT INTO snapshot (
                taken_at, ltv, reserve_ratio, total_capital_usd, coverage_usd, total_policies, max_concentration, mean_correlation,
                worst_stress_loss_usd, day_var_99_usd, year_expected_loss_usd, year_var_99_usd, year_cvar_99_usd, alerts)
            VALUES (
                @TakenAt, @Ltv, @ReserveRatio, @TotalCapitalUsd, @CoverageUsd, @TotalPolicies, @MaxConcentration, @MeanCorrelation,
                @WorstStressLossUsd, @DayVar99, @YearExpectedLoss, @YearVar99, @YearCvar99, @Alerts)
            ON CONFLICT DO NOTHING;
            INSERT INTO snapshot_hour AS h (
                starts_at, taken_at, ltv, reserve_ratio, total_capital_usd, coverage_usd, total_policies, max_concentration, mean_correlation,
                worst_stress_loss_usd, day_var_99_usd, year_expected_loss_usd, year_var_99_usd, year_cvar_99_usd, alerts)
            VALUES (
                date_trunc('hour', @TakenAt, 'UTC'), @TakenAt, @Ltv, @ReserveRatio, @TotalCapitalUsd, @CoverageUsd, @TotalPolicies, @MaxConcentration,
                @MeanCorrelation, @WorstStressLossUsd, @DayVar99, @YearExpectedLoss, @YearVar99, @YearCvar99, @Alerts)
            ON CONFLICT (starts_at) DO UPDATE
            SET taken_at = excluded.taken_at, reserve_ratio = least(h.reserve_ratio, excluded.reserve_ratio),
                ltv = CASE WHEN h.ltv IS NULL OR excluded.ltv IS NULL THEN NULL ELSE greatest(h.ltv, excluded.ltv) END,
                total_capital_usd = excluded.total_capital_usd, coverage_usd = excluded.coverage_usd, total_policies = excluded.total_policies,
                max_concentration = CASE
                    WHEN h.max_concentration IS NULL OR excluded.max_concentration IS NULL THEN NULL
                    ELSE greatest(h.max_concentration, excluded.max_concentration) END,
                mean_correlation = greatest(h.mean_correlation, excluded.mean_correlation),
                worst_stress_loss_usd = greatest(h.worst_stress_loss_usd, excluded.worst_stress_loss_usd),
                day_var_99_usd = greatest(h.day_var_99_usd, excluded.day_var_99_usd), year_expected_loss_usd = excluded.year_expected_loss_usd,
                year_var_99_usd = greatest(h.year_var_99_usd, excluded.year_var_99_usd),
                year_cvar_99_usd = greatest(h.year_cvar_99_usd, excluded.year_cvar_99_usd), alerts = greatest(h.alerts, excluded.alerts);
            """,
            new
            {
                TakenAt = snapshot.Timestamp.UtcDateTime,
                Document = JsonSerializer.Serialize(snapshot, SureJson.Internal),
                snapshot.Ltv,
                snapshot.ReserveRatio,
                snapshot.TotalCapitalUsd,
                snapshot.CoverageUsd,
                snapshot.TotalPolicies,
                MaxConcentration = snapshot.Concentrations.Max,
                MeanCorrelation = snapshot.Correlation.MeanAbsolute,
                WorstStressLossUsd = snapshot.WorstStress.LossUsd,
                DayVar99 = day.Var99.Value,
                YearExpectedLoss = year.ExpectedLoss.Value,
                YearVar99 = year.Var99.Value,
                YearCvar99 = year.Cvar99.Value,
                Alerts = snapshot.Alerts.Count,
            },
            transaction,
            cancellationToken: cancellationToken));
    }

    /// <summary>The last snapshot; null before the first.</summary>
    public async Task<RiskSnapshot?> ReadAsync(CancellationToken cancellationToken) =>
        (await _last.ReadAsync(known => ReadNowAsync(known, cancellationToken))).Snapshot;

    private async Task<Found> ReadNowAsync(Found? known, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // It is large and changes once a minute: fetched when there is another.
        var document = await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            "SELECT document FROM last_snapshot WHERE taken_at <> @Known",
            new { Known = known?.Snapshot?.Timestamp.UtcDateTime ?? DateTime.UnixEpoch },
            cancellationToken: cancellationToken));
        return document is null ? known ?? new Found(Snapshot: null) : new Found(JsonSerializer.Deserialize<RiskSnapshot>(document, SureJson.Internal));
    }

    private sealed record Found(RiskSnapshot? Snapshot);
}

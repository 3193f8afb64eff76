using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Intake;

namespace Sure.UtilizationService.Market;

/// <summary>
/// Keeps what BridgeService tells – every consensus point, in sequence, and the last word on each coin and bridge – and the last word of
/// RiskService on the worst stress loss.
/// </summary>
internal sealed class MarketIntake(NpgsqlDataSource database, IOptions<KnownEventOptions> options) : PostgresEventSink(database)
{
    protected override Task ApplyAsync(
        EventEnvelope envelope, IPlatformEvent known, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        known switch
        {
            PriceConsensusMade made => KeepAsync(envelope.Sequence, made, connection, transaction, cancellationToken),
            BridgeHealthMade made => KeepAsync(made, connection, transaction, cancellationToken),
            ExploitDetected e => WriteAsync(
                connection,
                transaction,
                "INSERT INTO exploit (exploit_id, bridge_id, detected_at, tvl_usd, peak_usd, reason) VALUES (@ExploitId, @BridgeId, @At, @TvlUsd, @PeakUsd, @Reason) ON CONFLICT DO NOTHING",
                new { e.ExploitId, e.BridgeId, At = e.OccurredAt.UtcDateTime, TvlUsd = Cents(e.TvlUsd), PeakUsd = Cents(e.PeakUsd), e.Reason },
                cancellationToken),
            // Whoever came to know the bridge only after the detection learns of the exploit by its confirmation.
            ExploitConfirmed e => WriteAsync(
                connection,
                transaction,
                """
                INSERT INTO exploit (exploit_id, bridge_id, detected_at, confirmed_at, tvl_usd, peak_usd, reason)
                VALUES (@ExploitId, @BridgeId, @At, @At, @TvlUsd, @PeakUsd, @Reason)
                ON CONFLICT (exploit_id) DO UPDATE
                SET confirmed_at = coalesce(exploit.confirmed_at, excluded.confirmed_at), tvl_usd = excluded.tvl_usd, reason = excluded.reason
                """,
                new { e.ExploitId, e.BridgeId, At = e.OccurredAt.UtcDateTime, TvlUsd = Cents(e.TvlUsd), PeakUsd = Cents(e.PeakUsd), e.Reason },
                cancellationToken),
            ExploitCleared e => WriteAsync(
                connection,
                transaction,
                "UPDATE exploit SET cleared_at = @At WHERE exploit_id = @ExploitId AND cleared_at IS NULL",
                new { e.ExploitId, At = e.OccurredAt.UtcDateTime },
                cancellationToken),
            RiskSnapshotTaken e => WriteAsync(
                connection,
                transaction,
                """
                INSERT INTO risk_figure (taken_at, worst_stress_loss_usd) VALUES (@At, @WorstStressLossUsd)
                ON CONFLICT (one) DO UPDATE SET taken_at = excluded.taken_at, worst_stress_loss_usd = excluded.worst_stress_loss_usd
                """,
                new { At = e.OccurredAt.UtcDateTime, e.WorstStressLossUsd },
                cancellationToken),
            _ => Task.CompletedTask,
        };

    private static Task<int> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, object values, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: cancellationToken));

    private static decimal? Cents(decimal? amountUsd) => amountUsd is { } known ? Math.Round(known, 2, MidpointRounding.AwayFromZero) : null;

    private async Task KeepAsync(
        long sequence, PriceConsensusMade made, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var before = await MarketStore.FindPegAsync(connection, transaction, made.Stablecoin, cancellationToken);
        var peg = KnownPeg.After(before, made.OccurredAt, made.PegRatio, made.Consensus, options.Value);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO consensus_point (sequence, stablecoin, at, peg_ratio, consensus, sources)
            VALUES (@Sequence, @Coin, @At, @PegRatio, @Consensus, @Sources::jsonb);
            INSERT INTO peg (stablecoin, at, peg_ratio, consensus, troubled, recovered_since)
            VALUES (@Coin, @At, @PegRatio, @Consensus, @Troubled, @RecoveredSince)
            ON CONFLICT (stablecoin) DO UPDATE
            SET at = excluded.at, peg_ratio = excluded.peg_ratio, consensus = excluded.consensus,
                troubled = excluded.troubled, recovered_since = excluded.recovered_since;
            """,
            new
            {
                Sequence = sequence,
                Coin = made.Stablecoin.Word(),
                At = made.OccurredAt.UtcDateTime,
                peg.PegRatio,
                peg.Consensus,
                Sources = JsonSerializer.Serialize(made.Sources, SureJson.Internal),
                peg.Troubled,
                RecoveredSince = peg.RecoveredSince?.UtcDateTime,
            },
            transaction,
            cancellationToken: cancellationToken));
    }

    private static Task<int> KeepAsync(
        BridgeHealthMade made, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO bridge (bridge_id, at, known, exploit_detected, exploit_confirmed)
            VALUES (@BridgeId, @At, @Known, @ExploitDetected, @ExploitConfirmed)
            ON CONFLICT (bridge_id) DO UPDATE
            SET at = excluded.at, known = excluded.known, exploit_detected = excluded.exploit_detected, exploit_confirmed = excluded.exploit_confirmed
            """,
            new { made.BridgeId, At = made.OccurredAt.UtcDateTime, Known = made.HealthScore is not null, made.ExploitDetected, made.ExploitConfirmed },
            transaction,
            cancellationToken: cancellationToken));
}

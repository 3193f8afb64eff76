using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Intake;
using Sure.UtilizationService.Claims.Rules;

namespace Sure.UtilizationService.Market;

/// <summary>
/// Keeps what BridgeService tells – every consensus point, in sequence, and the last word on each coin and bridge – and the last word of
/// RiskService on the worst stress loss.
/// </summary>
internal sealed class MarketIntake(NpgsqlDataSource database, IOptions<KnownEventOptions> options, IOptions<TriggerOptions> triggers)
    : PostgresEventSink(database)
{
    protected override async Task ApplyAsync(
        IReadOnlyList<KnownEvent> events, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await KeepAsync(
            [.. events.Where(e => e.Event is PriceConsensusMade).Select(e => (e.Envelope.Sequence, (PriceConsensusMade)e.Event))],
            connection,
            transaction,
            cancellationToken);
        await KeepAsync([.. events.Select(e => e.Event).OfType<BridgeHealthMade>()], connection, transaction, cancellationToken);
        foreach (var known in events)
        {
            await (known.Event switch
            {
                ExploitDetected e => WriteAsync(
                    connection,
                    transaction,
                    """
                    INSERT INTO exploit (exploit_id, bridge_id, first_seen_at, detected_at, tvl_usd, peak_usd, reason)
                    VALUES (@ExploitId, @BridgeId, @FirstSeenAt, @At, @TvlUsd, @PeakUsd, @Reason) ON CONFLICT DO NOTHING
                    """,
                    new { e.ExploitId, e.BridgeId, FirstSeenAt = e.FirstSeenAt?.UtcDateTime, At = e.OccurredAt.UtcDateTime, TvlUsd = Cents(e.TvlUsd), PeakUsd = Cents(e.PeakUsd), e.Reason },
                    cancellationToken),
                // Whoever came to know the bridge only after the detection learns of the exploit by its confirmation.
                ExploitConfirmed e => WriteAsync(
                    connection,
                    transaction,
                    """
                    INSERT INTO exploit (exploit_id, bridge_id, first_seen_at, detected_at, confirmed_at, tvl_usd, peak_usd, reason)
                    VALUES (@ExploitId, @BridgeId, @FirstSeenAt, @At, @At, @TvlUsd, @PeakUsd, @Reason)
                    ON CONFLICT (exploit_id) DO UPDATE
                    SET first_seen_at = coalesce(exploit.first_seen_at, excluded.first_seen_at),
                        confirmed_at = coalesce(exploit.confirmed_at, excluded.confirmed_at), tvl_usd = excluded.tvl_usd, reason = excluded.reason
                    """,
                    new { e.ExploitId, e.BridgeId, FirstSeenAt = e.FirstSeenAt?.UtcDateTime, At = e.OccurredAt.UtcDateTime, TvlUsd = Cents(e.TvlUsd), PeakUsd = Cents(e.PeakUsd), e.Reason },
                    cancellationToken),
                ExploitCleared e => WriteAsync(
                    connection,
                    transaction,
                    "UPDATE exploit SET cleared_at = @At WHERE exploit_id = @ExploitId AND cleared_at IS NULL",
                    new { e.ExploitId, At = e.OccurredAt.UtcDateTime },
                    cancellationToken),
                // A measurement is as old as the book it rests on: RiskService goes on measuring when nothing reaches it any more.
                RiskSnapshotTaken e => WriteAsync(
                    connection,
                    transaction,
                    """
                    INSERT INTO risk_figure (taken_at, worst_stress_loss_usd) VALUES (@At, @WorstStressLossUsd)
                    ON CONFLICT (one) DO UPDATE SET taken_at = excluded.taken_at, worst_stress_loss_usd = excluded.worst_stress_loss_usd
                    """,
                    new { At = (e.AsOf < e.OccurredAt ? e.AsOf : e.OccurredAt).UtcDateTime, e.WorstStressLossUsd },
                    cancellationToken),
                _ => Task.CompletedTask,
            });
        }
    }

    private static Task<int> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, string sql, object values, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(sql, values, transaction, cancellationToken: cancellationToken));

    private static decimal? Cents(decimal? amountUsd) => amountUsd is { } known ? Math.Round(known, 2, MidpointRounding.AwayFromZero) : null;

    /// <summary>However many points there are, they are read for at once and written at once, in their sequence.</summary>
    private async Task KeepAsync(
        IReadOnlyList<(long Sequence, PriceConsensusMade Made)> points,
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        if (points.Count == 0)
        {
            return;
        }

        var pegs = await MarketStore.LockPegsAsync(connection, transaction, points.Select(p => p.Made.Stablecoin), cancellationToken);
        foreach (var (_, made) in points)
        {
            var after = KnownPeg.After(
                pegs.GetValueOrDefault(made.Stablecoin),
                made.OccurredAt,
                made.PegRatio,
                made.Consensus,
                made.DataSource,
                options.Value,
                triggers.Value.LongestGap);
            pegs[made.Stablecoin] = after with { LiveNavs = made.Navs?.Count(n => n.Live) };
        }

        var known = pegs.ToList();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO consensus_point (sequence, stablecoin, at, peg_ratio, consensus, sources, navs, data_source)
            SELECT p.sequence, p.stablecoin, p.at, p.peg_ratio, p.consensus, p.sources::jsonb, p.navs::jsonb, p.data_source
            FROM unnest(@Sequences, @PointCoins, @PointTimes, @PointRatios, @PointScores, @Sources, @Navs, @PointDataSources)
                AS p (sequence, stablecoin, at, peg_ratio, consensus, sources, navs, data_source)
            ORDER BY p.sequence;
            INSERT INTO peg (stablecoin, at, peg_ratio, consensus, troubled, recovered_since, live_navs, data_source)
            SELECT * FROM unnest(@Coins, @Times, @Ratios, @Scores, @Troubled, @RecoveredSince::timestamptz[], @LiveNavs, @DataSources)
            ON CONFLICT (stablecoin) DO UPDATE
            SET at = excluded.at, peg_ratio = excluded.peg_ratio, consensus = excluded.consensus,
                troubled = excluded.troubled, recovered_since = excluded.recovered_since, live_navs = excluded.live_navs,
                data_source = excluded.data_source;
            """,
            new
            {
                Sequences = points.Select(p => p.Sequence).ToArray(),
                PointCoins = points.Select(p => p.Made.Stablecoin.Word()).ToArray(),
                PointTimes = points.Select(p => p.Made.OccurredAt.UtcDateTime).ToArray(),
                PointRatios = points.Select(p => p.Made.PegRatio).ToArray(),
                PointScores = points.Select(p => p.Made.Consensus).ToArray(),
                Sources = points.Select(p => JsonSerializer.Serialize(p.Made.Sources, SureJson.Internal)).ToArray(),
                Navs = points.Select(p => p.Made.Navs is { } navs ? JsonSerializer.Serialize(navs, SureJson.Internal) : null).ToArray(),
                PointDataSources = points.Select(p => p.Made.DataSource).ToArray(),
                Coins = known.Select(p => p.Key.Word()).ToArray(),
                Times = known.Select(p => p.Value.At.UtcDateTime).ToArray(),
                Ratios = known.Select(p => p.Value.PegRatio).ToArray(),
                Scores = known.Select(p => p.Value.Consensus).ToArray(),
                Troubled = known.Select(p => p.Value.Troubled).ToArray(),
                RecoveredSince = known.Select(p => p.Value.RecoveredSince?.UtcDateTime).ToArray(),
                LiveNavs = known.Select(p => p.Value.LiveNavs).ToArray(),
                DataSources = known.Select(p => p.Value.DataSource).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
    }

    private static async Task KeepAsync(
        IReadOnlyList<BridgeHealthMade> told, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (told.Count == 0)
        {
            return;
        }

        // Only the last word on each is kept. In one order, so that nobody waits for whom he holds up.
        var last = told.GroupBy(m => m.BridgeId, StringComparer.Ordinal).Select(g => g.Last()).OrderBy(m => m.BridgeId, StringComparer.Ordinal).ToList();
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO bridge (bridge_id, at, judged_until, known, drawdown_pct, exploit_detected, exploit_confirmed)
            SELECT * FROM unnest(@BridgeIds, @Times, @JudgedUntil, @Known, @Drawdowns, @Detected, @Confirmed)
            ON CONFLICT (bridge_id) DO UPDATE
            SET at = excluded.at, judged_until = excluded.judged_until, known = excluded.known, drawdown_pct = excluded.drawdown_pct,
                exploit_detected = excluded.exploit_detected, exploit_confirmed = excluded.exploit_confirmed
            """,
            new
            {
                BridgeIds = last.Select(m => m.BridgeId).ToArray(),
                Times = last.Select(m => m.OccurredAt.UtcDateTime).ToArray(),
                JudgedUntil = last.Select(m => m.JudgedUntil?.UtcDateTime).ToArray(),
                Known = last.Select(m => m.HealthScore is not null).ToArray(),
                Drawdowns = last.Select(m => m.TvlDrawdownPct).ToArray(),
                Detected = last.Select(m => m.ExploitDetected).ToArray(),
                Confirmed = last.Select(m => m.ExploitConfirmed).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));
    }
}

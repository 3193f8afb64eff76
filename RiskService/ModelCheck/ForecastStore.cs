using Dapper;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Coordination.Reading;
using Sure.RiskService.Snapshots;

namespace Sure.RiskService.ModelCheck;

/// <summary>Keeps what was forecast for each day and what was lost.</summary>
internal sealed class ForecastStore(NpgsqlDataSource database, TimeProvider time)
{
    private readonly LastKnown<IReadOnlyList<DayOutcome>> _last = new();

    /// <summary>Keeps the one-day forecast of a snapshot for the day after it; the last one of a day stands. Guarded as the snapshot is.</summary>
    public static Task<int> WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, RiskSnapshot snapshot, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO var_forecast (day, var_99_usd, made_at) VALUES (@Day, @Var99, @MadeAt)
            ON CONFLICT (day) DO UPDATE SET var_99_usd = excluded.var_99_usd, made_at = excluded.made_at
            """,
            new
            {
                Day = DateOnly.FromDateTime(snapshot.Timestamp.UtcDateTime).AddDays(1),
                Var99 = snapshot.Horizons.Single(h => h.Days == 1).Var99.Value,
                MadeAt = snapshot.Timestamp.UtcDateTime,
            },
            transaction,
            cancellationToken: cancellationToken));

    /// <summary>Keeps losses; a policy is lost once, however often it is told.</summary>
    public static Task<int> KeepAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<BookedLoss> losses, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO loss (policy_id, booked_at, loss_usd) SELECT * FROM unnest(@Ids, @Times, @Losses) ON CONFLICT DO NOTHING
            """,
            new
            {
                Ids = losses.Select(l => l.PolicyId).ToArray(),
                Times = losses.Select(l => l.BookedAt.UtcDateTime).ToArray(),
                Losses = losses.Select(l => l.LossUsd).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));

    /// <summary>
    /// Forgets the losses that are older than <paramref name="retention"/> and that no forecast is kept for; forecasts go with their
    /// partitions. Which time it is the earlier of <paramref name="now"/> and the server's clock says.
    /// </summary>
    public static Task<int> ForgetAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, TimeSpan retention, DateTimeOffset now, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            DELETE FROM loss WHERE booked_at < (
                SELECT least(least(@Now, clock_timestamp()) - @Retention, (SELECT min(day) FROM var_forecast)::timestamp AT TIME ZONE 'UTC'))
            """,
            new { Now = now.UtcDateTime, Retention = retention },
            transaction,
            cancellationToken: cancellationToken));

    /// <summary>The loss that <paramref name="triggered"/> tells of.</summary>
    public static BookedLoss LossOf(PolicyTriggered triggered) => new(triggered.PolicyId, triggered.OccurredAt, triggered.PayoutUsd);

    /// <summary>The last days, UTC, that are over and had a forecast, in order; at most <see cref="KupiecTest.Days"/>.</summary>
    public Task<IReadOnlyList<DayOutcome>> ReadAsync(CancellationToken cancellationToken) =>
        _last.ReadAsync(async Task<IReadOnlyList<DayOutcome>> () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var rows = await connection.QueryAsync<(DateOnly Day, decimal ForecastUsd, decimal LossUsd)>(new CommandDefinition(
                """
                SELECT f.day, f.var_99_usd, coalesce(sum(l.loss_usd), 0)
                FROM (SELECT day, var_99_usd FROM var_forecast WHERE day < @Today ORDER BY day DESC LIMIT @Days) f
                LEFT JOIN loss l ON l.booked_at >= f.day::timestamp AT TIME ZONE 'UTC' AND l.booked_at < (f.day + 1)::timestamp AT TIME ZONE 'UTC'
                GROUP BY f.day, f.var_99_usd ORDER BY f.day
                """,
                new { Today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime), KupiecTest.Days },
                cancellationToken: cancellationToken));
            return [.. rows.Select(r => new DayOutcome(r.Day, r.ForecastUsd, r.LossUsd))];
        });
}

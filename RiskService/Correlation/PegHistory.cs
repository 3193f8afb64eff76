using Dapper;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Correlation;

/// <summary>The last peg ratio of every hour and coin, as BridgeService tells of them: all simulated, or all real.</summary>
internal sealed class PegHistory(NpgsqlDataSource database, IOptions<CorrelationOptions> options, TimeProvider time)
{
    /// <summary>What BridgeService calls the simulated market.</summary>
    private const string Simulated = "simulated";

    /// <summary>
    /// Keeps consensus points in the order they were made; those without a consensus have nothing to keep. Forgets what is of the other kind of
    /// data; what is older than the window goes with its partition.
    /// </summary>
    public static async Task KeepAsync(
        IEnumerable<PriceConsensusMade> points, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        bool? kept = null;
        foreach (var made in points.Where(p => p.PegRatio is > 0))
        {
            var simulated = made.DataSource == Simulated;
            if (simulated != kept)
            {
                // Reads all there is; once it is done there is one kind only, until a point of the other one comes.
                await ForgetOthersAsync(simulated, connection, transaction, cancellationToken);
                kept = simulated;
            }

            var at = made.OccurredAt.UtcDateTime;
            await connection.ExecuteAsync(new CommandDefinition(
                """
                INSERT INTO peg_hour (stablecoin, hour, peg_ratio, at, simulated) VALUES (@Coin, @Hour, @PegRatio, @At, @Simulated)
                ON CONFLICT (stablecoin, hour) DO UPDATE SET peg_ratio = excluded.peg_ratio, at = excluded.at, simulated = excluded.simulated
                """,
                new
                {
                    Coin = made.Stablecoin.Word(),
                    Hour = new DateTime(at.Year, at.Month, at.Day, at.Hour, 0, 0, DateTimeKind.Utc),
                    made.PegRatio,
                    At = at,
                    Simulated = simulated,
                },
                transaction,
                cancellationToken: cancellationToken));
        }
    }

    /// <summary>The correlations over the window up to now.</summary>
    public async Task<CorrelationMatrix> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(string Coin, DateTime Hour, decimal PegRatio)>(new CommandDefinition(
            "SELECT stablecoin, hour, peg_ratio FROM peg_hour WHERE hour >= @Since",
            new { Since = (time.GetUtcNow() - options.Value.Window).UtcDateTime },
            cancellationToken: cancellationToken));
        return CorrelationMatrix.Of(rows.Select(r => new HourlyPeg(Words<Stablecoin>.Parse(r.Coin), new DateTimeOffset(r.Hour), r.PegRatio)), options.Value);
    }

    private static Task<int> ForgetOthersAsync(bool simulated, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE peg_hour SET simulated = @Simulated WHERE simulated IS NULL;
            DELETE FROM peg_hour WHERE simulated <> @Simulated;
            """,
            new { Simulated = simulated },
            transaction,
            cancellationToken: cancellationToken));
}

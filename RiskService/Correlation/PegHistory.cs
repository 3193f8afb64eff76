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
    /// Keeps a consensus point; without a consensus there is nothing to keep. Forgets what is of the other kind of data; what is older than
    /// the window goes with its partition.
    /// </summary>
    public static async Task KeepAsync(PriceConsensusMade made, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        if (made.PegRatio is not > 0)
        {
            return;
        }

        var at = made.OccurredAt.UtcDateTime;
        await connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE peg_hour SET simulated = @Simulated WHERE simulated IS NULL;
            DELETE FROM peg_hour WHERE simulated <> @Simulated;
            INSERT INTO peg_hour (stablecoin, hour, peg_ratio, at, simulated) VALUES (@Coin, @Hour, @PegRatio, @At, @Simulated)
            ON CONFLICT (stablecoin, hour) DO UPDATE SET peg_ratio = excluded.peg_ratio, at = excluded.at, simulated = excluded.simulated;
            """,
            new
            {
                Coin = made.Stablecoin.Word(),
                Hour = new DateTime(at.Year, at.Month, at.Day, at.Hour, 0, 0, DateTimeKind.Utc),
                made.PegRatio,
                At = at,
                Simulated = made.DataSource == Simulated,
            },
            transaction,
            cancellationToken: cancellationToken));
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
}

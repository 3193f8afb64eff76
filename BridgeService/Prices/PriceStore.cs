using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;

namespace Sure.BridgeService.Prices;

/// <summary>Keeps what is known of coins and its history.</summary>
internal sealed class PriceStore(NpgsqlDataSource database)
{
    private readonly LastKnown<IReadOnlyDictionary<Stablecoin, PriceReport>> _reports = new();

    /// <summary>The last report of each coin that was ever judged.</summary>
    public Task<IReadOnlyDictionary<Stablecoin, PriceReport>> ReadReportsAsync(CancellationToken cancellationToken) =>
        _reports.ReadAsync(async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var rows = await connection.QueryAsync<string>(new CommandDefinition("SELECT report FROM price", cancellationToken: cancellationToken));
            return rows.Select(r => JsonSerializer.Deserialize<PriceReport>(r, SureJson.Internal)!).ToDictionary(r => r.Stablecoin);
        });

    /// <summary>Keeps what a cycle found.</summary>
    public static async Task WriteAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<PriceReport> reports, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH kept AS (
                INSERT INTO price (stablecoin, made_at, report) VALUES (@Stablecoin, @MadeAt, @Report::jsonb)
                ON CONFLICT (stablecoin) DO UPDATE SET made_at = excluded.made_at, report = excluded.report
            )
            INSERT INTO price_point (stablecoin, made_at, peg_ratio, price, reference, consensus, live_sources)
            VALUES (@Stablecoin, @MadeAt, @PegRatio, @Price, @Reference, @Consensus, @LiveSources)
            """,
            reports.Select(r => new
            {
                Stablecoin = r.Stablecoin.Word(),
                MadeAt = r.MadeAt.UtcDateTime,
                Report = JsonSerializer.Serialize(r, SureJson.Internal),
                r.PegRatio,
                r.Price,
                r.Reference,
                r.Consensus,
                r.LiveSources,
            }),
            transaction,
            cancellationToken: cancellationToken));
}

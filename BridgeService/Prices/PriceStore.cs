using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.BridgeService.Market;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;
using Sure.Coordination.Writing;

namespace Sure.BridgeService.Prices;

/// <summary>Keeps what is known of coins.</summary>
internal sealed class PriceStore(NpgsqlDataSource database, DataSource dataSource)
{
    private readonly LastKnown<IReadOnlyDictionary<Stablecoin, PriceReport>> _reports = new();

    /// <summary>The last report of each coin that was ever judged by what counts now.</summary>
    public Task<IReadOnlyDictionary<Stablecoin, PriceReport>> ReadReportsAsync(CancellationToken cancellationToken) =>
        _reports.ReadAsync(async () =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var rows = await connection.QueryAsync<string>(new CommandDefinition(
                "SELECT report FROM price WHERE data_source = ANY (@Kind)", new { dataSource.Kind }, cancellationToken: cancellationToken));
            return rows.Select(r => JsonSerializer.Deserialize<PriceReport>(r, SureJson.Internal)!).ToDictionary(r => r.Stablecoin);
        });

    /// <summary>Keeps what a cycle found.</summary>
    public void Write(WriteBatch batch, IReadOnlyCollection<PriceReport> reports) =>
        batch.Add(
            """
            INSERT INTO price (stablecoin, made_at, report, data_source)
            SELECT stablecoin, made_at, report::jsonb, $4 FROM unnest($1, $2, $3) AS p (stablecoin, made_at, report)
            ON CONFLICT (stablecoin) DO UPDATE SET made_at = excluded.made_at, report = excluded.report, data_source = excluded.data_source
            """,
            reports.Select(r => r.Stablecoin.Word()).ToArray(),
            reports.Select(r => r.MadeAt.UtcDateTime).ToArray(),
            reports.Select(r => JsonSerializer.Serialize(r, SureJson.Internal)).ToArray(),
            dataSource.Name);
}

using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;

namespace Sure.RiskService.Exposures;

/// <summary>Reads the exposure of the book.</summary>
internal sealed class ExposureStore(NpgsqlDataSource database)
{
    private readonly LastKnown<Found> _last = new();

    /// <summary>The exposure as it is known, for answers; null until the book was read for the first time.</summary>
    public async Task<Exposure?> ReadAsync(CancellationToken cancellationToken) =>
        (await _last.ReadAsync(known => FetchAsync(known, cancellationToken))).Exposure;

    /// <summary>The same for who tells of it: fails where the database does, so that an older one does not pass for that of now.</summary>
    public async Task<Exposure?> ReadNowAsync(CancellationToken cancellationToken) =>
        (await _last.ReadNowAsync(known => FetchAsync(known, cancellationToken))).Exposure;

    private async Task<Found> FetchAsync(Found? known, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One statement, one snapshot: the sums belong to the time that is stated with them. Fetched when they are others than before.
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT b.version, b.as_of, b.pool, e.coverage_type, e.chain, e.stablecoin, e.exposure_usd, e.policy_count
            FROM book b LEFT JOIN product_exposure e ON e.policy_count > 0
            WHERE b.version <> @Known
            """,
            new { Known = known?.Version ?? -1 },
            cancellationToken: cancellationToken))).ToList();
        if (rows is not [var first, ..])
        {
            return known ?? new Found(-1, Exposure: null);
        }

        return new Found(first.Version, Exposure.Of(
            new DateTimeOffset(first.AsOf),
            JsonSerializer.Deserialize<PoolFigures>(first.Pool, SureJson.Internal)!,
            rows.Where(r => r.CoverageType is not null).Select(r => new ProductExposure(
                Words<CoverageType>.Parse(r.CoverageType!), Words<Chain>.Parse(r.Chain!), Words<Stablecoin>.Parse(r.Stablecoin!), r.ExposureUsd, r.PolicyCount))));
    }

    private sealed record Found(long Version, Exposure? Exposure);

    private sealed class Row
    {
        public long Version { get; init; }

        public DateTime AsOf { get; init; }

        public string Pool { get; init; } = "";

        public string? CoverageType { get; init; }

        public string? Chain { get; init; }

        public string? Stablecoin { get; init; }

        public decimal ExposureUsd { get; init; }

        public int PolicyCount { get; init; }
    }
}

using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;

namespace Sure.RiskService.Stress;

/// <summary>Reads what stress tests rest on.</summary>
internal sealed class StressStore(NpgsqlDataSource database)
{
    private readonly LastKnown<Found> _last = new();

    /// <summary>The book as it is known; null until it and the capital of the tranches were told.</summary>
    public async Task<StressBook?> ReadAsync(CancellationToken cancellationToken) =>
        (await _last.ReadAsync(async () => new Found(await ReadNowAsync(cancellationToken)))).Book;

    private async Task<StressBook?> ReadNowAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One statement, one snapshot. Policies alike come as their sum: a large book stays a short list.
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT b.as_of, b.pool, b.tranches, p.coverage_type, p.chain, p.stablecoin, p.terms, p.coverage_usd
            FROM book b LEFT JOIN (
                SELECT coverage_type, chain, stablecoin, terms, sum(coverage_usd) AS coverage_usd
                FROM policy GROUP BY coverage_type, chain, stablecoin, terms
            ) p ON true
            WHERE b.tranches IS NOT NULL
            """,
            cancellationToken: cancellationToken))).ToList();
        return rows is [var first, ..]
            ? new StressBook(
                new DateTimeOffset(first.AsOf),
                [.. rows.Where(r => r.CoverageType is not null).Select(r => r.ToCover())],
                new StressCapital(
                    JsonSerializer.Deserialize<Dictionary<Tranche, decimal>>(first.Tranches, SureJson.Internal)!,
                    JsonSerializer.Deserialize<PoolFigures>(first.Pool, SureJson.Internal)!.LiquidReservesUsd))
            : null;
    }

    private sealed record Found(StressBook? Book);

    private sealed class Row
    {
        public DateTime AsOf { get; init; }

        public string Pool { get; init; } = "";

        public string Tranches { get; init; } = "";

        public string? CoverageType { get; init; }

        public string? Chain { get; init; }

        public string? Stablecoin { get; init; }

        public string? Terms { get; init; }

        public decimal CoverageUsd { get; init; }

        public Cover ToCover() => new(
            Words<CoverageType>.Parse(CoverageType!),
            Words<Chain>.Parse(Chain!),
            Words<Stablecoin>.Parse(Stablecoin!),
            Terms is null ? null : JsonSerializer.Deserialize<PolicyTerms>(Terms, SureJson.Internal),
            CoverageUsd);
    }
}

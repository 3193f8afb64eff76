using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Reading;

namespace Sure.RiskService.Exposures;

/// <summary>Reads what risk is measured on.</summary>
internal sealed class BookStore(NpgsqlDataSource database)
{
    private readonly LastKnown<Found> _last = new();

    /// <summary>The book as it is known, for answers; null until it was read for the first time.</summary>
    public async Task<RiskBook?> ReadAsync(CancellationToken cancellationToken) => (await _last.ReadAsync(() => FetchAsync(cancellationToken))).Book;

    /// <summary>The same for who measures it: fails where the database does, so that an older book does not pass for that of now.</summary>
    public async Task<RiskBook?> ReadNowAsync(CancellationToken cancellationToken) => (await _last.ReadNowAsync(_ => FetchAsync(cancellationToken))).Book;

    private async Task<Found> FetchAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        // One statement, one snapshot. Policies alike come as their sum: a large book stays a short list.
        var rows = (await connection.QueryAsync<Row>(new CommandDefinition(
            """
            SELECT b.as_of, b.pool, b.tranches, p.coverage_type, p.chain, p.stablecoin, p.terms, p.coverage_usd, p.standard_rate, p.policy_count
            FROM book b LEFT JOIN (
                SELECT coverage_type, chain, stablecoin, terms, sum(coverage_usd) AS coverage_usd, count(*)::integer AS policy_count,
                       coalesce(round(sum(coverage_usd * standard_rate) / nullif(sum(coverage_usd), 0), 12), 0) AS standard_rate
                FROM policy GROUP BY coverage_type, chain, stablecoin, terms
            ) p ON true
            WHERE b.tranches IS NOT NULL
            ORDER BY p.coverage_type, p.chain, p.stablecoin, p.terms
            """,
            cancellationToken: cancellationToken))).ToList();
        return new Found(rows is [var first, ..]
            ? new RiskBook(
                new DateTimeOffset(first.AsOf),
                JsonSerializer.Deserialize<PoolFigures>(first.Pool, SureJson.Internal)!,
                JsonSerializer.Deserialize<Dictionary<Tranche, decimal>>(first.Tranches, SureJson.Internal)!,
                [.. rows.Where(r => r.CoverageType is not null).Select(r => r.ToCover())])
            : null);
    }

    private sealed record Found(RiskBook? Book);

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

        public decimal StandardRate { get; init; }

        public int PolicyCount { get; init; }

        public Cover ToCover() => new(
            Words<CoverageType>.Parse(CoverageType!),
            Words<Chain>.Parse(Chain!),
            Words<Stablecoin>.Parse(Stablecoin!),
            Terms is null ? null : JsonSerializer.Deserialize<PolicyTerms>(Terms, SureJson.Internal),
            CoverageUsd,
            StandardRate,
            PolicyCount);
    }
}

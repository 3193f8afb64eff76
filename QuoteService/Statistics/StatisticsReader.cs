using Dapper;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Statistics;

namespace Sure.QuoteService.Statistics;

/// <summary>Which products; null members match all.</summary>
internal sealed record ProductFilter(CoverageType? CoverageType, Chain? Chain, Stablecoin? Stablecoin);

/// <summary>Quotes of an interval.</summary>
/// <param name="Time">Its start.</param>
/// <param name="Quotes">How many were issued.</param>
/// <param name="CoverageUsd">The cover asked for, added up.</param>
public sealed record QuotePoint(DateTimeOffset Time, long Quotes, decimal CoverageUsd);

/// <summary>Quotes of an interval, and the policies that were sold in it.</summary>
/// <param name="Time">Its start.</param>
/// <param name="Quotes">How many were issued.</param>
/// <param name="Policies">How many were sold; of quotes of up to five minutes before.</param>
/// <param name="Conversion">Policies over quotes; null without quotes. Above 1 where an interval sold quotes of the one before.</param>
/// <param name="QuotedCoverageUsd">The cover asked for, added up.</param>
/// <param name="SoldCoverageUsd">The cover sold.</param>
/// <param name="PremiumUsd">What was charged for it.</param>
public sealed record ConversionPoint(
    DateTimeOffset Time, long Quotes, long Policies, decimal? Conversion, decimal QuotedCoverageUsd, decimal SoldCoverageUsd, decimal PremiumUsd);

/// <summary>One of the products that were quoted most.</summary>
/// <param name="Time">Start of the interval, or of the whole span.</param>
/// <param name="Rank">1 for the one that was quoted most.</param>
/// <param name="CoverageType">What is covered.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">Which coin.</param>
/// <param name="Quotes">How many were issued.</param>
/// <param name="CoverageUsd">The cover asked for, added up.</param>
/// <param name="Policies">How many were sold.</param>
public sealed record TopProduct(
    DateTimeOffset Time, long Rank, CoverageType CoverageType, Chain Chain, Stablecoin Stablecoin, long Quotes, decimal CoverageUsd, long Policies);

/// <summary>Reads the statistics: of minutes from minutes, of everything longer from hours.</summary>
internal sealed class StatisticsReader(NpgsqlDataSource database)
{
    private const string Filter =
        """
        (@CoverageType::text IS NULL OR coverage_type = @CoverageType) AND (@Chain::text IS NULL OR chain = @Chain)
        AND (@Stablecoin::text IS NULL OR stablecoin = @Stablecoin)
        """;

    /// <summary>A point for every interval of the span.</summary>
    public async Task<IReadOnlyList<QuotePoint>> ReadQuotesAsync(StatisticsSpan span, ProductFilter filter, CancellationToken cancellationToken)
    {
        var points = await ReadConversionAsync(span, filter, cancellationToken);
        return [.. points.Select(p => new QuotePoint(p.Time, p.Quotes, p.QuotedCoverageUsd))];
    }

    /// <summary>A point for every interval of the span.</summary>
    public async Task<IReadOnlyList<ConversionPoint>> ReadConversionAsync(StatisticsSpan span, ProductFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<ConversionRow>(new CommandDefinition(
            $"""
            SELECT time, sum(quotes)::bigint AS quotes, sum(policies)::bigint AS policies, sum(quoted_usd) AS quoted_usd, sum(sold_usd) AS sold_usd,
                   sum(premium_usd) AS premium_usd
            FROM (
                SELECT date_bin(@Step, at, @Start) AS time, quotes, 0 AS policies, coverage_usd AS quoted_usd, 0 AS sold_usd, 0 AS premium_usd
                FROM {QuotesOf(span)} WHERE at >= @Start AND at < @End AND {Filter}
                UNION ALL
                SELECT date_bin(@Step, minute, @Start), 0, policies, 0, coverage_usd, premium_usd
                FROM policy_statistics WHERE minute >= @Start AND minute < @End AND {Filter}
            ) AS counted
            GROUP BY time
            """,
            ValuesOf(span, span.Step, filter),
            cancellationToken: cancellationToken));
        var points = rows.Select(r => new ConversionPoint(
            new DateTimeOffset(r.Time),
            r.Quotes,
            r.Policies,
            r.Quotes > 0 ? Math.Round((decimal)r.Policies / r.Quotes, 6, MidpointRounding.AwayFromZero) : null,
            r.QuotedUsd,
            r.SoldUsd,
            r.PremiumUsd));
        return span.Fill(points.ToDictionary(p => p.Time), at => new ConversionPoint(at, 0, 0, Conversion: null, 0, 0, 0));
    }

    /// <summary>The products that were quoted most in each step of the span, most first; none for a step without quotes.</summary>
    /// <param name="span">When.</param>
    /// <param name="step">Of the span's intervals, or the whole span.</param>
    /// <param name="limit">Products of a step.</param>
    /// <param name="filter">Which products.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<IReadOnlyList<TopProduct>> ReadTopAsync(
        StatisticsSpan span, TimeSpan step, int limit, ProductFilter filter, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var values = ValuesOf(span, step, filter);
        values.Add("Limit", limit);
        var rows = await connection.QueryAsync<TopRow>(new CommandDefinition(
            $"""
            SELECT top.*, coalesce(sold.policies, 0) AS policies FROM (
                SELECT *, row_number() OVER (PARTITION BY time ORDER BY quotes DESC, coverage_usd DESC, coverage_type, chain, stablecoin) AS rank
                FROM (
                    SELECT date_bin(@Step, at, @Start) AS time, coverage_type, chain, stablecoin, sum(quotes)::bigint AS quotes,
                           sum(coverage_usd) AS coverage_usd
                    FROM {QuotesOf(span)} WHERE at >= @Start AND at < @End AND {Filter}
                    GROUP BY 1, 2, 3, 4
                ) AS quoted
            ) AS top
            LEFT JOIN (
                SELECT date_bin(@Step, minute, @Start) AS time, coverage_type, chain, stablecoin, sum(policies)::bigint AS policies
                FROM policy_statistics WHERE minute >= @Start AND minute < @End AND {Filter}
                GROUP BY 1, 2, 3, 4
            ) AS sold USING (time, coverage_type, chain, stablecoin)
            WHERE rank <= @Limit
            ORDER BY time, rank
            """,
            values,
            cancellationToken: cancellationToken));
        return
        [
            .. rows.Select(r => new TopProduct(
                new DateTimeOffset(r.Time),
                r.Rank,
                Words<CoverageType>.Parse(r.CoverageType),
                Words<Chain>.Parse(r.Chain),
                Words<Stablecoin>.Parse(r.Stablecoin),
                r.Quotes,
                r.CoverageUsd,
                r.Policies)),
        ];
    }

    private static string QuotesOf(StatisticsSpan span) => span.Interval is StatisticsInterval.Minute
        ? "(SELECT minute AS at, coverage_type, chain, stablecoin, quotes, coverage_usd FROM quote_statistics) AS q"
        : "(SELECT starts_at AS at, coverage_type, chain, stablecoin, quotes, coverage_usd FROM quote_hour) AS q";

    private static DynamicParameters ValuesOf(StatisticsSpan span, TimeSpan step, ProductFilter filter)
    {
        var values = new DynamicParameters();
        values.Add("Start", span.Start.UtcDateTime);
        values.Add("End", span.End.UtcDateTime);
        values.Add("Step", step);
        values.Add("CoverageType", filter.CoverageType?.Word());
        values.Add("Chain", filter.Chain?.Word());
        values.Add("Stablecoin", filter.Stablecoin?.Word());
        return values;
    }

    private sealed record ConversionRow(DateTime Time, long Quotes, long Policies, decimal QuotedUsd, decimal SoldUsd, decimal PremiumUsd);

    private sealed class TopRow
    {
        public DateTime Time { get; init; }

        public long Rank { get; init; }

        public string CoverageType { get; init; } = "";

        public string Chain { get; init; } = "";

        public string Stablecoin { get; init; } = "";

        public long Quotes { get; init; }

        public decimal CoverageUsd { get; init; }

        public long Policies { get; init; }
    }
}

using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;

namespace Sure.QuoteService.Statistics;

/// <summary>Counts the policies that quotes became, as UtilizationService tells of them.</summary>
internal static class PolicyStatistics
{
    public static Task KeepAsync(PolicyBound bound, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO policy_statistics AS s (minute, coverage_type, chain, stablecoin, policies, coverage_usd, premium_usd)
            VALUES (date_trunc('minute', @At), @Type, @Chain, @Coin, 1, @CoverageUsd, @PremiumUsd)
            ON CONFLICT (minute, coverage_type, chain, stablecoin) DO UPDATE
            SET policies = s.policies + 1, coverage_usd = s.coverage_usd + excluded.coverage_usd, premium_usd = s.premium_usd + excluded.premium_usd
            """,
            new
            {
                At = bound.OccurredAt.UtcDateTime,
                Type = bound.CoverageType.Word(),
                Chain = bound.Chain.Word(),
                Coin = bound.Stablecoin.Word(),
                bound.CoverageUsd,
                bound.PremiumUsd,
            },
            transaction,
            cancellationToken: cancellationToken));
}

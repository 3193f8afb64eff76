using System.Text.Json;
using Dapper;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.ModelCheck;

namespace Sure.RiskService.Exposures;

/// <summary>
/// Keeps the book of active policies from UtilizationService's events. Each policy is a row, so that an event applied to a book that holds
/// it already changes nothing. Which event is the later one their sequence says, never their times: clocks are set back.
/// </summary>
internal sealed class BookProjection(BookClient book)
{
    /// <summary>Applies an event of UtilizationService within the transaction.</summary>
    public static async Task ApplyAsync(
        IPlatformEvent known, NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        switch (known)
        {
            case PolicyBound bound:
                await AddAsync(
                    connection,
                    transaction,
                    [
                        new BookedPolicy(
                            bound.PolicyId,
                            bound.CoverageType,
                            bound.Chain,
                            bound.Stablecoin,
                            bound.CoverageUsd,
                            bound.StandardRate,
                            bound.Terms,
                            bound.StartsAt,
                            bound.EndsAt),
                    ],
                    cancellationToken);
                break;
            case PolicyExpired expired:
                await RemoveAsync(connection, transaction, expired.PolicyId, cancellationToken);
                break;
            case PolicyTriggered triggered:
                await RemoveAsync(connection, transaction, triggered.PolicyId, cancellationToken);
                break;
            case TrancheUtilizationChanged changed:
                await connection.ExecuteAsync(new CommandDefinition(
                    "UPDATE book SET pool = @Pool::jsonb, tranches = @Tranches::jsonb, pool_at = @At",
                    new
                    {
                        Pool = JsonSerializer.Serialize(changed.Pool, SureJson.Internal),
                        Tranches = JsonSerializer.Serialize(changed.Tranches.ToDictionary(t => t.TrancheId, t => t.TotalCapitalUsd), SureJson.Internal),
                        At = changed.OccurredAt.UtcDateTime,
                    },
                    transaction,
                    cancellationToken: cancellationToken));
                break;
            default:
                break;
        }

        await connection.ExecuteAsync(new CommandDefinition(
            "UPDATE book SET as_of = @At, version = version + 1", new { At = known.OccurredAt.UtcDateTime }, transaction, cancellationToken: cancellationToken));
    }

    /// <summary>Replaces the book by that of UtilizationService and answers the sequence to continue from.</summary>
    /// <exception cref="HttpRequestException">UtilizationService does not answer.</exception>
    public async Task<long> RebuildAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var whole = await book.ReadAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("DELETE FROM policy; DELETE FROM product_exposure;", transaction: transaction, cancellationToken: cancellationToken));
        await AddAsync(connection, transaction, whole.Policies, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO book (as_of, pool, tranches, pool_at) VALUES (@At, @Pool::jsonb, @Tranches::jsonb, @At)
            ON CONFLICT (one) DO UPDATE SET as_of = excluded.as_of, pool = excluded.pool, tranches = excluded.tranches, pool_at = excluded.pool_at,
                version = book.version + 1
            """,
            new
            {
                At = whole.AsOf.UtcDateTime,
                Pool = JsonSerializer.Serialize(whole.Pool, SureJson.Internal),
                Tranches = JsonSerializer.Serialize(whole.TrancheCapitalUsd, SureJson.Internal),
            },
            transaction,
            cancellationToken: cancellationToken));
        await ForecastStore.KeepAsync(connection, transaction, whole.Losses, cancellationToken);
        return whole.Sequence;
    }

    private static async Task AddAsync(
        NpgsqlConnection connection, NpgsqlTransaction transaction, IReadOnlyCollection<BookedPolicy> policies, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH added AS (
                INSERT INTO policy (policy_id, coverage_type, chain, stablecoin, coverage_usd, standard_rate, terms, starts_at, ends_at)
                SELECT policy_id, coverage_type, chain, stablecoin, coverage_usd, standard_rate, terms::jsonb, starts_at, ends_at
                FROM unnest(@Ids, @Types, @Chains, @Coins, @Coverages, @Rates, @Terms, @Starts, @Ends)
                    AS p (policy_id, coverage_type, chain, stablecoin, coverage_usd, standard_rate, terms, starts_at, ends_at)
                ON CONFLICT DO NOTHING
                RETURNING coverage_type, chain, stablecoin, coverage_usd
            )
            INSERT INTO product_exposure AS e (coverage_type, chain, stablecoin, exposure_usd, policy_count)
            SELECT coverage_type, chain, stablecoin, sum(coverage_usd), count(*) FROM added GROUP BY coverage_type, chain, stablecoin
            ON CONFLICT (coverage_type, chain, stablecoin) DO UPDATE
            SET exposure_usd = e.exposure_usd + excluded.exposure_usd, policy_count = e.policy_count + excluded.policy_count
            """,
            new
            {
                Ids = policies.Select(p => p.PolicyId).ToArray(),
                Types = policies.Select(p => p.CoverageType.Word()).ToArray(),
                Chains = policies.Select(p => p.Chain.Word()).ToArray(),
                Coins = policies.Select(p => p.Stablecoin.Word()).ToArray(),
                Coverages = policies.Select(p => p.CoverageUsd).ToArray(),
                Rates = policies.Select(p => p.StandardRate).ToArray(),
                Terms = policies.Select(p => p.Terms is null ? null : JsonSerializer.Serialize(p.Terms, SureJson.Internal)).ToArray(),
                Starts = policies.Select(p => p.StartsAt.UtcDateTime).ToArray(),
                Ends = policies.Select(p => p.EndsAt.UtcDateTime).ToArray(),
            },
            transaction,
            cancellationToken: cancellationToken));

    private static async Task RemoveAsync(NpgsqlConnection connection, NpgsqlTransaction transaction, Guid policyId, CancellationToken cancellationToken) =>
        await connection.ExecuteAsync(new CommandDefinition(
            """
            WITH removed AS (
                DELETE FROM policy WHERE policy_id = @PolicyId RETURNING coverage_type, chain, stablecoin, coverage_usd
            )
            UPDATE product_exposure e SET exposure_usd = e.exposure_usd - r.coverage_usd, policy_count = e.policy_count - 1
            FROM removed r
            WHERE e.coverage_type = r.coverage_type AND e.chain = r.chain AND e.stablecoin = r.stablecoin
            """,
            new { PolicyId = policyId },
            transaction,
            cancellationToken: cancellationToken));
}

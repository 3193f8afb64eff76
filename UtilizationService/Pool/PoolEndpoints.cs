using System.Data;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Figures;
using Sure.UtilizationService.Idempotency;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Pool;

/// <summary>The pool as a whole.</summary>
internal static class PoolEndpoints
{
    public static void MapPool(this IEndpointRouteBuilder endpoints)
    {
        var group = endpoints.MapGroup("/api/v2/pool").WithTags("Pool");
        group.MapGet("/", ReadAsync).WithName("GetPool").WithSummary("Capital, coverage, LTV and reserves of the pool.");
        group.MapPost("/deployments", DeployAsync).RequireScope(Scope.Admin).QueuesForPool().WithName("MoveDeployedCapital").WithSummary("Moves capital out to earn elsewhere, or back.")
            .WithExample(new DeploymentRequest(DeploymentDirection.Deploy, 1_000m))
            .TakesIdempotencyKey().Produces<DeploymentAnswer>(StatusCodes.Status201Created);
        endpoints.MapGet(PoolState.Path, ReadStateAsync).RequireService().ExcludeFromDescription();
        endpoints.MapGet(Book.Path, ReadBookAsync).RequireService().ExcludeFromDescription();
    }

    private static async Task<Ok<PoolAnswer>> ReadAsync(
        PoolStore store, FigureCache cache, IOptions<CapitalOptions> options, TimeProvider time) =>
        TypedResults.Ok(await cache.ReadAsync(Figure.Pool, async () =>
        {
            var asOf = time.GetUtcNow();
            var pool = await store.ReadAsync(CancellationToken.None);
            var figures = TrancheReport.Figures(pool.Position, options.Value);
            return (pool.Version, new PoolAnswer(
                figures.TotalCapitalUsd,
                figures.EffectiveCapitalUsd,
                figures.CoverageSoldUsd,
                figures.ActivePolicies,
                figures.Ltv,
                figures.ReserveRatio,
                figures.LiquidReservesUsd,
                pool.Position.DeployedUsd,
                pool.Position.ClaimsPayableUsd,
                pool.Position.UnearnedPremiumUsd,
                pool.Position.ShortfallUsd,
                new BreakerState(pool.Breaker.Open, pool.Breaker.Reason, pool.Breaker.Since),
                asOf));
        }));

    private static async Task<IResult> DeployAsync(
        DeploymentRequest request, Deployment deployment, HttpContext context, CancellationToken cancellationToken)
    {
        if (!IdempotentRequest.TryRead(context, request, out var idempotent, out var refusal))
        {
            return refusal;
        }

        return (await deployment.MoveAsync(request, context.Caller().Subject ?? "", idempotent, cancellationToken)).ToResult();
    }

    private static async Task<JsonHttpResult<PoolState>> ReadStateAsync(
        PoolStore store, FigureCache cache, TrancheReport report, IOptions<CapitalOptions> options, TimeProvider time) =>
        TypedResults.Json(
            await cache.ReadAsync(Figure.State, async () =>
            {
                var asOf = time.GetUtcNow();
                var pool = await store.ReadAsync(CancellationToken.None);
                return (pool.Version, new PoolState(
                    asOf,
                    TrancheReport.Figures(pool.Position, options.Value),
                    await report.ReadAsync(pool.Position, asOf, CancellationToken.None),
                    pool.Position.CoverageByStablecoin));
            }),
            SureJson.Internal);

    private static async Task<JsonHttpResult<Book>> ReadBookAsync(
        NpgsqlDataSource database, IOptions<CapitalOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        // The first statement takes the snapshot; the events numbered in it have told no more than the policies in it.
        var sequence = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT numbered FROM outbox_state", transaction: transaction, cancellationToken: cancellationToken));
        var asOf = time.GetUtcNow();
        var policies = await PolicyStore.ReadActiveAsync(connection, transaction, cancellationToken);
        var losses = await ClaimStore.ReadBookedAsync(connection, transaction, asOf.AddDays(-Book.LossDays), cancellationToken);
        var position = (await PoolStore.ReadAsync(connection, transaction, cancellationToken)).Position;
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Json(
            new Book(
                sequence,
                asOf,
                policies,
                TrancheReport.Figures(position, options.Value),
                position.Tranches.ToDictionary(t => t.Tranche, t => t.CapitalUsd),
                losses),
            SureJson.Internal);
    }

    internal sealed record PoolAnswer(
        decimal TotalCapitalUsd,
        decimal EffectiveCapitalUsd,
        decimal CoverageSoldUsd,
        int ActivePolicies,
        decimal? Ltv,
        decimal ReserveRatio,
        decimal LiquidReservesUsd,
        decimal DeployedUsd,
        decimal ClaimsPayableUsd,
        decimal UnearnedPremiumUsd,
        decimal ShortfallUsd,
        BreakerState CircuitBreaker,
        DateTimeOffset Timestamp);

    internal sealed record BreakerState(bool Open, string? Reason, DateTimeOffset? Since);
}

using System.Data;
using Dapper;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Identity;
using Sure.UtilizationService.Capital;
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
        group.MapPost("/deployments", DeployAsync).RequireScope(Scope.Admin).WithName("MoveDeployedCapital").WithSummary("Moves capital out to earn elsewhere, or back.");
        endpoints.MapGet(PoolState.Path, ReadStateAsync).ExcludeFromDescription();
        endpoints.MapGet(Book.Path, ReadBookAsync).ExcludeFromDescription();
    }

    private static async Task<Ok<PoolAnswer>> ReadAsync(
        PoolStore store, IOptions<CapitalOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var position = (await store.ReadAsync(cancellationToken)).Position;
        var figures = TrancheReport.Figures(position, options.Value);
        return TypedResults.Ok(new PoolAnswer(
            figures.TotalCapitalUsd,
            figures.EffectiveCapitalUsd,
            figures.CoverageSoldUsd,
            figures.ActivePolicies,
            figures.Ltv,
            figures.ReserveRatio,
            figures.LiquidReservesUsd,
            position.DeployedUsd,
            position.ClaimsPayableUsd,
            position.UnearnedPremiumUsd,
            position.ShortfallUsd,
            time.GetUtcNow()));
    }

    private static async Task<IResult> DeployAsync(
        DeploymentRequest request, Deployment deployment, HttpContext context, CancellationToken cancellationToken)
    {
        if (!IdempotentRequest.TryRead(context, request, out var idempotent, out var refusal))
        {
            return refusal;
        }

        return await deployment.MoveAsync(request, idempotent, cancellationToken) switch
        {
            MoneyOutcome.Moved moved => moved.Answer.ToResult(),
            MoneyOutcome.Refused refused => refused.Problem,
            var other => throw new InvalidOperationException($"No answer for {other}."),
        };
    }

    private static async Task<JsonHttpResult<PoolState>> ReadStateAsync(
        PoolStore store, TrancheReport report, IOptions<CapitalOptions> options, TimeProvider time, CancellationToken cancellationToken)
    {
        var asOf = time.GetUtcNow();
        var position = (await store.ReadAsync(cancellationToken)).Position;
        return TypedResults.Json(
            new PoolState(
                asOf,
                TrancheReport.Figures(position, options.Value),
                await report.ReadAsync(position, asOf, cancellationToken),
                position.CoverageByStablecoin),
            SureJson.Internal);
    }

    private static async Task<JsonHttpResult<Book>> ReadBookAsync(
        NpgsqlDataSource database, IOptions<CapitalOptions> options, PoolStore pool, TimeProvider time, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        // The first statement takes the snapshot; the events numbered in it have told no more than the policies in it.
        var sequence = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "SELECT numbered FROM outbox_state", transaction: transaction, cancellationToken: cancellationToken));
        var asOf = time.GetUtcNow();
        var policies = await PolicyStore.ReadActiveAsync(connection, transaction, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var position = (await pool.ReadAsync(cancellationToken)).Position;
        return TypedResults.Json(new Book(sequence, asOf, policies, TrancheReport.Figures(position, options.Value)), SureJson.Internal);
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
        DateTimeOffset Timestamp);
}

using Microsoft.AspNetCore.Http.HttpResults;
using Npgsql;
using Sure.Coordination.Audit;
using Sure.Coordination.Outbox;
using Sure.Coordination.Writing;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;
using Sure.UtilizationService.Pool;

namespace Sure.UtilizationService.Breaker;

/// <summary>Closes the breaker again, which only an operator does.</summary>
internal static class BreakerReset
{
    public static void MapBreaker(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapPost("/api/v2/admin/breaker/reset", ResetAsync).RequireScope(Scope.Admin).QueuesForPool().WithTags("Administration")
            .WithName("ResetBreaker").WithSummary("Closes the circuit breaker; losses before now do not count any more.").MayRefuse(StatusCodes.Status409Conflict);

    /// <summary>Opens it within the transaction.</summary>
    public static void Trip(WriteBatch batch, string reason, DateTimeOffset now)
    {
        batch.Add(
            "UPDATE pool SET breaker_reason = $1, breaker_since = $2, version = version + 1 WHERE breaker_reason IS NULL", reason, now.ToUniversalTime());
        batch.AppendEvents([new Contracts.Events.BreakerTripped(Guid.CreateVersion7(now), now, reason)]);
        AuditTrail.Write(batch, AuditTrail.Platform, "breaker_tripped", new { Reason = reason }, now);
    }

    private static async Task<Results<Ok<BreakerAnswer>, ProblemHttpResult>> ResetAsync(
        NpgsqlDataSource database, TimeProvider time, HttpContext context, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var pool = await PoolStore.LockAsync(connection, transaction, cancellationToken);
        if (!pool.Breaker.Open)
        {
            return Problem.Conflict("The circuit breaker is closed.");
        }

        var now = time.GetUtcNow();
        var actor = context.Caller().Subject ?? "";
        var batch = new WriteBatch(connection, transaction);
        batch.Add("UPDATE pool SET breaker_reason = NULL, breaker_since = NULL, breaker_reset_at = $1, version = version + 1", now.ToUniversalTime());
        batch.AppendEvents([new Contracts.Events.BreakerReset(Guid.CreateVersion7(now), now, actor)]);
        AuditTrail.Write(batch, actor, "breaker_reset", new { pool.Breaker.Reason, pool.Breaker.Since }, now);
        await batch.ExecuteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return TypedResults.Ok(new BreakerAnswer(Open: false, now));
    }

    internal sealed record BreakerAnswer(bool Open, DateTimeOffset Timestamp);
}

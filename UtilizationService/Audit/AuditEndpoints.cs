using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Coordination.Audit;
using Sure.ServiceDefaults.Identity;

namespace Sure.UtilizationService.Audit;

/// <summary>The audit trail, for operators.</summary>
internal static class AuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/admin/audit", ReadAsync).RequireScope(Scope.Admin).WithTags("Administration")
            .WithName("ListAudit").WithSummary("What was done to the pool and by whom, newest first.");

    private static async Task<Results<Ok<Page<AuditRecord>>, ProblemHttpResult>> ReadAsync(
        AuditTrail trail, string? cursor, int? limit, CancellationToken cancellationToken) =>
        PageRequest.TryRead(cursor, limit, out var page, out var refusal)
            ? TypedResults.Ok(Page<AuditRecord>.Of(await trail.ReadAsync(page.Before, page.Limit, cancellationToken), r => r, r => r.AuditId, page))
            : refusal;
}

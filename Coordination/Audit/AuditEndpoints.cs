using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.ServiceDefaults.Identity;

namespace Sure.Coordination.Audit;

/// <summary>Where the gateway, which shows the trails of all services as one, reads that of this service.</summary>
public static class AuditEndpoints
{
    private const int LargestPage = 200;

    /// <summary>Maps <c>GET /internal/audit?before=&amp;limit=</c>.</summary>
    public static IEndpointRouteBuilder MapAudit(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(AuditPage.Path, async (AuditTrail trail, Guid? before, int? limit, CancellationToken cancellationToken) => TypedResults.Json(
            new AuditPage(await trail.ReadAsync(before, Math.Clamp(limit ?? LargestPage, 1, LargestPage), cancellationToken)), SureJson.Internal))
            .RequireService().ExcludeFromDescription();
        return endpoints;
    }
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Identity;

namespace Sure.Coordination.Statistics;

/// <summary>What all <c>GET /api/v2/analytics/…</c> have in common, whichever service keeps the figures.</summary>
public static class AnalyticsConventions
{
    /// <summary>For those who may read; as JSON or CSV, and 422 where more points are asked for than an answer has.</summary>
    public static T AsAnalytics<T>(this T endpoints)
        where T : IEndpointConventionBuilder =>
        endpoints.RequireScope(Scope.Read).WithTags("Analytics").WithMetadata(new AlsoAnswers("text/csv")).MayRefuse(StatusCodes.Status422UnprocessableEntity);
}

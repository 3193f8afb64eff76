using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sure.Contracts.Json;
using Sure.Coordination.Migrations;
using Sure.ServiceDefaults.Identity;

namespace Sure.Coordination.Outbox;

/// <summary>Where consumers fetch events they missed.</summary>
public static class OutboxEndpoints
{
    /// <summary>Path of the events; only services can reach it.</summary>
    public const string Path = "/internal/events";

    private const int MaximumPage = 1000;

    /// <summary>Maps <c>GET /internal/events?after=&amp;limit=</c>.</summary>
    public static IEndpointRouteBuilder MapEvents(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(Path, ReadAsync).RequireService().ExcludeFromDescription();
        return endpoints;
    }

    private static async Task<Results<JsonHttpResult<EventPage>, StatusCodeHttpResult>> ReadAsync(
        OutboxStore store, SchemaReady schema, long after, int? limit, CancellationToken cancellationToken)
    {
        if (!schema.IsReady)
        {
            return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var page = await store.ReadAsync(after, Math.Clamp(limit ?? MaximumPage, 1, MaximumPage), cancellationToken);
        return TypedResults.Json(page, SureJson.Internal);
    }
}

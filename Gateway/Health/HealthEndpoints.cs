using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Net.Http.Headers;
using Sure.Gateway.Listeners;
using Sure.ServiceDefaults.Health;

namespace Sure.Gateway.Health;

/// <summary>How the platform is, for everybody.</summary>
internal static class HealthEndpoints
{
    /// <summary>Where it is asked.</summary>
    public static readonly PathString Path = "/health";

    public static void MapPlatformState(this IEndpointRouteBuilder endpoints) =>
        endpoints.Map(Path.Value!, WriteAsync).AllowAnonymous().OnPublicListener();

    private static async Task WriteAsync(HttpContext context)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            context.Response.Headers.Allow = "GET, HEAD";
            return;
        }

        var state = await context.RequestServices.GetRequiredService<PlatformWatch>().LookAsync(context.RequestAborted);
        context.Response.StatusCode =
            state.Status is HealthStatus.Unhealthy ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status200OK;
        context.Response.Headers[HeaderNames.CacheControl] = "no-store";
        await context.Response.WriteAsJsonAsync(state, ServiceHealth.Json, context.RequestAborted);
    }
}

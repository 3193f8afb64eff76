using Sure.Gateway.Callers;

namespace Sure.Gateway.Audit;

/// <summary>Notes that what a route leads to was done, where its metadata <c>SecurityEvent</c> names a kind.</summary>
internal static class NotedRoutes
{
    private const string Setting = "SecurityEvent";

    public static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.StatusCode is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices
            && !HttpMethods.IsGet(context.Request.Method)
            && context.Features.Get<Client>() is { } client
            && context.GetRouteModel().Config.Metadata?.TryGetValue(Setting, out var kind) is true)
        {
            context.RequestServices.GetRequiredService<SecurityWatch>().Note(kind, client.Id, client.Subject, $"Done by {client.Subject}.");
        }
    }
}

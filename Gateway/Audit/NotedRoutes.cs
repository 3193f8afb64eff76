using Sure.Gateway.Callers;

namespace Sure.Gateway.Audit;

/// <summary>Notes that what a route leads to was done, where its metadata <c>SecurityEvent</c> names a kind.</summary>
internal static class NotedRoutes
{
    private const string Setting = "SecurityEvent";

    public static Task HandleAsync(HttpContext context, RequestDelegate next) =>
        !HttpMethods.IsGet(context.Request.Method) && context.GetRouteModel().Config.Metadata?.TryGetValue(Setting, out var kind) is true
            ? HandleAsync(context, next, kind)
            : next(context);

    private static async Task HandleAsync(HttpContext context, RequestDelegate next, string kind)
    {
        await next(context);
        if (context.Response.StatusCode is >= StatusCodes.Status200OK and < StatusCodes.Status300MultipleChoices && context.Features.Get<Client>() is { } client)
        {
            context.RequestServices.GetRequiredService<SecurityWatch>().Note(kind, client.Id, client.Subject, $"Done by {client.Subject}.");
        }
    }
}

using System.Net.Mime;
using Microsoft.Net.Http.Headers;
using Scalar.AspNetCore;
using Sure.Gateway.Listeners;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Description;

/// <summary>Where the API is described: for programs as a document, for people as pages. Nothing of it comes from another host.</summary>
internal static class DescriptionEndpoints
{
    private const string DocumentPath = "/openapi/v2.json";
    private const string PagesPath = "/docs";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static void MapDescription(this IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet(DocumentPath, WriteAsync).AllowAnonymous().ExcludeFromDescription().OnPublicListener();
        endpoints.MapScalarApiReference(PagesPath, pages => pages
                .WithTitle("Sure API")
                .WithOpenApiRoutePattern(DocumentPath)
                .WithNonce()
                .DisableDefaultFonts()
                .DisableTelemetry()
                .DisableAgent()
                .DisableMcp()
                .HideClientButton())
            .AllowAnonymous().ExcludeFromDescription().OnPublicListener()
            .AddEndpointFilter(static async (context, next) =>
            {
                SecurePage(context.HttpContext);
                return await next(context);
            });
    }

    private static async Task WriteAsync(HttpContext context, ApiDocuments documents)
    {
        if (documents.Latest is not { } described)
        {
            await Problem.Unavailable("The API is not described yet; try again shortly.", RetryAfter).ExecuteAsync(context);
            return;
        }

        var headers = context.Response.Headers;
        headers.ETag = described.Tag;
        headers.CacheControl = "no-cache";
        if (context.Request.Headers.IfNoneMatch.Contains(described.Tag, StringComparer.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        context.Response.ContentType = MediaTypeNames.Application.Json;
        context.Response.ContentLength = described.Json.Length;
        await context.Response.Body.WriteAsync(described.Json, context.RequestAborted);
    }

    /// <summary>Scripts from here and the one in the page itself; the pages make their styles in the browser.</summary>
    private static void SecurePage(HttpContext context) => context.Response.OnStarting(
        static state =>
        {
            var context = (HttpContext)state;
            var scripts = context.Items[ScalarOptions.NonceHttpContextItemKey] is string nonce ? $"'self' 'nonce-{nonce}'" : "'self'";
            context.Response.Headers[HeaderNames.ContentSecurityPolicy] =
                $"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
                + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            return Task.CompletedTask;
        },
        context);
}

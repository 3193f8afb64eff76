using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Sure.Gateway.Listeners;

namespace Sure.Gateway.Pages;

/// <summary>The dashboard, for everybody, wherever no other route leads.</summary>
internal static partial class PageEndpoints
{
    /// <summary>Everything from here, nothing from elsewhere; no script or style that is not a file.</summary>
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    private const string ForEver = "public, max-age=31536000, immutable";
    private const string AskFirst = "no-cache";

    /// <summary>
    /// Leads to the dashboard what leads nowhere else. A route that takes every path would answer for each endpoint that refuses a method
    /// or a type of content.
    /// </summary>
    public static void UsePages(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<GatewayOptions>>().Value;
        var folder = Path.GetFullPath(options.PagesPath, app.Environment.ContentRootPath);
        if (PageCatalogue.Read(folder, new PageLinks(options.TracesUrl, options.MetricsUrl, options.LogsUrl)) is not { } catalogue)
        {
            Log.NoPages(app.Logger, folder);
            return;
        }

        var everywhere = RoutePatternFactory.Parse("/{**path}");
        app.Use((context, next) =>
        {
            if (context.GetEndpoint() is null && !context.IsInternal() && IsRead(context.Request.Method) && catalogue.Find(context.Request.Path.Value ?? "/") is { } file)
            {
                context.SetEndpoint(new RouteEndpoint(c => WriteAsync(c, file), everywhere, order: 0, EndpointMetadataCollection.Empty, "Dashboard"));
            }

            return next(context);
        });
    }

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    private static async Task WriteAsync(HttpContext context, PageFile file)
    {
        var (content, encoding, tag) = file.For(context.Request.Headers.AcceptEncoding);
        var headers = context.Response.Headers;
        headers.CacheControl = file.IsImmutable ? ForEver : AskFirst;
        headers.ETag = tag;
        headers.Vary = HeaderNames.AcceptEncoding;
        headers.ContentSecurityPolicy = ContentPolicy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Compare(new EntityTagHeaderValue(tag), useStrongComparison: false)))
        {
            context.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        headers.ContentType = file.ContentType;
        headers.ContentLength = content.Length;
        if (encoding is not null)
        {
            headers.ContentEncoding = encoding;
        }

        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(content, context.RequestAborted);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "There is no dashboard in {Folder}; it is not served")]
        public static partial void NoPages(ILogger logger, string folder);
    }
}

using System.Globalization;
using System.Net.Mime;
using Sure.Gateway.Limits;
using Sure.Gateway.Listeners;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Hardening;

/// <summary>Headers that every answer has, whoever made it, and those that none has.</summary>
internal static class AnswerHeaders
{
    private const string OneYear = "max-age=31536000; includeSubDomains";

    /// <summary>A page loads and asks nothing that is not ours, and nobody frames it.</summary>
    private const string PagePolicy =
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    /// <summary>What is no page loads nothing at all.</summary>
    private const string DataPolicy = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Sets them at the last moment, when neither a service nor an error page can change them any more.</summary>
    public static void Attach(HttpContext context) =>
        context.Response.OnStarting(
            static state =>
            {
                var context = (HttpContext)state;
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers["Referrer-Policy"] = "no-referrer";
                headers.XFrameOptions = "DENY";
                headers.Remove("Server");
                headers.Remove("X-Powered-By");
                if (LengthGuard.IsDoubtful(context.Request))
                {
                    headers.Connection = "close";
                }

                SetPolicy(context.Response);
                if (context.Features.Get<RateVerdict>() is { } verdict)
                {
                    headers["RateLimit-Limit"] = verdict.Limit.ToString(CultureInfo.InvariantCulture);
                    headers["RateLimit-Remaining"] = verdict.Remaining.ToString(CultureInfo.InvariantCulture);
                    headers["RateLimit-Reset"] = verdict.ResetSeconds.ToString(CultureInfo.InvariantCulture);
                }

                if (context.Request.IsHttps && !context.IsInternal())
                {
                    headers.StrictTransportSecurity = OneYear;
                }

                return Task.CompletedTask;
            },
            context);

    /// <summary>Pages of the gateway itself may narrow theirs, or open it for what they need; nobody else has a say.</summary>
    private static void SetPolicy(HttpResponse response)
    {
        var isOwn = response.HttpContext.Features.Get<IReverseProxyFeature>() is null;
        if (response.StatusCode == StatusCodes.Status304NotModified && isOwn && response.Headers.ContentSecurityPolicy.Count > 0)
        {
            // It names no type, and the browser takes its headers over for the page it has kept (RFC 9111, 4.3.4).
            return;
        }

        var isPage = response.ContentType is { } type && type.StartsWith(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase);
        if (!isPage)
        {
            response.Headers.ContentSecurityPolicy = DataPolicy;
        }
        else if (response.Headers.ContentSecurityPolicy.Count == 0 || !isOwn)
        {
            response.Headers.ContentSecurityPolicy = PagePolicy;
        }
    }
}

using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Sure.Gateway.Hardening;

/// <summary>
/// Refuses a body that is said to be in anything but UTF-8. A service would transcode it, and so read another text than whoever looked at
/// it here.
/// </summary>
internal static class CharsetGuard
{
    private const string Parameter = "charset";

    public static Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (IsUtf8(context.Request.ContentType) || context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true })
        {
            return next(context);
        }

        // Answered by the status code pages.
        context.Response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
        return Task.CompletedTask;
    }

    /// <summary>Whether a header <c>Content-Type</c> names UTF-8 or no charset at all. What cannot be read might name any.</summary>
    public static bool IsUtf8(string? contentType) =>
        contentType is null
        || !contentType.Contains(Parameter, StringComparison.OrdinalIgnoreCase)
        || contentType.Equals("application/json; charset=utf-8", StringComparison.OrdinalIgnoreCase)
        || (MediaTypeHeaderValue.TryParse(contentType, out var type)
            && (type.Charset.Length == 0 || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase)));
}

using Sure.Gateway.Keys;
using Sure.ServiceDefaults.Problems;

namespace Sure.Gateway.Callers;

/// <summary>Finds out who asks: nobody in particular, the owner of a key, or somebody whose key is refused here already.</summary>
internal static class CallerCheck
{
    private const string Scheme = "Bearer ";

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    public static async Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var sent = context.Request.Headers.Authorization;
        if (sent.Count == 0)
        {
            await next(context);
            return;
        }

        var ring = context.RequestServices.GetRequiredService<KeyRing>();
        var check = sent is [{ } text] && text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? await ring.CheckAsync(text[Scheme.Length..].Trim(), context.RequestAborted)
            : KeyCheck.Refused.Instance;
        switch (check)
        {
            case KeyCheck.Known known:
                context.Features.Set(known.Key);
                await next(context);
                break;

            case KeyCheck.Unknown:
                await Problem.Unavailable("The key cannot be checked at the moment; try again shortly.", RetryAfter).ExecuteAsync(context);
                break;

            default:
                // Answered by the status code pages.
                context.Response.StatusCode = StatusCodes.Status401Unauthorized;
                context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
                break;
        }
    }
}

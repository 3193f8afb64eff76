namespace Sure.Gateway.Hardening;

/// <summary>
/// Refuses a request that says its length in two ways and closes its connection, whatever it is refused for (RFC 9112, section 6.1). The
/// server would read it by its chunks, put the length aside and take what follows for the next request; whoever stood before it may have
/// read it by its length.
/// </summary>
internal static class LengthGuard
{
    /// <summary>Under which name the server puts aside a length that does not count.</summary>
    private const string PutAside = "X-Content-Length";

    public static Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        if (!IsDoubtful(context.Request))
        {
            return next(context);
        }

        // Answered by the status code pages.
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Task.CompletedTask;
    }

    /// <summary>Whether two readers may see different ends of it.</summary>
    public static bool IsDoubtful(HttpRequest request) => request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey(PutAside);
}

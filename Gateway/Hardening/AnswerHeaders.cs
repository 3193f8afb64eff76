using Sure.Gateway.Listeners;

namespace Sure.Gateway.Hardening;

/// <summary>Headers that every answer has, whoever made it, and those that none has.</summary>
internal static class AnswerHeaders
{
    private const string OneYear = "max-age=31536000; includeSubDomains";

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
                if (context.Request.IsHttps && !context.IsInternal())
                {
                    headers.StrictTransportSecurity = OneYear;
                }

                return Task.CompletedTask;
            },
            context);
}

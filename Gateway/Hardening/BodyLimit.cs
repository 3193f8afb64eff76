using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Hardening;

/// <summary>
/// Refuses a body that is too large: before a service hears of it where the request says how large it is, otherwise when it becomes too
/// large. It is counted here and not by the server, which would hang up on a client that is still sending, so that the client might not
/// get to see the answer.
/// </summary>
internal sealed class BodyLimit(IOptions<GatewayOptions> options)
{
    /// <summary>Metadata of a route that allows more than others.</summary>
    private const string Setting = "MaxRequestBodySize";

    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.Metadata?.TryGetValue(Setting, out var text) is true
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : options.Value.MaxRequestBodySize;
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } server)
        {
            server.MaxRequestBodySize = null;
        }

        if (context.Request.ContentLength > limit)
        {
            // Answered by the status code pages.
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return Task.CompletedTask;
        }

        if (context.Request.ContentLength is null && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            context.Request.Body = new CountedBody(context.Request.Body, limit);
        }

        return next(context);
    }
}

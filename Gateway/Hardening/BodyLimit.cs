using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Model;

namespace Sure.Gateway.Hardening;

/// <summary>
/// Refuses a body that is too large: before a service hears of it where the request says how large it is, otherwise when it becomes too
/// large. It is counted here and not by the server, which would hang up on a client that is still sending, so that the client might not
/// get to see the answer. One that takes too long to come as a whole is refused as well, however steadily it comes.
/// </summary>
internal sealed class BodyLimit(IOptions<GatewayOptions> options, TimeProvider time)
{
    /// <summary>Metadata of a route that allows more than others.</summary>
    private const string Setting = "MaxRequestBodySize";

    /// <summary>The server hangs up on whoever needs longer for so few bytes: nothing else on the connection makes up for them.</summary>
    private readonly long _short = (long)(options.Value.LeastBytesPerSecond * options.Value.BodyTimeout.TotalSeconds);

    public Task HandleAsync(HttpContext context, RequestDelegate next)
    {
        var limit = context.GetEndpoint()?.Metadata.GetMetadata<RouteModel>()?.Config.Metadata?.TryGetValue(Setting, out var text) is true
            ? long.Parse(text, CultureInfo.InvariantCulture)
            : options.Value.MaxRequestBodySize;
        if (context.Request.ContentLength > limit)
        {
            // Answered by the status code pages.
            context.Response.StatusCode = StatusCodes.Status413PayloadTooLarge;
            return Task.CompletedTask;
        }

        if (!IsShort(context.Request) && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true })
        {
            var over = new CancellationTokenSource(options.Value.BodyTimeout, time);
            context.Response.RegisterForDispose(over);
            context.Request.Body = new BoundedBody(context.Request.Body, limit, over.Token);
        }

        return next(context);
    }

    private bool IsShort(HttpRequest request) => request.ContentLength <= _short && HttpProtocol.IsHttp11(request.Protocol);
}

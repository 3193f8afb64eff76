using System.Diagnostics;
using System.Net.Http.Headers;
using Sure.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Sure.Gateway.Callers;

/// <summary>Tells the service who asks, in our words, and what trace it belongs to; what the client said about it stays here.</summary>
internal sealed class CallerTransform(CallerTokens tokens) : ITransformProvider
{
    private const string TraceParent = "traceparent";

    private const string TraceState = "tracestate";

    public void ValidateRoute(TransformRouteValidationContext context)
    {
        // Holds for every route.
    }

    public void ValidateCluster(TransformClusterValidationContext context)
    {
        // Holds for every cluster.
    }

    public void Apply(TransformBuilderContext context) => context.AddRequestTransform(request =>
    {
        var headers = request.ProxyRequest.Headers;
        headers.Remove("Authorization");
        headers.Remove(InternalToken.Header);
        headers.Remove(InternalToken.ServiceHeader);
        if (request.HttpContext.Features.Get<Client>() is { } client)
        {
            headers.TryAddWithoutValidation(InternalToken.Header, tokens.For(client));
        }

        HandOnTrace(headers);
        return ValueTask.CompletedTask;
    });

    /// <summary>
    /// The service's span follows this request's (W3C Trace Context), or where it is recorded the call's, which puts itself in its place.
    /// What the client said of it has been read.
    /// </summary>
    private static void HandOnTrace(HttpRequestHeaders headers)
    {
        headers.Remove(TraceParent);
        headers.Remove(TraceState);
        if (Activity.Current is { Id: { } id } activity)
        {
            headers.TryAddWithoutValidation(TraceParent, id);
            if (activity.TraceStateString is { Length: > 0 } state)
            {
                headers.TryAddWithoutValidation(TraceState, state);
            }
        }
    }
}

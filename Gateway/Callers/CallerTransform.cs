using Sure.ServiceDefaults.Identity;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Sure.Gateway.Callers;

/// <summary>Tells the service who asks, in our words; what the client said about it stays here.</summary>
internal sealed class CallerTransform(CallerTokens tokens) : ITransformProvider
{
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

        return ValueTask.CompletedTask;
    });
}

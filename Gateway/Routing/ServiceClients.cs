using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Forwarder;

namespace Sure.Gateway.Routing;

/// <summary>Connections to the services: one that is away is noticed soon, one that moved is found again.</summary>
internal sealed class ServiceClients(IOptions<GatewayOptions> options, ILogger<ForwarderHttpClientFactory> logger) : ForwarderHttpClientFactory(logger)
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        handler.PooledConnectionLifetime = ConnectionLife;
    }
}

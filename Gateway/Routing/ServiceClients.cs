using System.Diagnostics;
using Microsoft.Extensions.Options;
using Sure.Gateway.Trunks;
using Yarp.ReverseProxy.Forwarder;

namespace Sure.Gateway.Routing;

/// <summary>Connections to the services: one that is away is noticed soon, one that moved is found again.</summary>
internal sealed class ServiceClients(IOptions<GatewayOptions> options, ServiceTrunks trunks, TimeProvider time, ILogger<ForwarderHttpClientFactory> logger)
    : ForwarderHttpClientFactory(logger)
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    protected override void ConfigureHandler(ForwarderHttpClientContext context, SocketsHttpHandler handler)
    {
        base.ConfigureHandler(context, handler);
        handler.ConnectTimeout = options.Value.ConnectTimeout;
        handler.PooledConnectionLifetime = ConnectionLife;
    }

    protected override HttpMessageHandler WrapHandler(ForwarderHttpClientContext context, HttpMessageHandler handler)
    {
        var untraced = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null };
        ConfigureHandler(context, untraced);
        return new ByTrace(base.WrapHandler(context, Upgrading((SocketsHttpHandler)handler)), Upgrading(untraced));
    }

    private UpgradedConnections Upgrading(SocketsHttpHandler client) => new(client, options.Value.HandshakeTimeout, time, trunks);

    /// <summary>
    /// A call has a span of its own only where the request's is recorded: making one that nobody will see would cost every request.
    /// </summary>
    private sealed class ByTrace(HttpMessageHandler traced, HttpMessageHandler untraced) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _traced = new(traced);
        private readonly HttpMessageInvoker _untraced = new(untraced);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            (Activity.Current is { Recorded: true } ? _traced : _untraced).SendAsync(request, cancellationToken);

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _traced.Dispose();
                _untraced.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}

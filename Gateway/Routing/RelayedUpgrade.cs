using System.Net;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Sure.Gateway.Listeners;
using Sure.Gateway.Trunks;
using Sure.ServiceDefaults.Connections;
using Yarp.ReverseProxy.Model;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace Sure.Gateway.Routing;

/// <summary>
/// Takes a WebSocket out of the proxy's hands once it is agreed on: the proxy answers the client and finds nothing to pass on, so the request
/// ends, and <see cref="SocketRelay"/> goes on with the two connections.
/// </summary>
/// <param name="inner">Of the client's request.</param>
/// <param name="after">Of its connection.</param>
/// <param name="sockets">Told of it while it is open.</param>
/// <param name="longestSilence">That either side may keep.</param>
/// <param name="time">The clock.</param>
internal sealed class RelayedUpgrade(
    IHttpUpgradeFeature inner, ConnectionAfterHttp after, FewestSockets sockets, TimeSpan longestSilence, TimeProvider time) : IHttpUpgradeFeature
{
    /// <summary>
    /// What the system keeps for a client that does not take it: by itself that grows to megabytes, and to a third of them before such a
    /// client is seen to take anything at all.
    /// </summary>
    private const int SendBuffer = 128 * 1024;

    /// <summary>The proxy's own.</summary>
    private static readonly TimeSpan DefaultSilence = TimeSpan.FromSeconds(100);

    /// <summary>Of the request to the service: this.</summary>
    public static readonly HttpRequestOptionsKey<RelayedUpgrade> Option = new(nameof(RelayedUpgrade));

    private Stream? _service;
    private DestinationState? _instance;

    /// <summary>What the client is sent by the trunk of the service's instance; null where it comes over the service's connection.</summary>
    public TrunkStream? Stream { get; set; }

    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    /// <summary>Offers it to a client that asks for a WebSocket by HTTP/1.1.</summary>
    public static Task OfferAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } inner && context.Request.Path.IsLive())
        {
            var longestSilence = context.GetReverseProxyFeature().Cluster.Config.HttpRequest?.ActivityTimeout ?? DefaultSilence;
            var after = context.Features.GetRequiredFeature<ConnectionAfterHttp>();
            var services = context.RequestServices;
            context.Features.Set<IHttpUpgradeFeature>(
                new RelayedUpgrade(inner, after, services.GetRequiredService<FewestSockets>(), longestSilence, services.GetRequiredService<TimeProvider>()));
        }

        return next(context);
    }

    /// <summary>Adds what takes the service's connection out of its answer.</summary>
    public static void Transform(TransformBuilderContext builder)
    {
        if (builder.Route.Match.Path == LiveSocket.Path)
        {
            builder.AddRequestTransform(Mark);
            builder.AddResponseTransform(TakeAsync);
        }
    }

    /// <summary>Answers the client.</summary>
    public async Task<Stream> UpgradeAsync()
    {
        var service = _service ?? throw new InvalidOperationException("The service has not agreed.");
        try
        {
            after.Connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket.SendBufferSize = SendBuffer;
            after.Connection.Features.Get<DirectOutput>()?.GoDirect();
            await inner.UpgradeAsync();
        }
        catch
        {
            await service.DisposeAsync();
            Stream?.Dispose();
            throw;
        }

        after.Hold(sockets.Open(_instance!));
        after.Then = new SocketRelay(after.Connection, service, longestSilence, time, Stream).RunAsync;
        return System.IO.Stream.Null;
    }

    private static ValueTask Mark(RequestTransformContext transform)
    {
        if (transform.HttpContext.Features.Get<IHttpUpgradeFeature>() is RelayedUpgrade upgrade)
        {
            transform.ProxyRequest.Options.Set(Option, upgrade);
        }

        return ValueTask.CompletedTask;
    }

    private static async ValueTask TakeAsync(ResponseTransformContext transform)
    {
        if (transform.ProxyResponse is { StatusCode: HttpStatusCode.SwitchingProtocols } answer
            && transform.HttpContext.Features.Get<IHttpUpgradeFeature>() is RelayedUpgrade upgrade)
        {
            upgrade._instance = transform.HttpContext.GetReverseProxyFeature().ProxiedDestination;
            upgrade._service = await answer.Content.ReadAsStreamAsync(transform.CancellationToken);
            answer.Content = new StreamContent(System.IO.Stream.Null);
        }
    }
}

using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Sure.ServiceDefaults.Connections;

namespace Sure.RealtimeService.Connections;

/// <summary>Puts a <see cref="ClientStream"/> under the WebSocket that is about to be accepted, straight on the connection.</summary>
internal sealed class ClientUpgrade(IHttpUpgradeFeature inner, ConnectionContext connection, TimeProvider time) : IHttpUpgradeFeature
{
    /// <summary>The stream, once the WebSocket was accepted.</summary>
    public ClientStream? Stream { get; private set; }

    /// <summary>The connection.</summary>
    public ConnectionContext Connection => connection;

    /// <summary>Where what the client is sent goes; to its connection, where nothing else is set before.</summary>
    public Stream? Output { get; set; }

    public bool IsUpgradableRequest => inner.IsUpgradableRequest;

    /// <summary>Gives each request that may become a WebSocket the way to.</summary>
    public static Task OfferAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true } upgrade)
        {
            var connection = context.Features.GetRequiredFeature<ConnectionAfterHttp>().Connection;
            context.Features.Set<IHttpUpgradeFeature>(new ClientUpgrade(upgrade, connection, context.RequestServices.GetRequiredService<TimeProvider>()));
        }

        return next(context);
    }

    public async Task<Stream> UpgradeAsync()
    {
        // Sends the answer. What the server would read and write by is not needed: the connection outlasts it.
        await inner.UpgradeAsync();
        var input = connection.Transport.Input.AsStream(leaveOpen: true);
        var output = Output ?? new SocketOutput(connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
        return Stream = new ClientStream(input, output, time);
    }
}

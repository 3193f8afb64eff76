using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Sure.RealtimeService.Connections;

/// <summary>
/// Serves a client on its connection when the request by which it came has ended and HTTP with it: of a connection that lasts for hours
/// nothing is kept but what serves it.
/// </summary>
internal sealed class ClientsOutlastRequests(ConnectionRegistry connections) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options) =>
        options.ConfigureEndpointDefaults(listen => listen.Use(next => connection => HandleAsync(connection, next)));

    private async Task HandleAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (await AnswerRequestsAsync(connection, next) is { } client)
        {
            await connections.RunAsync(client);
        }
    }

    /// <summary>Answers requests until the connection ends, or an answer makes it a client's. Lets go of all that was made for them.</summary>
    private static async Task<ClientConnection?> AnswerRequestsAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var heartbeat = connection.Features.GetRequiredFeature<IConnectionHeartbeatFeature>();
        var requests = new RequestsOfConnection(connection, heartbeat);
        connection.Features.Set(requests);
        connection.Features.Set<IConnectionHeartbeatFeature>(requests);
        await next(connection);
        connection.Features.Set(heartbeat);
        connection.Features.Set<RequestsOfConnection>(instance: null);
        requests.End();
        return requests.Client;
    }
}

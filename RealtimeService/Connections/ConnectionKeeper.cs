using System.Net.WebSockets;
using Microsoft.Extensions.Options;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Connections;

/// <summary>Closes clients that have been silent for too long, and all of them when the server stops.</summary>
internal sealed class ConnectionKeeper(
    ConnectionRegistry connections, IOptions<RealtimeOptions> options, IHostApplicationLifetime lifetime, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan MostBetweenLooks = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Before the server stops taking requests, so that the close frames still get out.
        await using var stopping = lifetime.ApplicationStopping.Register(connections.Shut);
        var idle = options.Value.IdleTimeout;
        using var timer = new PeriodicTimer(idle / 4 < MostBetweenLooks ? idle / 4 : MostBetweenLooks, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var client in connections.Clients.Where(c => c.Silence >= idle))
            {
                client.Close(WebSocketCloseStatus.EndpointUnavailable, "Nothing was heard of you.");
            }
        }
    }
}

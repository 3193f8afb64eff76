using Microsoft.Extensions.Options;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Connections;

/// <summary>Pings clients, and closes those that have been silent or unknown for too long.</summary>
internal sealed class ConnectionKeeper(ConnectionRegistry connections, IOptions<RealtimeOptions> options, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan MostBetweenLooks = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan[] between = [MostBetweenLooks, options.Value.Heartbeat / 4, options.Value.IdleTimeout / 4];
        using var timer = new PeriodicTimer(between.Min(), time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            foreach (var client in connections.Clients)
            {
                client.Tend();
            }
        }
    }
}

using Microsoft.Extensions.Options;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Connections;

/// <summary>
/// What happens before the server stops: it says that it is not ready and lets nobody in any more, a moment later it sends its clients away
/// one after the other, and waits until they have gone. Only then does it stop answering requests.
/// </summary>
internal sealed class Drain(ConnectionRegistry connections, IOptions<RealtimeOptions> options, TimeProvider time) : IHostedLifecycleService
{
    /// <summary>Longer than a client may take to answer a close.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        connections.Shut();
        if (connections.Count > 0)
        {
            await Task.Delay(options.Value.DrainDelay, time, cancellationToken);
        }

        connections.SendAway();
        var startedAt = time.GetTimestamp();
        using var timer = new PeriodicTimer(Pause, time);
        while (connections.Count > 0 && time.GetElapsedTime(startedAt) < Limit)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

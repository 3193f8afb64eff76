using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sure.RealtimeService.Connections;

namespace Sure.RealtimeService.Streams;

/// <summary>No clients before it is known where the channels stand, and none any more when the server stops.</summary>
internal sealed class StreamsHealthCheck(ChannelFeeds feeds, ConnectionRegistry connections) : IHealthCheck
{
    public const string Name = "streams";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var why = connections.IsClosing ? "It is stopping." : feeds.IsLoaded ? null : "The channels' history has not been read yet.";
        return Task.FromResult(why is null ? HealthCheckResult.Healthy() : new HealthCheckResult(context.Registration.FailureStatus, why));
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sure.RealtimeService.Streams;

/// <summary>No clients before it is known where the channels stand.</summary>
internal sealed class StreamsHealthCheck(ChannelFeeds feeds) : IHealthCheck
{
    public const string Name = "streams";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(feeds.IsLoaded
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, "The channels' history has not been read yet."));
}

using System.Diagnostics.Metrics;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sure.ServiceDefaults.Telemetry;

/// <summary>Tells as a metric what <c>/health</c> tells, so that it is known whether anybody asked or not.</summary>
internal sealed class HealthTelemetry : IHealthCheckPublisher
{
    private volatile HealthReport? _last;

    public HealthTelemetry(IMeterFactory meters) => meters.Create("Sure.Health").CreateObservableGauge(
        "sure.health.check",
        () => _last is { } last
            ? last.Entries.Select(e => new Measurement<int>(
                e.Value.Status is HealthStatus.Healthy ? 1 : 0, new KeyValuePair<string, object?>("sure.check", e.Key)))
            : [],
        "1",
        "Whether a check of this instance passes: 1 or 0.");

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        _last = report;
        return Task.CompletedTask;
    }
}

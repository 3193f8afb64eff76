using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Sure.Gateway.Health;

/// <summary>The public answer of <c>/health</c>: how the platform is.</summary>
/// <param name="Status">Unhealthy only when nothing works.</param>
/// <param name="Service">Always <c>gateway</c>.</param>
/// <param name="Version">Version of the running build.</param>
/// <param name="Services">Each service by name, and the gateway itself.</param>
/// <param name="Data">What the book is: <c>demonstration</c> where it was filled in to show the platform, otherwise <c>live</c>. Where market data come from is the <c>data_source</c> of prices and bridges.</param>
/// <param name="Timestamp">When this was so.</param>
internal sealed record PlatformState(
    HealthStatus Status,
    string Service,
    string Version,
    IReadOnlyDictionary<string, ServiceState> Services,
    string Data,
    DateTimeOffset Timestamp)
{
    /// <summary>Name of the gateway among the services.</summary>
    public const string Gateway = "gateway";

    /// <summary>
    /// The platform is well when all its parts are, and works as long as one service does: what the gateway lacks itself shows in what it
    /// can still pass on.
    /// </summary>
    public static HealthStatus Judge(IReadOnlyDictionary<string, ServiceState> services)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Values.All(s => s.Status is HealthStatus.Healthy))
        {
            return HealthStatus.Healthy;
        }

        return services.Any(s => s.Key is not Gateway && s.Value.Status is not HealthStatus.Unhealthy) ? HealthStatus.Degraded : HealthStatus.Unhealthy;
    }
}

/// <summary>How one service is.</summary>
/// <param name="Status">As it says itself; unhealthy when it does not answer.</param>
/// <param name="Checks">What it depends on, by name; empty when it does not answer.</param>
internal sealed record ServiceState(HealthStatus Status, IReadOnlyDictionary<string, CheckState> Checks)
{
    /// <summary>A service, or an instance of one, that does not answer.</summary>
    public static ServiceState Away { get; } = new(HealthStatus.Unhealthy, new Dictionary<string, CheckState>(StringComparer.Ordinal));

    /// <summary>A service is as its worst instance, but works as long as one does.</summary>
    public static ServiceState Of(IReadOnlyCollection<ServiceState> instances)
    {
        ArgumentNullException.ThrowIfNull(instances);
        if (instances.Count == 0)
        {
            return Away;
        }

        var worst = instances.Min(i => i.Status);
        var works = instances.Any(i => i.Status is not HealthStatus.Unhealthy);
        return new ServiceState(
            worst is HealthStatus.Unhealthy && works ? HealthStatus.Degraded : worst,
            instances.SelectMany(i => i.Checks)
                .GroupBy(c => c.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => new CheckState(g.Min(c => c.Value.Status)), StringComparer.Ordinal));
    }
}

/// <summary>How one dependency is; what exactly is wrong with it is for the logs.</summary>
internal sealed record CheckState(HealthStatus Status);

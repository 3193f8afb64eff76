using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Sure.Contracts.Json;

namespace Sure.ServiceDefaults.Health;

/// <summary>The answer of a service's <c>/health</c>.</summary>
/// <param name="Status">The worst of its checks.</param>
/// <param name="Service">Its name.</param>
/// <param name="Version">Version of the running build.</param>
/// <param name="Checks">Each dependency by name.</param>
/// <param name="Timestamp">When this was so.</param>
public sealed record ServiceHealth(
    HealthStatus Status,
    string Service,
    string Version,
    IReadOnlyDictionary<string, DependencyHealth> Checks,
    DateTimeOffset Timestamp)
{
    /// <summary>The dialect it is written and read in: the platform's, with statuses in lower case.</summary>
    public static JsonSerializerOptions Json { get; } = CreateJson();

    private static JsonSerializerOptions CreateJson()
    {
        var options = new JsonSerializerOptions(SureJson.Internal);
        options.Converters.Insert(0, new JsonStringEnumConverter<HealthStatus>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.MakeReadOnly();
        return options;
    }
}

/// <summary>How one dependency is.</summary>
/// <param name="Status">Its state as the service sees it.</param>
/// <param name="Description">What is wrong, one sentence; null when nothing is.</param>
public sealed record DependencyHealth(HealthStatus Status, string? Description);

using Sure.LocalHost.Processes;
using Sure.LocalHost.Servers;

namespace Sure.LocalHost;

/// <summary>The built services and how they are run.</summary>
internal sealed class ServiceBuild(string root, string configuration)
{
    /// <summary>The first thing that is not built, in a sentence; null when everything is.</summary>
    public string? Missing() => PlatformGraph.Services.Select(Assembly).FirstOrDefault(a => !File.Exists(a)) is { } missing
        ? $"{Path.GetRelativePath(root, missing)} is not built: run 'dotnet build Platform.sln -c {configuration}', or ./run without --no-build."
        : null;

    /// <summary>How instance <paramref name="instance"/> of <paramref name="service"/> is run.</summary>
    public ProcessSpec Run(PlatformResource service, int instance, ServiceSettings settings) => new(
        service.Name,
        PlatformAddresses.InstanceName(service, instance),
        Programs.DotNet,
        [Assembly(service)],
        // Its settings files are looked for in the project's folder, as when the project is run by itself.
        Path.Combine(root, service.Project!),
        settings.For(service, instance).ToDictionary(s => s.Key, s => (string?)s.Value, StringComparer.Ordinal));

    private string Assembly(PlatformResource service) =>
        Path.Combine(root, "artifacts", "bin", service.Project!, configuration.ToLowerInvariant(), $"{service.Project}.dll");
}

using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Sure.ServiceDefaults.Health;

/// <summary>How a process says how it is.</summary>
public static class PlatformHealth
{
    /// <summary>Tag of the checks that must have passed once before an instance is given anything to do.</summary>
    public const string Start = "start";

    private const string Live = "live";

    /// <summary>A check that does not answer within this time has failed; nothing may make <c>/health</c> hang.</summary>
    private static readonly TimeSpan CheckTimeout = TimeSpan.FromSeconds(2);

    /// <summary>Informational version of the running build without its source revision.</summary>
    public static string Version { get; } =
        Assembly.GetEntryAssembly()?.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>
    /// Says that the service goes on without what these checks watch: it is <c>degraded</c>, not <c>unhealthy</c>, while they fail,
    /// and keeps receiving requests.
    /// </summary>
    public static IServiceCollection GoesOnWithout(this IServiceCollection services, params string[] checks) =>
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var registration in options.Registrations.Where(r => checks.Contains(r.Name, StringComparer.Ordinal)))
            {
                registration.FailureStatus = HealthStatus.Degraded;
            }
        });

    internal static void AddPlatformHealth(this IHostApplicationBuilder builder)
    {
        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), [Live]);
        builder.Services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var registration in options.Registrations)
            {
                registration.Timeout = CheckTimeout;
            }
        });
    }

    internal static void MapPlatformHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = WriteAsync }).AllowAnonymous().DisableHttpMetrics();
        // Also of what the service goes on without later: an instance whose schema is older than its build answers nothing right.
        app.MapHealthChecks("/started", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains(Start),
            ResultStatusCodes = { [HealthStatus.Degraded] = StatusCodes.Status503ServiceUnavailable },
        }).AllowAnonymous().DisableHttpMetrics();
        app.MapHealthChecks("/alive", new HealthCheckOptions { Predicate = check => check.Tags.Contains(Live) }).AllowAnonymous().DisableHttpMetrics();
    }

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        var services = context.RequestServices;
        var health = new ServiceHealth(
            report.Status,
            services.GetRequiredService<IHostEnvironment>().ApplicationName.ToLowerInvariant(),
            Version,
            report.Entries.ToDictionary(e => e.Key, e => new DependencyHealth(e.Value.Status, e.Value.Description), StringComparer.Ordinal),
            services.GetRequiredService<TimeProvider>().GetUtcNow());
        return context.Response.WriteAsJsonAsync(health, ServiceHealth.Json, context.RequestAborted);
    }
}

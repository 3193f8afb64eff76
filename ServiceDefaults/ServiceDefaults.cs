using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Sure.Contracts.Json;
using Sure.ServiceDefaults;
using Sure.ServiceDefaults.Description;
using Sure.ServiceDefaults.Health;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Problems;
using Sure.ServiceDefaults.Queries;
using Sure.ServiceDefaults.Telemetry;

namespace Microsoft.Extensions.Hosting;

/// <summary>What every process of the platform has: telemetry, health, discovery, resilience, problem details, callers' identity.</summary>
public static class ServiceDefaultsExtensions
{
    /// <summary>Adds them. Call first; then <see cref="MapDefaultEndpoints"/> after <c>Build()</c>.</summary>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        ArgumentNullException.ThrowIfNull(builder);

        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(_ => OpenFiles.OfThisProcess());
        builder.AddPlatformTelemetry();
        builder.AddPlatformHealth();
        builder.Services.AddServiceDiscovery();
        builder.Services.ConfigureHttpClientDefaults(http =>
        {
            http.AddHttpMessageHandler<ServiceCallHandler>();
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
            // Between services: a proxy of the environment cannot reach them, and has no business with their tokens. Who asks somebody outside says so.
            http.UseSocketsHttpHandler((handler, _) => handler.UseProxy = false);
        });
        builder.Services.ConfigureHttpJsonOptions(options => SureJson.ApplyStrict(options.SerializerOptions));
        builder.AddPlatformProblems();
        builder.AddCallers();
        builder.AddApiDescription();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        return builder;
    }

    /// <summary>
    /// Turns failures of all that follows, and refusals without a body, into problem details. Once: whoever needs it earlier than
    /// <see cref="MapDefaultEndpoints"/> calls it before.
    /// </summary>
    public static WebApplication UseProblems(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        if (((IApplicationBuilder)app).Properties.TryAdd(nameof(UseProblems), value: true))
        {
            app.UseExceptionHandler();
            app.UseStatusCodePages();
        }

        return app;
    }

    /// <summary>
    /// Turns failures into problem details, reads the caller from the gateway's token and maps <c>/health</c> (every check),
    /// <c>/started</c> (what must have been there once before it is given anything to do), <c>/alive</c> (the process itself) and <c>/metrics</c> (for Prometheus), which the gateway does not pass on.
    /// </summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseProblems();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseQueryCheck();
        app.MapPlatformHealth();
        app.MapApiDescription();
        app.MapPlatformMetrics();
        return app;
    }
}

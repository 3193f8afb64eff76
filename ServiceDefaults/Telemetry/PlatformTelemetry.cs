using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using Sure.ServiceDefaults.Health;

namespace Sure.ServiceDefaults.Telemetry;

/// <summary>
/// Logs, metrics and traces by OpenTelemetry; exported where <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> is set. Metrics are also answered to
/// Prometheus. Whatever else OpenTelemetry's own settings say (<c>OTEL_TRACES_SAMPLER</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c> …) holds.
/// </summary>
internal static class PlatformTelemetry
{
    /// <summary>Where Prometheus asks; nobody outside can.</summary>
    public const string MetricsPath = "/metrics";

    /// <summary>Every activity source and meter of the platform is called <c>Sure.*</c>.</summary>
    private const string Ours = "Sure.*";

    /// <summary>
    /// Meters of the framework. Those of its authentication, authorization, routing and buffers, which tell nothing that the requests' own
    /// figures do not, would be half of what a request costs in metrics.
    /// </summary>
    private static readonly string[] Framework =
    [
        "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Diagnostics", "System.Net.Http", "System.Net.NameResolution",
    ];

    /// <summary>
    /// The clients by which OpenTelemetry sends over HTTP: the collector may be outside, where there is no way to it but through a proxy. For
    /// log lines it has a client of its own, which is none of ours.
    /// </summary>
    private static readonly string[] Exporters = ["OtlpTraceExporter", "OtlpMetricExporter"];

    private static readonly TimeSpan HealthInterval = TimeSpan.FromSeconds(10);

    public static void AddPlatformTelemetry(this IHostApplicationBuilder builder)
    {
        // Each statement and each call is a trace already; as log lines they would bury everything else.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("StackExchange.Redis", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http.HttpClient", LogLevel.Warning);
        builder.Logging.AddFilter("Polly", LogLevel.Error);
        BatchedConsole.Replace(builder.Services);
        if (!builder.Environment.IsDevelopment())
        {
            builder.WriteJsonUnlessToldOtherwise();
        }

        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        // Who asks is in the caller's token; nothing else travels along with a trace.
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        var isExported = !string.IsNullOrWhiteSpace(builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"]);
        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource
                .AddService(builder.Environment.ApplicationName.ToLowerInvariant(), serviceVersion: PlatformHealth.Version)
                .AddEnvironmentVariableDetector())
            .WithMetrics(metrics => metrics
                .AddMeter(Ours)
                .AddMeter("MassTransit")
                .AddMeter(Framework)
                // Left out for the same reason as meters are.
                .AddView("http.client.active_requests", MetricStreamConfiguration.Drop)
                .AddView("http.client.request.time_in_queue", MetricStreamConfiguration.Drop)
                .AddRuntimeInstrumentation()
                .AddPrometheusExporter(prometheus => prometheus.ScrapeEndpointPath = MetricsPath))
            .WithTracing(tracing =>
            {
                tracing
                    .AddSource(Ours)
                    .AddSource("MassTransit")
                    .AddProcessor(new UncausedCalls())
                    .AddAspNetCoreInstrumentation(web => web.Filter = IsOfInterest)
                    .AddHttpClientInstrumentation();
                if (!isExported)
                {
                    // Nobody takes them. Requests keep their trace ids.
                    tracing.SetSampler(new AlwaysOffSampler());
                }
            });
        if (isExported)
        {
            telemetry.UseOtlpExporter();
            foreach (var exporter in Exporters)
            {
                builder.Services.AddHttpClient(exporter).UseSocketsHttpHandler((handler, _) => handler.UseProxy = true);
            }
        }

        _ = NetworkTelemetry.Bytes;
        builder.Services.AddSingleton<IHealthCheckPublisher, HealthTelemetry>();
        builder.Services.Configure<HealthCheckPublisherOptions>(health => health.Period = HealthInterval);
    }

    /// <summary>Maps the metrics. The gateway's public listener does not have them.</summary>
    public static void MapPlatformMetrics(this WebApplication app) =>
        app.MapPrometheusScrapingEndpoint(MetricsPath).AllowAnonymous().DisableHttpMetrics();

    /// <summary>What the settings say of the console holds (<c>Logging:Console</c>); where they say nothing, a line is JSON with its time in UTC.</summary>
    private static void WriteJsonUnlessToldOtherwise(this IHostApplicationBuilder builder)
    {
        var isClockSet = builder.Configuration["Logging:Console:FormatterOptions:UseUtcTimestamp"] is not null;
        builder.Services.PostConfigure<ConsoleLoggerOptions>(console => console.FormatterName ??= ConsoleFormatterNames.Json);
        builder.Services.PostConfigure<JsonConsoleFormatterOptions>(json =>
        {
            json.TimestampFormat ??= "O";
            json.UseUtcTimestamp |= !isClockSet;
        });
    }

    private static bool IsOfInterest(HttpContext context)
    {
        var path = context.Request.Path;
        return !path.StartsWithSegments("/health", StringComparison.Ordinal)
            && !path.StartsWithSegments("/started", StringComparison.Ordinal)
            && !path.StartsWithSegments("/alive", StringComparison.Ordinal)
            && !path.StartsWithSegments(MetricsPath, StringComparison.Ordinal);
    }
}

using Aspire.StackExchange.Redis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Trace;
using StackExchange.Redis;
using Sure.ServiceDefaults.Problems;

namespace Microsoft.Extensions.Hosting;

/// <summary>Twin of <c>Aspire.StackExchange.Redis</c>: same names, sections, health check and traces; <c>UseAspireClients=true</c> swaps them.</summary>
public static class RedisClient
{
    /// <summary>
    /// Registers a singleton <see cref="IConnectionMultiplexer"/> that connects in the background and reconnects by itself, its
    /// health check <c>StackExchange.Redis</c> and traces. Settings bind in this order: section <c>Aspire:StackExchange:Redis</c>, the same with
    /// <c>:{connectionName}</c>, <c>ConnectionStrings:{connectionName}</c>, <paramref name="configureSettings"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">No connection string is configured.</exception>
    public static void AddRedisClient(
        this IHostApplicationBuilder builder,
        string connectionName,
        Action<StackExchangeRedisSettings>? configureSettings = null,
        Action<ConfigurationOptions>? configureOptions = null)
    {
        ArgumentNullException.ThrowIfNull(builder);

        var settings = new StackExchangeRedisSettings();
        var section = builder.Configuration.GetSection("Aspire:StackExchange:Redis");
        section.Bind(settings);
        section.GetSection(connectionName).Bind(settings);
        settings.ConnectionString = builder.Configuration.GetConnectionString(connectionName) ?? settings.ConnectionString;
        configureSettings?.Invoke(settings);
        if (string.IsNullOrWhiteSpace(settings.ConnectionString))
        {
            throw new InvalidOperationException($"ConnectionStrings:{connectionName} is missing: the Redis configuration string.");
        }

        builder.Services.AddSingleton<IConnectionMultiplexer>(services =>
        {
            var options = ConfigurationOptions.Parse(settings.ConnectionString);
            options.AbortOnConnectFail = false;
            options.LoggerFactory = services.GetService<ILoggerFactory>();
            configureOptions?.Invoke(options);
            var redis = ConnectionMultiplexer.Connect(options);
            if (!settings.DisableTracing)
            {
                redis.RegisterProfiler(RedisSpans.Session);
            }

            return redis;
        });

        if (!settings.DisableTracing)
        {
            builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddSource(RedisSpans.SourceName).AddProcessor(new RedisSpans()));
        }

        if (!settings.DisableHealthChecks)
        {
            builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
                "StackExchange.Redis",
                services => new RedisHealthCheck(services.GetRequiredService<IConnectionMultiplexer>()),
                failureStatus: null,
                tags: null));
        }
    }

    private sealed class RedisHealthCheck(IConnectionMultiplexer redis) : IHealthCheck
    {
        public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
        {
            try
            {
                await redis.GetDatabase().PingAsync().WaitAsync(cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (Exception exception) when (exception is OperationCanceledException || RedisFailure.Is(exception))
            {
                return new HealthCheckResult(context.Registration.FailureStatus, "Redis does not answer.", exception);
            }
        }
    }
}

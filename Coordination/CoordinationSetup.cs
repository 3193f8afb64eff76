using System.Reflection;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using RabbitMQ.Client;
using Sure.Contracts.Events;
using Sure.Coordination.Intake;
using Sure.Coordination.Leases;
using Sure.Coordination.Messaging;
using Sure.Coordination.Migrations;
using Sure.Coordination.Monitors;
using Sure.Coordination.Outbox;
using Sure.Coordination.Partitions;
using Sure.ServiceDefaults.Health;

namespace Sure.Coordination;

/// <summary>How the instances of a service act as one, and how services tell each other facts.</summary>
public static class CoordinationSetup
{
    /// <summary>Name of the health check of the broker; services go on without it.</summary>
    public const string BrokerCheck = "RabbitMQ";

    /// <summary>
    /// Connects to the database <c>platform</c>, brings the schema of the service up to date at start, from the embedded
    /// <c>Migrations/*.sql</c> of its assembly, and lets it lead by leases.
    /// </summary>
    /// <exception cref="InvalidOperationException">No connection string is configured.</exception>
    public static IHostApplicationBuilder AddSchema(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        // Columns are snake_case, members are not.
        Dapper.DefaultTypeMap.MatchNamesWithUnderscores = true;
        Identify(builder);
        builder.AddNpgsqlDataSource("platform", configureDataSourceBuilder: source => LimitWaits(source.ConnectionStringBuilder));
        builder.Services.AddOptions<SchemaOptions>().BindConfiguration("Schema");
        builder.Services.AddSingleton<SchemaReady>();
        builder.Services.AddSingleton<PartitionKeeper>();
        builder.Services.AddHostedService<MigrationRunner>();
        builder.Services.AddHealthChecks().Add(new HealthCheckRegistration(
            "schema", services => new SchemaHealthCheck(services.GetRequiredService<SchemaReady>()), failureStatus: null, tags: [PlatformHealth.Start]));
        builder.Services.AddOptions<LeaseOptions>().BindConfiguration("Leases").ValidateDataAnnotations()
            .Validate(o => o.RenewInterval * 2 <= o.Duration, "Leases:RenewInterval must be at most half of Leases:Duration.")
            .ValidateOnStart();
        builder.Services.AddSingleton<Leadership>();
        return builder;
    }

    /// <summary>Runs <typeparamref name="TMonitor"/> on the leading instance. Needs <see cref="AddSchema"/>.</summary>
    public static IHostApplicationBuilder AddMonitor<TMonitor>(this IHostApplicationBuilder builder)
        where TMonitor : class, IMonitor
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<MonitoringOptions>().BindConfiguration("Monitoring").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton<MonitorTelemetry>();
        builder.Services.TryAddSingleton<TMonitor>();
        builder.Services.AddHostedService<MonitorHost<TMonitor>>();
        return builder;
    }

    /// <summary>
    /// Keeps the partitions of the tables that <paramref name="tables"/> declares: makes those of the present and the next periods when the
    /// schema is brought up to date and ever after, and drops those past retention. Needs <see cref="AddSchema"/>.
    /// </summary>
    public static IHostApplicationBuilder AddPartitions(
        this IHostApplicationBuilder builder, Func<IServiceProvider, IEnumerable<PartitionedTable>> tables)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(services => new PartitionPlan([.. tables(services)]));
        return builder.AddMonitor<PartitionMonitor>();
    }

    /// <summary>Relays the outbox of this service to the others. Needs <see cref="AddSchema"/>.</summary>
    public static IHostApplicationBuilder AddOutbox(this IHostApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<OutboxOptions>().BindConfiguration("Outbox").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<OutboxStore>();
        builder.Services.AddHostedService<OutboxRelay>();
        builder.Services.AddHostedService<OutboxWatch>();
        return builder;
    }

    /// <summary>Applies the events of <paramref name="producers"/> to <typeparamref name="TSink"/>, in sequence and each once.</summary>
    public static IHostApplicationBuilder AddIntake<TSink>(this IHostApplicationBuilder builder, params string[] producers)
        where TSink : class, IEventSink
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<IntakeOptions>().BindConfiguration("Intake").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton<TSink>();
        builder.Services.AddSingleton<IEventSink>(services => services.GetRequiredService<TSink>());
        builder.Services.AddSingleton(new EventSubscription(producers));
        builder.Services.AddHttpClient(EventIntake.ClientName);
        builder.Services.AddSingleton<EventIntake>();
        builder.Services.AddHostedService<CatchUpLoop>();
        return builder;
    }

    /// <summary>
    /// Connects to the broker at <c>ConnectionStrings:{connectionName}</c>, in the background and again whenever it was away. Call after
    /// <see cref="AddOutbox"/> and <see cref="AddIntake"/>.
    /// </summary>
    /// <exception cref="InvalidOperationException">No connection string is configured.</exception>
    public static IHostApplicationBuilder AddEventBus(this IHostApplicationBuilder builder, string connectionName)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var address = builder.Configuration.GetConnectionString(connectionName)
            ?? throw new InvalidOperationException($"ConnectionStrings:{connectionName} is missing: the RabbitMQ address, amqp://user:password@host:port.");
        Identify(builder);
        var subscribes = builder.Services.Any(s => s.ServiceType == typeof(EventSubscription));
        builder.Services.AddMassTransit(bus =>
        {
            bus.ConfigureHealthCheckOptions(check =>
            {
                check.Name = BrokerCheck;
                check.MinimalFailureStatus = HealthStatus.Degraded;
                check.Tags.Clear();
            });
            if (subscribes)
            {
                bus.AddConsumer<EventConsumer>();
            }

            bus.UsingRabbitMq((_, broker) =>
            {
                broker.Host(new Uri(address));
                broker.Message<EventBatch>(message => message.SetEntityName(EventEndpoint.Exchange));
                broker.Publish<EventBatch>(publish => publish.ExchangeType = ExchangeType.Topic);
                broker.Send<EventBatch>(send => send.UseRoutingKeyFormatter(message => message.Message.Producer));
            });
        });
        if (subscribes)
        {
            builder.Services.AddHostedService<EventEndpoint>();
            builder.Services.AddHostedService(services => ActivatorUtilities.CreateInstance<QueueWatch>(services, new Uri(address)));
        }

        builder.Services.Configure<MassTransitHostOptions>(host =>
        {
            host.WaitUntilStarted = false;
            host.StopTimeout = TimeSpan.FromSeconds(10);
        });
        return builder;
    }

    /// <summary>
    /// A database or a network that goes silent is noticed within seconds: by who connects, by who waits for an answer, and by who listens.
    /// An instance that stops in the middle of a transaction loses it after half the time of a lease: another one of it, that waited for the
    /// first, has then lost its own by the time the leases end, and no lock of it holds up who takes them over.
    /// </summary>
    private static void LimitWaits(NpgsqlConnectionStringBuilder connection)
    {
        connection.Timeout = Math.Min(connection.Timeout, 5);
        connection.CommandTimeout = Math.Min(connection.CommandTimeout, 15);
        // By the system: keep-alives of Npgsql's own block a thread of the pool each.
        connection.TcpKeepAlive = true;
        connection.TcpKeepAliveTime = 10;
        connection.TcpKeepAliveInterval = 3;
        // Roles have the same limit where a pooler may stand between, for it keeps this back (CloudNativePG's does); where none can, and for
        // roles that were made before they had it, this holds. What somebody configured comes last and counts.
        connection.Options = $"-c idle_in_transaction_session_timeout=5s {connection.Options}".TrimEnd();
    }

    /// <summary>The identity registered before, or that of the application; registered once, so that every part agrees on it.</summary>
    private static ServiceIdentity Identify(IHostApplicationBuilder builder)
    {
        if (builder.Services.Select(s => s.ImplementationInstance).OfType<ServiceIdentity>().SingleOrDefault() is { } known)
        {
            return known;
        }

        var name = builder.Environment.ApplicationName;
        var identity = new ServiceIdentity(
            name.ToLowerInvariant(),
            $"{Environment.MachineName}/{Environment.ProcessId}/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}",
            Assembly.Load(new AssemblyName(name)));
        builder.Services.AddSingleton(identity);
        return identity;
    }
}

using System.Collections.Concurrent;
using Dapper;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RabbitMQ.Client;
using Sure.Contracts.Events;
using Sure.Coordination.Intake;
using Sure.Coordination.Migrations;
using Sure.TestServers;

[assembly: AssemblyFixture(typeof(RabbitMqServer))]

namespace Sure.Coordination.Tests;

/// <summary>When a service begins to take events from its queue. Producers are away: what is applied came from there.</summary>
public sealed class EventEndpointTests(PostgresServer postgres, RabbitMqServer rabbit)
{
    [Fact]
    public async Task An_instance_leaves_events_in_the_queue_until_its_schema_is_up_to_date()
    {
        await rabbit.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await AppliedAsync("patient", database);
        await using var other = await OutdateAsync(database);
        var transaction = await HoldUpAsync(other);
        using var host = Service("patient", b => WithSchema(b, database));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await PublishAsync(host, 2);

        await QueueHoldsAsync("patient", messages: 1, consumers: 0);
        Assert.Equal(1, await LastAppliedAsync(database));

        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await QueueHoldsAsync("patient", messages: 0, consumers: 1);
        await AppliesAsync(database, 2);
        Assert.Equal(["2"], await other.QueryAsync<string>("SELECT text FROM note"));
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_step_that_only_migrates_leaves_them_there_for_the_instances()
    {
        await rabbit.StartAsync();
        var database = await postgres.CreateDatabaseAsync();
        await AppliedAsync("upgraded", database);
        await using var other = await OutdateAsync(database);
        var transaction = await HoldUpAsync(other);
        using var host = Service("upgraded", b => WithSchema(b, database), ("Schema:MigrateOnly", "true"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await PublishAsync(host, 2);

        await QueueHoldsAsync("upgraded", messages: 1, consumers: 0);
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await host.WaitForShutdownAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);

        await QueueHoldsAsync("upgraded", messages: 1, consumers: 0);
        Assert.Equal(1, await LastAppliedAsync(database));
        Assert.Empty(await other.QueryAsync<string>("SELECT text FROM note"));
    }

    [Fact]
    public async Task A_service_that_has_no_schema_takes_them_at_once()
    {
        await rabbit.StartAsync();
        using var host = Service("remembering", b => b.AddIntake<Memory>("producer"));
        await host.StartAsync(TestContext.Current.CancellationToken);
        // What is told before there is a queue is nobody's.
        await QueueHoldsAsync("remembering", messages: 0, consumers: 1);

        await PublishAsync(host, 1);

        await Eventually.HoldsAsync(
            () => Task.FromResult(host.Services.GetRequiredService<Memory>().Applied.Count), applied => applied == 1, "it is applied", TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>An instance of this build has applied the first event, and is gone.</summary>
    private async Task AppliedAsync(string name, string database)
    {
        using var host = Service(name, b => WithSchema(b, database));
        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<SchemaReady>().WaitAsync(TestContext.Current.CancellationToken);
        await QueueHoldsAsync(name, messages: 0, consumers: 1);
        await using var connection = new NpgsqlConnection(database);
        await connection.ExecuteAsync("INSERT INTO intake VALUES ('producer', 0)");
        await PublishAsync(host, 1);
        await AppliesAsync(database, 1);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The schema is of the build before: it lacks the table that the last script makes.</summary>
    private static async Task<NpgsqlConnection> OutdateAsync(string database)
    {
        var connection = new NpgsqlConnection(database);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("DROP TABLE note; DELETE FROM schema_version WHERE scriptname LIKE '%0001-notes.sql'");
        return connection;
    }

    /// <summary>Somebody is about to make that table, which the script waits for.</summary>
    private static async Task<NpgsqlTransaction> HoldUpAsync(NpgsqlConnection connection)
    {
        var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("CREATE TABLE note (other integer)", transaction: transaction);
        return transaction;
    }

    /// <summary>Once the bus is there, so that whoever takes from the queue at its start does by then.</summary>
    private static async Task PublishAsync(IHost host, long sequence)
    {
        var bus = host.Services.GetRequiredService<IBusControl>();
        await Eventually.HoldsAsync(
            () => Task.FromResult(bus.CheckHealth().Status), status => status == BusHealthStatus.Healthy, "the bus is there", TestContext.Current.CancellationToken);
        // Of an hour that is to come: events that are late are not taken from the queue but fetched.
        var told = new ToldEvents("producer");
        told.Add(Enumerable.Range(1, (int)sequence).Select(i => CoordinationHost.Event(i) with { OccurredAt = DateTimeOffset.MaxValue }));
        await bus.Publish(new EventBatch("producer", told.Page(sequence - 1, 1).Events), TestContext.Current.CancellationToken);
    }

    private async Task QueueHoldsAsync(string queue, uint messages, uint consumers)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(rabbit.ConnectionString) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await Eventually.HoldsAsync(
            async () =>
            {
                // Who asks for a queue that is not there yet loses the channel.
                await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
                try
                {
                    var found = await channel.QueueDeclarePassiveAsync(queue, TestContext.Current.CancellationToken);
                    return (found.MessageCount, found.ConsumerCount);
                }
                catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
                {
                    return default;
                }
            },
            found => found == (messages, consumers),
            $"{messages} messages wait for {consumers} consumers",
            TestContext.Current.CancellationToken);
    }

    private static async Task AppliesAsync(string database, long sequence) => await Eventually.HoldsAsync(
        () => LastAppliedAsync(database), last => last == sequence, $"event {sequence} is applied", TestContext.Current.CancellationToken);

    private static async Task<long> LastAppliedAsync(string database)
    {
        await using var connection = new NpgsqlConnection(database);
        return await connection.ExecuteScalarAsync<long>("SELECT sequence FROM intake");
    }

    private static void WithSchema(HostApplicationBuilder builder, string database)
    {
        builder.Configuration["ConnectionStrings:platform"] = database;
        builder.AddSchema();
        builder.AddIntake<NoteSink>("producer");
    }

    private IHost Service(string name, Action<HostApplicationBuilder> add, params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Coordination.Tests" });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Configuration["ConnectionStrings:messaging"] = rabbit.ConnectionString;
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(new ServiceIdentity(name, name, typeof(NoteSink).Assembly));
        add(builder);
        builder.Services.AddHttpClient(EventIntake.ClientName).ConfigurePrimaryHttpMessageHandler(() => new Away());
        builder.AddEventBus("messaging");
        return builder.Build();
    }

    private sealed class Away : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("Nobody there.");
    }

    /// <summary>Keeps what is applied in memory, and nothing else anywhere.</summary>
    private sealed class Memory : IEventSink
    {
        public ConcurrentQueue<EventEnvelope> Applied { get; } = [];

        public Task<long?> GetLastAppliedAsync(string producer, CancellationToken cancellationToken) => Task.FromResult<long?>(Applied.Count);

        public Task<bool> TryApplyAsync(string producer, IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken)
        {
            foreach (var applied in events)
            {
                Applied.Enqueue(applied);
            }

            return Task.FromResult(true);
        }

        public Task RebuildAsync(string producer, long? seen, long firstKept, long last, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

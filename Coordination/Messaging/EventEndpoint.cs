using MassTransit;
using Microsoft.Extensions.Hosting;
using RabbitMQ.Client;
using Sure.Coordination.Intake;
using Sure.Coordination.Migrations;

namespace Sure.Coordination.Messaging;

/// <summary>
/// Takes events from the queue of this service once its schema, where it has one, is up to date; until then they wait there. Waiting with
/// an event in hand would not do: RabbitMQ closes a channel on which a delivery has not been acknowledged for half an hour.
/// </summary>
internal sealed class EventEndpoint(
    IReceiveEndpointConnector bus, ServiceIdentity service, EventSubscription subscription, IServiceProvider services) : BackgroundService
{
    /// <summary>Where every service tells its events.</summary>
    public const string Exchange = "sure.events";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (services.GetService(typeof(SchemaReady)) is SchemaReady schema)
        {
            await schema.WaitAsync(stoppingToken);
        }

        bus.ConnectReceiveEndpoint(service.Name, (context, queue) => Receive((IRabbitMqReceiveEndpointConfigurator)queue, context));
    }

    private void Receive(IRabbitMqReceiveEndpointConfigurator queue, IBusRegistrationContext context)
    {
        queue.SetQuorumQueue();
        queue.ConfigureConsumeTopology = false;
        // In order: the next events are taken when those before them have been applied.
        queue.ConcurrentMessageLimit = 1;
        queue.PrefetchCount = 4;
        foreach (var producer in subscription.Producers)
        {
            queue.Bind(Exchange, binding =>
            {
                binding.ExchangeType = ExchangeType.Topic;
                binding.RoutingKey = producer;
            });
        }

        queue.UseEventRetries(TimeSpan.FromSeconds(10));
        queue.ConfigureConsumer<EventConsumer>(context);
    }
}

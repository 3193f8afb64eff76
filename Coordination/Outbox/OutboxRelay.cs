using System.Diagnostics.Metrics;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Leases;
using Sure.Coordination.Migrations;

namespace Sure.Coordination.Outbox;

/// <summary>
/// Takes events from the outbox to the broker, on the leading instance, in order and with a bounded number unconfirmed. What the broker
/// did not confirm is sent again: consumers know by the sequence what they have.
/// </summary>
internal sealed partial class OutboxRelay(
    OutboxStore store,
    IBus bus,
    NpgsqlDataSource database,
    Leadership leadership,
    SchemaReady schema,
    ServiceIdentity service,
    IOptions<OutboxOptions> options,
    TimeProvider time,
    ILogger<OutboxRelay> logger) : BackgroundService
{
    private static readonly Meter Meter = new("Sure.Outbox");

    private static readonly Counter<long> Relayed = Meter.CreateCounter<long>("sure.outbox.relayed", "{event}", "Events the broker confirmed.");

    private static readonly Histogram<double> Lag =
        Meter.CreateHistogram<double>("sure.outbox.lag", "s", "From the time an event occurred until the broker confirmed it.");

    private static readonly TimeSpan TrimInterval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        await leadership.RunAsync("outbox", RelayAsync, stoppingToken);
    }

    private async Task RelayAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        await using var listener = await database.OpenConnectionAsync(cancellationToken);
        await using (var listen = new NpgsqlCommand("DO $$ BEGIN EXECUTE format('LISTEN %I', 'outbox_' || current_schema()); END $$", listener))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        var trimmedAt = time.GetTimestamp();
        while (true)
        {
            var waiting = await store.NumberAndReadAsync(term, options.Value.ConfirmWindow, cancellationToken);
            if (waiting.Count > 0)
            {
                await PublishAsync(waiting, cancellationToken);
                await store.MarkRelayedAsync(term, waiting[^1].Sequence, cancellationToken);
                Measure(waiting);
            }

            if (time.GetElapsedTime(trimmedAt) >= TrimInterval)
            {
                await store.TrimAsync(time.GetUtcNow() - options.Value.Retention, cancellationToken);
                trimmedAt = time.GetTimestamp();
            }

            if (waiting.Count < options.Value.ConfirmWindow)
            {
                await listener.WaitAsync(options.Value.PollInterval, cancellationToken);
            }
        }
    }

    private async Task PublishAsync(IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken)
    {
        // Publish waits for ever while the broker is away; the limit lets the relay see whether it still leads.
        using var limit = new CancellationTokenSource(options.Value.PublishTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await Task.WhenAll(events.Select(e => bus.Publish(e, context => context.MessageId = e.EventId, either.Token)));
        }
        catch (OperationCanceledException exception) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Log.BrokerSilent(logger, events.Count, options.Value.PublishTimeout);
            throw new TimeoutException("The broker did not confirm in time.", exception);
        }
    }

    private void Measure(IReadOnlyList<EventEnvelope> events)
    {
        var tag = new KeyValuePair<string, object?>("sure.producer", service.Name);
        Relayed.Add(events.Count, tag);
        var now = time.GetUtcNow();
        foreach (var relayed in events)
        {
            Lag.Record((now - relayed.OccurredAt).TotalSeconds, tag);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The broker confirmed none or not all of {Count} events within {Limit}; they are sent again")]
        public static partial void BrokerSilent(ILogger logger, int count, TimeSpan limit);
    }
}

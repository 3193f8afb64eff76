using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Threading.Channels;
using MassTransit;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Coordination.Leases;
using Sure.Coordination.Migrations;
using Sure.Coordination.Telemetry;

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
    private static readonly ActivitySource Source = new("Sure.Outbox");

    private static readonly Meter Meter = new("Sure.Outbox");

    private static readonly Counter<long> Relayed = Meter.CreateCounter<long>("sure.outbox.relayed", "{event}", "Events the broker confirmed.");

    private static readonly Histogram<double> Lag =
        Meter.CreateHistogram("sure.outbox.lag", "s", "From the time an event occurred until the broker confirmed it.", tags: null, Buckets.Seconds);

    private const int TrimBatch = 1000;

    private static readonly TimeSpan TrimInterval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await schema.WaitAsync(stoppingToken);
        await leadership.RunAsync("outbox", RelayAsync, stoppingToken);
    }

    /// <summary>
    /// Three loops: events get their sequence, and with it whoever asks for them gets them, whether or not the broker takes any and
    /// whether or not the old ones can be forgotten.
    /// </summary>
    private async Task RelayAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        var numbered = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops =
        [
            NumberAsync(term, numbered.Writer, ending.Token),
            PublishAsync(term, numbered.Reader, ending.Token),
            TrimAsync(term, ending.Token),
        ];
        await Task.WhenAny(loops);
        await ending.CancelAsync();
        await Task.WhenAll(loops);
    }

    private async Task NumberAsync(LeaseTerm term, ChannelWriter<bool> numbered, CancellationToken cancellationToken)
    {
        await using var listener = await database.OpenConnectionAsync(cancellationToken);
        await using (var listen = new NpgsqlCommand("DO $$ BEGIN EXECUTE format('LISTEN %I', 'outbox_' || current_schema()); END $$", listener))
        {
            await listen.ExecuteNonQueryAsync(cancellationToken);
        }

        while (true)
        {
            var count = await store.NumberAsync(term, options.Value.ConfirmWindow, cancellationToken);
            if (count > 0)
            {
                numbered.TryWrite(item: true);
            }

            if (count < options.Value.ConfirmWindow)
            {
                await listener.WaitAsync(options.Value.PollInterval, cancellationToken);
            }
        }
    }

    private async Task PublishAsync(LeaseTerm term, ChannelReader<bool> numbered, CancellationToken cancellationToken)
    {
        while (true)
        {
            var waiting = await store.ReadWaitingAsync(options.Value.ConfirmWindow, cancellationToken);
            if (waiting.Count > 0)
            {
                if (!await TryPublishAsync(waiting, cancellationToken))
                {
                    continue;
                }

                await store.MarkRelayedAsync(term, waiting[^1].Sequence, cancellationToken);
                Measure(waiting);
            }

            if (waiting.Count < options.Value.ConfirmWindow)
            {
                await numbered.ReadAsync(cancellationToken);
            }
        }
    }

    private async Task TrimAsync(LeaseTerm term, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TrimInterval, time);
        do
        {
            try
            {
                int trimmed;
                do
                {
                    trimmed = await store.TrimAsync(term, options.Value.Retention, time.GetUtcNow(), TrimBatch, cancellationToken);
                }
                while (trimmed == TrimBatch);
            }
            catch (Exception exception) when (exception is not LeaseLostException && !cancellationToken.IsCancellationRequested)
            {
                Log.TrimFailed(logger, TrimInterval, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken));
    }

    private async Task<bool> TryPublishAsync(IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken)
    {
        // Publish waits for ever while the broker is away.
        using var limit = new CancellationTokenSource(options.Value.PublishTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await Task.WhenAll(events.Chunk(EventBatch.Limit).Select(batch => PublishAsync(batch, either.Token)));
            return true;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            Log.BrokerSilent(logger, events.Count, options.Value.PublishTimeout);
            return false;
        }
    }

    /// <summary>Goes on with the traces of what caused the events; the broker's client takes the first along.</summary>
    private async Task PublishAsync(EventEnvelope[] batch, CancellationToken cancellationToken)
    {
        using var activity = Source.StartActivity($"relay {batch[0].Type}", ActivityKind.Internal, batch.SelectMany(e => e.Traces()));
        await bus.Publish(new EventBatch(service.Name, batch), context => context.MessageId = batch[0].EventId, cancellationToken);
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

        [LoggerMessage(Level = LogLevel.Error, Message = "Relayed events past retention could not be forgotten; the next attempt is after {Interval}")]
        public static partial void TrimFailed(ILogger logger, TimeSpan interval, Exception exception);
    }
}

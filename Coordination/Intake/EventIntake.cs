using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Coordination.Outbox;
using Sure.Coordination.Telemetry;

namespace Sure.Coordination.Intake;

/// <summary>
/// Applies the events of each producer in sequence, each exactly once in effect: takes the successor of the last one, ignores what it
/// has, and fetches what it misses from the producer. So neither loss nor repetition nor disorder on the way changes anything.
/// </summary>
internal sealed partial class EventIntake(
    IEventSink sink, IHttpClientFactory clients, ServiceIdentity service, IMeterFactory meters, TimeProvider time, ILogger<EventIntake> logger)
{
    public const string ClientName = "events";

    private const int PageSize = 500;

    /// <summary>Age of an event that shows that this service has fallen behind.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromSeconds(2);

    private static readonly ActivitySource Source = new("Sure.Intake");

    private readonly ConcurrentDictionary<string, Line> _lines = new(StringComparer.Ordinal);
    private readonly IntakeTelemetry _telemetry = new(meters, time);

    /// <summary>Takes events as they arrive.</summary>
    public async Task ReceiveAsync(EventBatch batch, CancellationToken cancellationToken)
    {
        using var activity = Source.StartActivity($"apply {batch.Events[0].Type}", ActivityKind.Consumer, batch.Events.SelectMany(e => e.Traces()));
        var line = LineOf(batch.Producer);
        await line.Turn.WaitAsync(cancellationToken);
        try
        {
            EventEnvelope[] news = [.. batch.Events.Where(e => !(e.Sequence <= line.Applied))];
            if (news.Length == 0)
            {
                return;
            }

            // Late ones are not applied as they come: more of them wait behind, which the producer gives many at a time.
            var late = time.GetUtcNow() - news[0].OccurredAt > Late;
            if (!late && await ApplyAsync(line, batch.Producer, news, cancellationToken))
            {
                return;
            }

            if (!(news[^1].Sequence <= await LastAsync(line, batch.Producer, cancellationToken)))
            {
                await FetchAsync(line, batch.Producer, cancellationToken);
            }
        }
        finally
        {
            line.Turn.Release();
        }
    }

    /// <summary>Fetches and applies whatever <paramref name="producer"/> has that was not applied yet.</summary>
    public async Task CatchUpAsync(string producer, CancellationToken cancellationToken)
    {
        _telemetry.Began(producer);
        var line = LineOf(producer);
        await line.Turn.WaitAsync(cancellationToken);
        try
        {
            await FetchAsync(line, producer, cancellationToken);
        }
        finally
        {
            line.Turn.Release();
        }
    }

    private Line LineOf(string producer) => _lines.GetOrAdd(producer, _ => new Line());

    private async Task<long?> LastAsync(Line line, string producer, CancellationToken cancellationToken)
    {
        var last = await sink.GetLastAppliedAsync(producer, cancellationToken);
        line.Applied = last;
        return last;
    }

    private async Task FetchAsync(Line line, string producer, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(ClientName);
        while (true)
        {
            var last = await LastAsync(line, producer, cancellationToken);
            var uri = new Uri($"http://{producer}{OutboxEndpoints.Path}?after={last ?? 0}&limit={PageSize}");
            var page = await client.GetFromJsonAsync<EventPage>(uri, SureJson.Internal, cancellationToken)
                ?? throw new InvalidOperationException($"{producer} answered no page of events.");
            if (last is null || last < page.FirstSequence - 1 || last > page.LastSequence)
            {
                Log.Rebuilding(logger, service.Name, producer, last, page.FirstSequence, page.LastSequence);
                await sink.RebuildAsync(producer, last, page.FirstSequence, page.LastSequence, cancellationToken);
                continue;
            }

            if (page.Events.Count == 0)
            {
                _telemetry.UpToDate(producer);
                return;
            }

            using var activity = Source.StartActivity("apply fetched", ActivityKind.Consumer, page.Events.SelectMany(e => e.Traces()));
            foreach (var stretch in page.Events.Chunk(EventBatch.Limit))
            {
                if (!await ApplyAsync(line, producer, stretch, cancellationToken))
                {
                    // Another instance was faster; what is left then is in the next page.
                    break;
                }

                _telemetry.Fetched(producer, stretch.Length);
            }
        }
    }

    private async Task<bool> ApplyAsync(Line line, string producer, EventEnvelope[] events, CancellationToken cancellationToken)
    {
        var applied = await sink.TryApplyAsync(producer, events, cancellationToken);
        if (applied)
        {
            line.Applied = events[^1].Sequence;
            _telemetry.Applied(producer, events);
        }

        return applied;
    }

    /// <summary>What is known of one producer's events. Within a process one stretch of them at a time; between instances the sink decides.</summary>
    private sealed class Line
    {
        public SemaphoreSlim Turn { get; } = new(1, 1);

        /// <summary>
        /// Up to where they are known to be applied; null while nothing is known. Another instance may be further; behind is it only where
        /// the producer began anew, which whoever fetches next finds out.
        /// </summary>
        public long? Applied { get; set; }
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "{Service} begins anew with the events of {Producer}: it has applied {Last}, kept are {First} to {Newest}")]
        public static partial void Rebuilding(ILogger logger, string service, string producer, long? last, long first, long newest);
    }
}

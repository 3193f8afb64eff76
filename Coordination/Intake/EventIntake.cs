using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Coordination.Outbox;

namespace Sure.Coordination.Intake;

/// <summary>
/// Applies the events of each producer in sequence, each exactly once in effect: takes the successor of the last one, ignores what it
/// has, and fetches what it misses from the producer. So neither loss nor repetition nor disorder on the way changes anything.
/// </summary>
internal sealed partial class EventIntake(IEventSink sink, IHttpClientFactory clients, ServiceIdentity service, ILogger<EventIntake> logger)
{
    public const string ClientName = "events";

    private const int PageSize = 500;

    private static readonly ActivitySource Source = new("Sure.Intake");

    private static readonly Meter Meter = new("Sure.Intake");

    private static readonly Counter<long> Applied = Meter.CreateCounter<long>("sure.intake.applied", "{event}", "Events applied, by producer.");

    private static readonly Counter<long> Fetched =
        Meter.CreateCounter<long>("sure.intake.fetched", "{event}", "Events fetched from their producer because they had not arrived.");

    /// <summary>Within a process one stretch of a producer at a time; between instances the sink decides.</summary>
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>Takes one event as it arrives.</summary>
    public async Task ReceiveAsync(EventEnvelope envelope, CancellationToken cancellationToken)
    {
        _ = ActivityContext.TryParse(envelope.TraceParent, traceState: null, out var cause);
        using var activity = Source.StartActivity($"apply {envelope.Type}", ActivityKind.Consumer, cause);
        var turn = _turns.GetOrAdd(envelope.Producer, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            var last = await sink.GetLastAppliedAsync(envelope.Producer, cancellationToken);
            if (envelope.Sequence <= last)
            {
                return;
            }

            if (envelope.Sequence - 1 != last || !await ApplyAsync(envelope.Producer, [envelope], cancellationToken))
            {
                await FetchAsync(envelope.Producer, cancellationToken);
            }
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Fetches and applies whatever <paramref name="producer"/> has that was not applied yet.</summary>
    public async Task CatchUpAsync(string producer, CancellationToken cancellationToken)
    {
        var turn = _turns.GetOrAdd(producer, _ => new SemaphoreSlim(1, 1));
        await turn.WaitAsync(cancellationToken);
        try
        {
            await FetchAsync(producer, cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task FetchAsync(string producer, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(ClientName);
        while (true)
        {
            var last = await sink.GetLastAppliedAsync(producer, cancellationToken);
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
                return;
            }

            if (await ApplyAsync(producer, page.Events, cancellationToken))
            {
                Fetched.Add(page.Events.Count, new KeyValuePair<string, object?>("sure.producer", producer));
            }
        }
    }

    private async Task<bool> ApplyAsync(string producer, IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken)
    {
        var applied = await sink.TryApplyAsync(producer, events, cancellationToken);
        if (applied)
        {
            Applied.Add(events.Count, new KeyValuePair<string, object?>("sure.producer", producer));
        }

        return applied;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Information,
            Message = "{Service} begins anew with the events of {Producer}: it has applied {Last}, kept are {First} to {Newest}")]
        public static partial void Rebuilding(ILogger logger, string service, string producer, long? last, long first, long newest);
    }
}

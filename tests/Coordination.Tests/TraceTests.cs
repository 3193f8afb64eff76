using System.Collections.Concurrent;
using System.Diagnostics;
using Sure.Contracts.Events;
using Sure.Coordination.Outbox;
using Sure.Coordination.Telemetry;
using Sure.Coordination.Writing;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>What caused an event is kept with it, and whoever applies it goes on with that trace.</summary>
public sealed class TraceTests(PostgresServer postgres)
{
    private static readonly ActivityContext First = Context(ActivityTraceFlags.Recorded);
    private static readonly ActivityContext Second = Context(ActivityTraceFlags.Recorded);
    private static readonly ActivityContext Unrecorded = Context(ActivityTraceFlags.None);

    [Fact]
    public async Task An_event_is_applied_in_the_trace_of_its_first_cause_and_linked_with_the_others()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await WriteAsync(producer, batch => batch.AppendEvent(CoordinationHost.Event(1), Unrecorded, First, Second, First));

        var told = Assert.Single(await NumberAsync(producer));
        Assert.Equal([First, Second], told.Traces().Select(Local));

        await using var consumer = await CoordinationHost.ConsumerAsync(await postgres.CreateDatabaseAsync(), producer.Address);
        var applied = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Sure.Intake",
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = applied.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        await consumer.Intake.ReceiveAsync(new EventBatch("producer", [told with { Producer = "producer" }]), TestContext.Current.CancellationToken);

        var span = Assert.Single(applied, a => a.TraceId == First.TraceId && a.OperationName == "apply PolicyExpired");
        Assert.Equal(First.SpanId, span.ParentSpanId);
        Assert.Equal([Second.TraceId], span.Links.Select(l => l.Context.TraceId));
    }

    [Fact]
    public async Task Events_that_are_written_together_keep_each_its_own_trace()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await WriteAsync(producer, batch => batch.AppendEvents(
            [CoordinationHost.Event(1), CoordinationHost.Event(2), CoordinationHost.Event(3)], [First, Unrecorded, Second]));

        var told = await NumberAsync(producer);

        Assert.Equal([First.TraceId, default, Second.TraceId], told.Select(e => e.Traces().Single().TraceId));
        Assert.All(told, e => Assert.Null(e.TraceLinks));
    }

    [Fact]
    public async Task Who_tells_of_changes_finds_what_caused_them_since_it_last_looked()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await WriteAsync(producer, batch => batch.AppendEvents([CoordinationHost.Event(1), CoordinationHost.Event(2)], [First, First]));
        await using var connection = await producer.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var (seen, _) = await connection.ReadCausesAsync(after: null, "Summary", TestContext.Current.CancellationToken);
        await WriteAsync(producer, batch => batch.AppendEvents([CoordinationHost.Event(3), CoordinationHost.Event(4)], [Second, Unrecorded]));

        var (position, causes) = await connection.ReadCausesAsync(seen, "Summary", TestContext.Current.CancellationToken);
        Assert.Equal([Second], causes.Select(Local));
        var (still, none) = await connection.ReadCausesAsync(position, "Summary", TestContext.Current.CancellationToken);
        Assert.Equal(position, still);
        Assert.Empty(none);
        Assert.Empty((await connection.ReadCausesAsync(seen, nameof(PolicyExpired), TestContext.Current.CancellationToken)).Causes);
    }

    private static async Task WriteAsync(CoordinationHost host, Action<WriteBatch> write)
    {
        await using var connection = await host.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var batch = new WriteBatch(connection, transaction);
        write(batch);
        await batch.ExecuteAsync(CancellationToken.None);
        await transaction.CommitAsync();
    }

    private static async Task<IReadOnlyList<EventEnvelope>> NumberAsync(CoordinationHost producer)
    {
        IReadOnlyList<EventEnvelope> events = [];
        await producer.LeadAsync(async term =>
        {
            await producer.Outbox.NumberAsync(term, 1000, CancellationToken.None);
            events = await producer.Outbox.ReadWaitingAsync(1000, CancellationToken.None);
        });
        return events;
    }

    private static ActivityContext Context(ActivityTraceFlags flags) => new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags);

    private static ActivityContext Local(ActivityContext read) => new(read.TraceId, read.SpanId, read.TraceFlags);
}

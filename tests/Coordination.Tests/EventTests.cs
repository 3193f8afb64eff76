using Dapper;
using Npgsql;
using Sure.Contracts.Events;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>From an outbox to a sink: whatever happens on the way, each fact is applied once and in order.</summary>
public sealed class EventTests(PostgresServer postgres)
{
    [Fact]
    public async Task Sequences_have_no_gaps_whoever_writes_at_the_same_time_and_whatever_is_rolled_back()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());

        await Task.WhenAll(Enumerable.Range(1, 60).Select(i => producer.TellAsync(i, commit: i % 3 != 0)));
        var events = await NumberAsync(producer);

        Assert.Equal(Enumerable.Range(1, 40).Select(i => (long)i), events.Select(e => e.Sequence));
        Assert.DoesNotContain(events, e => ((PolicyExpired)e.Open()!).CoverageUsd % 3 == 0);
    }

    [Fact]
    public async Task Events_are_applied_once_and_in_order_however_they_arrive()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        for (var i = 1; i <= 20; i++)
        {
            await producer.TellAsync(i);
        }

        var events = (await NumberAsync(producer)).Select(e => e with { Producer = "producer" }).ToList();
        await using var consumer = await CoordinationHost.ConsumerAsync(await postgres.CreateDatabaseAsync(), producer.Address);

        // Alone and together, repeated, partly repeated, out of order, and whatever has the fifth or the tenth lost on the way; the last one arrives.
        var random = new Random(4);
        var arriving = events.Chunk(1).Concat(events.Chunk(3)).Concat(events.Skip(1).Chunk(4))
            .Where(batch => batch.All(e => e.Sequence is not (5 or 10)))
            .OrderBy(_ => random.Next())
            .Select(batch => new EventBatch("producer", batch))
            .ToList();
        await Parallel.ForEachAsync(arriving, TestContext.Current.CancellationToken, async (batch, token) => await consumer.Intake.ReceiveAsync(batch, token));

        Assert.Equal(Enumerable.Range(1, 20).Select(i => $"{i}"), await consumer.NotesAsync());
    }

    [Fact]
    public async Task What_never_arrived_is_fetched()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await producer.TellAsync(1);
        await NumberAsync(producer);
        await using var consumer = await CoordinationHost.ConsumerAsync(await postgres.CreateDatabaseAsync(), producer.Address);
        await consumer.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken);
        await producer.TellAsync(2);
        await producer.TellAsync(3);
        await NumberAsync(producer);

        await consumer.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken);
        await consumer.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken);

        Assert.Equal(["1", "2", "3"], await consumer.NotesAsync());
    }

    [Fact]
    public async Task Two_instances_of_a_consumer_apply_each_event_once()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        for (var i = 1; i <= 30; i++)
        {
            await producer.TellAsync(i);
        }

        await NumberAsync(producer);
        var database = await postgres.CreateDatabaseAsync();
        await using var one = await CoordinationHost.ConsumerAsync(database, producer.Address);
        await using var other = await CoordinationHost.ConsumerAsync(database, producer.Address);

        await Task.WhenAll(
            one.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken), other.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken));

        Assert.Equal(Enumerable.Range(1, 30).Select(i => $"{i}"), await one.NotesAsync());
    }

    /// <summary>The second event cannot be applied while there is nowhere to write it down, however it comes.</summary>
    [Fact]
    public async Task For_how_long_nothing_could_be_taken_is_told_until_it_can()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await producer.TellAsync(1);
        var first = await NumberAsync(producer);
        var clock = new CountedTime();
        await using var consumer = await CoordinationHost.ConsumerAsync(await postgres.CreateDatabaseAsync(), producer.Address, clock);
        await consumer.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken);
        await using var connection = await consumer.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("ALTER TABLE note RENAME TO away");
        await producer.TellAsync(2);
        await NumberAsync(producer);

        clock.Advance(TimeSpan.FromSeconds(20));
        await Assert.ThrowsAsync<PostgresException>(() => consumer.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken));
        clock.Advance(TimeSpan.FromSeconds(10));
        await consumer.Intake.ReceiveAsync(new EventBatch("producer", [.. first]), TestContext.Current.CancellationToken);
        Assert.Equal(30, consumer.Measure("sure.intake.success.age"));

        await connection.ExecuteAsync("ALTER TABLE away RENAME TO note");
        await consumer.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken);
        Assert.Equal(0, consumer.Measure("sure.intake.success.age"));

        // And so is it while there is nothing to take.
        clock.Advance(TimeSpan.FromSeconds(5));
        await consumer.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken);
        Assert.Equal(0, consumer.Measure("sure.intake.success.age"));
    }

    /// <summary>The relay waits for the broker, consumers do not.</summary>
    [Fact]
    public async Task What_is_told_while_the_broker_is_away_is_there_for_whoever_asks()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync(), relays: true);
        await using var consumer = await CoordinationHost.ConsumerAsync(await postgres.CreateDatabaseAsync(), producer.Address);

        for (var i = 1; i <= 3; i++)
        {
            await producer.TellAsync(i);
            await Eventually.HoldsAsync(
                async () =>
                {
                    await consumer.Intake.CatchUpAsync("producer", TestContext.Current.CancellationToken);
                    return (await consumer.NotesAsync()).Count == i;
                },
                held => held,
                $"event {i} can be asked for",
                TestContext.Current.CancellationToken);
        }
    }

    /// <summary>
    /// 2 500 events, more than two batches, all of eight days ago but the 2 401st, which is of yesterday, and the 100th, which was written
    /// by a clock that was a year ahead: the 2 400 before the one of yesterday are forgotten, the 99 after it stay with it.
    /// </summary>
    [Fact]
    public async Task All_that_was_relayed_and_is_past_retention_is_forgotten_at_once_and_what_is_kept_has_no_gaps()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var past = await CoordinationHost.ProducerAsync(database))
        {
            await TellOldAsync(past, 2500);
            await past.ExecuteAsync("UPDATE outbox SET occurred_at = now() - interval '1 day' WHERE sequence = 2401");
            await past.ExecuteAsync("UPDATE outbox SET occurred_at = now() + interval '1 year' WHERE sequence = 100");
        }

        await using var producer = await CoordinationHost.ProducerAsync(database, relays: true);

        await Eventually.HoldsAsync(
            () => producer.Outbox.ReadAsync(0, 1000, TestContext.Current.CancellationToken),
            page => page.FirstSequence == 2401 && page.Events.Select(e => e.Sequence).SequenceEqual(Enumerable.Range(2401, 100).Select(i => (long)i)),
            "what is past retention is forgotten",
            TestContext.Current.CancellationToken);
    }

    /// <summary>Kept for seven days; the first five are of eight days ago, the others of now. By the instance's clock it is a month later.</summary>
    [Fact]
    public async Task A_clock_that_is_ahead_forgets_nothing_that_is_to_be_kept()
    {
        await using var producer = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await TellOldAsync(producer, 10);
        await producer.ExecuteAsync("UPDATE outbox SET occurred_at = now() WHERE sequence > 5");

        await producer.LeadAsync(async term => Assert.Equal(5, await producer.Outbox.TrimAsync(
            term, TimeSpan.FromDays(7), TimeProvider.System.GetUtcNow().AddDays(30), limit: 1000, TestContext.Current.CancellationToken)));

        Assert.Equal(6, (await producer.Outbox.ReadAsync(0, 1000, TestContext.Current.CancellationToken)).FirstSequence);
    }

    [Fact]
    public async Task Events_are_numbered_though_old_ones_cannot_be_forgotten()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var past = await CoordinationHost.ProducerAsync(database))
        {
            await TellOldAsync(past, 10);
            // A sequence counts also what is rolled back.
            await past.ExecuteAsync(
                """
                CREATE SEQUENCE attempt;
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM nextval('attempt'); RAISE 'no'; END $$;
                CREATE TRIGGER refuse BEFORE DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION refuse();
                """);
        }

        await using var producer = await CoordinationHost.ProducerAsync(database, relays: true);
        await Eventually.HoldsAsync(
            () => producer.QueryAsync<bool>("SELECT is_called FROM attempt"), called => called, "an attempt failed", TestContext.Current.CancellationToken);

        for (var i = 11; i <= 13; i++)
        {
            await producer.TellAsync(i);
            await Eventually.HoldsAsync(
                () => producer.Outbox.ReadAsync(0, 1000, TestContext.Current.CancellationToken),
                page => page.Events.Count == i,
                $"event {i} can be asked for",
                TestContext.Current.CancellationToken);
        }

        // Neither begun anew nor tried again without end.
        Assert.Equal(1, await producer.QueryAsync<long>("SELECT last_value FROM attempt"));
    }

    /// <summary>Events of eight days ago that the broker confirmed.</summary>
    private static Task TellOldAsync(CoordinationHost producer, int count) => producer.ExecuteAsync(
        $$"""
        INSERT INTO outbox (event_id, type, occurred_at, data, sequence)
        SELECT gen_random_uuid(), 'PolicyExpired', now() - interval '8 days', '{}', i FROM generate_series(1, {{count}}) AS i;
        UPDATE outbox_state SET numbered = {{count}}, relayed = {{count}};
        """);

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

    /// <summary>As much time passes as a test says; the hour and timers are the system's.</summary>
    private sealed class CountedTime : TimeProvider
    {
        private long _passed;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => _passed += by.Ticks;

        public override long GetTimestamp() => _passed;
    }
}

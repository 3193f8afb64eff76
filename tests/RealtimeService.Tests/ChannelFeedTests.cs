using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Streams;
using Sure.RealtimeService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.RealtimeService.Tests;

public sealed class ChannelFeedTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly ChannelFeed _feed = new(Channel.BridgeHealth, historyLength: 5, TimeSpan.FromHours(1));
    private readonly RecordingClient _client = new();

    public ChannelFeedTests()
    {
        _feed.Load("epoch-1", 0, [], []);
        Append(1, 6);
    }

    [Fact]
    public void A_new_subscriber_gets_the_last_message_of_each_subject_and_then_live_ones()
    {
        _feed.Subscribe(_client.Queue, since: null, epoch: null, Now);
        Append(7, 7);

        var messages = _client.Messages;
        Assert.Equal(["subscribed@6", "snapshot@5", "snapshot@6", "live@7"], messages.Select(Describe));
        Assert.Equal("epoch-1", (string?)messages[0]["epoch"]);
        Assert.Null(messages[0]["recovered"]);
    }

    [Fact]
    public void Who_comes_back_gets_what_was_missed_and_no_snapshot()
    {
        _feed.Subscribe(_client.Queue, since: 3, "epoch-1", Now);

        var messages = _client.Messages;
        Assert.True((bool?)messages[0]["recovered"]);
        Assert.Equal(["subscribed@6", "live@4", "live@5", "live@6"], messages.Select(Describe));
    }

    [Fact]
    public void Who_missed_nothing_is_recovered_with_nothing()
    {
        _feed.Subscribe(_client.Queue, since: 6, "epoch-1", Now);

        Assert.True((bool?)Assert.Single(_client.Messages)["recovered"]);
    }

    /// <summary>Five messages are kept: 2 … 6. Who has 1 misses 2 and can have it; who has 0 misses 1, which is gone.</summary>
    [Theory]
    [InlineData(1, "epoch-1", true)]
    [InlineData(0, "epoch-1", false)]
    [InlineData(7, "epoch-1", false)]
    [InlineData(5, "epoch-0", false)]
    [InlineData(5, null, false)]
    public void What_is_gone_or_of_another_epoch_cannot_be_recovered(long since, string? epoch, bool recovered)
    {
        _feed.Subscribe(_client.Queue, since, epoch, Now);

        var messages = _client.Messages;
        Assert.Equal(recovered, (bool?)messages[0]["recovered"]);
        Assert.Equal(!recovered, messages.Any(m => m["snapshot"] is not null));
    }

    /// <summary>Another instance told it 7 and 8 before it came here, where they arrive a moment later.</summary>
    [Fact]
    public async Task Who_has_more_than_this_instance_knows_waits_for_it_and_gets_nothing_older_and_nothing_twice()
    {
        var time = new FakeTimeProvider(Now);
        var waiting = _feed.CatchUpAsync(since: 8, "epoch-1", TimeSpan.FromSeconds(2), time);
        Append(7, 7);
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);

        Append(8, 8);
        await WhileTimePassesAsync(waiting, time);
        _feed.Subscribe(_client.Queue, since: 8, "epoch-1", Now);
        Append(9, 9);

        Assert.InRange(time.GetUtcNow() - Now, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1.9));
        Assert.Equal(["subscribed@8", "live@9"], _client.Messages.Select(Describe));
        Assert.True((bool?)_client.Messages[0]["recovered"]);
    }

    [Fact]
    public async Task For_an_offset_that_nobody_told_nobody_waits_for_ever()
    {
        var time = new FakeTimeProvider(Now);

        await WhileTimePassesAsync(_feed.CatchUpAsync(since: 1_000_000, "epoch-1", TimeSpan.FromSeconds(2), time), time);

        Assert.InRange(time.GetUtcNow() - Now, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2.2));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData(6L, "epoch-1")]
    [InlineData(7L, "epoch-0")]
    public void Who_is_new_or_has_less_or_another_epoch_waits_for_nothing(long? since, string? epoch) =>
        Assert.True(_feed.CatchUpAsync(since, epoch, TimeSpan.FromSeconds(2), new FakeTimeProvider(Now)).IsCompletedSuccessfully);

    [Fact]
    public void After_unsubscribing_nothing_comes()
    {
        _feed.Subscribe(_client.Queue, since: null, epoch: null, Now);
        _feed.Unsubscribe(_client.Queue);
        Append(7, 9);

        Assert.DoesNotContain(_client.Messages, m => Describe(m).StartsWith("live", StringComparison.Ordinal));
    }

    [Fact]
    public void Who_subscribes_again_gets_nothing_twice()
    {
        _feed.Subscribe(_client.Queue, since: 6, "epoch-1", Now);
        Append(7, 7);
        _feed.Subscribe(_client.Queue, since: 7, "epoch-1", Now);
        Append(8, 8);

        Assert.Equal(["subscribed@6", "live@7", "subscribed@7", "live@8"], _client.Messages.Select(Describe));
    }

    [Fact]
    public void Messages_that_are_too_old_cannot_be_recovered()
    {
        Append(7, 7, Now.AddMinutes(61));
        _feed.Subscribe(_client.Queue, since: 5, "epoch-1", Now);
        Assert.False((bool?)_client.Messages[0]["recovered"]);

        _feed.Subscribe(_client.Queue, since: 6, "epoch-1", Now);
        Assert.True((bool?)_client.Messages.Last(m => Describe(m).StartsWith("subscribed", StringComparison.Ordinal))["recovered"]);
    }

    [Fact]
    public void What_is_read_at_once_is_written_at_once()
    {
        _feed.Subscribe(_client.Queue, since: 6, "epoch-1", Now);
        var before = _client.Writes;
        Append(7, 16);

        Assert.Equal(1, _client.Writes - before);
        Assert.Equal(Enumerable.Range(7, 10).Select(o => $"live@{o}"), _client.Messages.Skip(1).Select(Describe));
    }

    [Fact]
    public void A_message_that_is_read_twice_is_delivered_once()
    {
        _feed.Subscribe(_client.Queue, since: 6, "epoch-1", Now);
        Append(6, 8);
        Append(7, 8);

        Assert.Equal(["subscribed@6", "live@7", "live@8"], _client.Messages.Select(Describe));
    }

    /// <summary>
    /// Four come and go all the time, always with the last offset they have; every other time they stay for what is appended next, and whether
    /// they hear what is appended then is open. Others stay to the end: one, so that it is appended as often as can be, or more than one core
    /// serves.
    /// </summary>
    [Theory]
    [InlineData(1, 9000)]
    [InlineData(300, 900)]
    public async Task Who_comes_and_goes_while_messages_arrive_gets_each_once_and_in_order(int stay, int last)
    {
        var feed = new ChannelFeed(Channel.BridgeHealth, historyLength: last, TimeSpan.FromHours(1));
        feed.Load("epoch-1", 0, [], []);
        var staying = Enumerable.Range(0, stay).Select(_ => new RecordingClient()).ToList();
        staying.ForEach(c => feed.Subscribe(c.Queue, since: 0, "epoch-1", Now));
        var coming = Enumerable.Range(0, 4).Select(_ => Task.Run(ComeAndGoAsync)).ToList();

        for (var told = 0; told < last; told += 3)
        {
            SpinWait.SpinUntil(() => feed.Subscriptions > staying.Count || coming.Any(c => c.IsFaulted));
            feed.Append(Messages(told + 1, told + 3));
        }

        var all = Enumerable.Range(1, last).Select(o => (long)o).ToList();
        Assert.All(await Task.WhenAll(coming), offsets => Assert.Equal(all, offsets));
        Assert.Equal(all, OffsetsOf(staying[0]));
        Assert.All(staying, c => Assert.Equal(staying[0].Bytes, c.Bytes));
        staying.ForEach(c => c.Dispose());

        async Task<List<long>> ComeAndGoAsync()
        {
            var offsets = new List<long>();
            for (var round = 0; offsets.LastOrDefault() < last; round++)
            {
                using var client = new RecordingClient(maximumMessages: last);
                feed.Subscribe(client.Queue, offsets.LastOrDefault(), "epoch-1", Now);
                var until = round % 2 == 0 ? Math.Min(feed.Offset + 6, last) : 0;
                while (feed.Offset < until)
                {
                    await Task.Yield();
                }

                feed.Unsubscribe(client.Queue);
                await client.Queue.WrittenAsync();
                offsets.AddRange(OffsetsOf(client));
            }

            return offsets;
        }

        static IEnumerable<long> OffsetsOf(RecordingClient client) => client.Messages.Skip(1).Select(m => (long)m["offset"]!);
    }

    public void Dispose() => _client.Dispose();

    /// <summary>20 ms at each look, as long as it is not done.</summary>
    private static Task WhileTimePassesAsync(Task task, FakeTimeProvider time) => Eventually.HoldsAsync(
        () =>
        {
            if (!task.IsCompleted)
            {
                time.Advance(TimeSpan.FromMilliseconds(20));
            }

            return Task.FromResult(task.IsCompleted);
        },
        "it waits no longer",
        TestContext.Current.CancellationToken);

    private static string Describe(JsonNode message) =>
        $"{((string?)message["type"] == "subscribed" ? "subscribed" : message["snapshot"] is null ? "live" : "snapshot")}@{message["offset"]}";

    /// <summary>Odd and even offsets are two subjects.</summary>
    private void Append(int from, int to, DateTimeOffset? at = null) => _feed.Append(Messages(from, to, at));

    private static IEnumerable<StreamedMessage> Messages(int from, int to, DateTimeOffset? at = null) =>
        Enumerable.Range(from, to - from + 1).Select(o => new StreamedMessage(o, $"{o % 2}", """{"channel":"bridge_health","type":"health_change"}""", at ?? Now));
}

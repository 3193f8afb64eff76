using System.Text;
using System.Text.Json.Nodes;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Connections;
using Sure.RealtimeService.Streams;

namespace Sure.RealtimeService.Tests;

public sealed class ChannelFeedTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private readonly ChannelFeed _feed = new(Channel.BridgeHealth, historyLength: 5);
    private readonly Subscriber _subscriber = new(maximumMessages: 100, maximumBytes: 10_000, _ => { });

    public ChannelFeedTests()
    {
        _feed.Load("epoch-1", 0, [], []);
        Append(1, 6);
    }

    [Fact]
    public async Task A_new_subscriber_gets_the_last_message_of_each_subject_and_then_live_ones()
    {
        _feed.Subscribe(_subscriber, since: null, epoch: null, Now);
        Append(7, 7);

        var messages = await TakeAsync();
        Assert.Equal(["subscribed@6", "snapshot@5", "snapshot@6", "live@7"], messages.Select(Describe));
        Assert.Equal("epoch-1", (string?)messages[0]["epoch"]);
        Assert.Null(messages[0]["recovered"]);
    }

    [Fact]
    public async Task Who_comes_back_gets_what_was_missed_and_no_snapshot()
    {
        _feed.Subscribe(_subscriber, since: 3, "epoch-1", Now);

        var messages = await TakeAsync();
        Assert.True((bool?)messages[0]["recovered"]);
        Assert.Equal(["subscribed@6", "live@4", "live@5", "live@6"], messages.Select(Describe));
    }

    [Fact]
    public async Task Who_missed_nothing_is_recovered_with_nothing()
    {
        _feed.Subscribe(_subscriber, since: 6, "epoch-1", Now);

        Assert.True((bool?)Assert.Single(await TakeAsync())["recovered"]);
    }

    /// <summary>Five messages are kept: 2 … 6. Who has 1 misses 2 and can have it; who has 0 misses 1, which is gone.</summary>
    [Theory]
    [InlineData(1, "epoch-1", true)]
    [InlineData(0, "epoch-1", false)]
    [InlineData(7, "epoch-1", false)]
    [InlineData(5, "epoch-0", false)]
    [InlineData(5, null, false)]
    public async Task What_is_gone_or_of_another_epoch_cannot_be_recovered(long since, string? epoch, bool recovered)
    {
        _feed.Subscribe(_subscriber, since, epoch, Now);

        var messages = await TakeAsync();
        Assert.Equal(recovered, (bool?)messages[0]["recovered"]);
        Assert.Equal(!recovered, messages.Any(m => m["snapshot"] is not null));
    }

    [Fact]
    public async Task After_unsubscribing_nothing_comes()
    {
        _feed.Subscribe(_subscriber, since: null, epoch: null, Now);
        _feed.Unsubscribe(_subscriber);
        Append(7, 9);

        Assert.DoesNotContain(await TakeAsync(), m => Describe(m).StartsWith("live", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_is_read_twice_is_delivered_once()
    {
        _feed.Subscribe(_subscriber, since: 6, "epoch-1", Now);
        Append(6, 8);
        Append(7, 8);

        Assert.Equal(["subscribed@6", "live@7", "live@8"], (await TakeAsync()).Select(Describe));
    }

    private static string Describe(JsonNode message) =>
        $"{((string?)message["type"] == "subscribed" ? "subscribed" : message["snapshot"] is null ? "live" : "snapshot")}@{message["offset"]}";

    /// <summary>Odd and even offsets are two subjects.</summary>
    private void Append(int from, int to) => _feed.Append(
        [.. Enumerable.Range(from, to - from + 1).Select(o => new StreamedMessage(o, $"{o % 2}", """{"channel":"bridge_health","type":"health_change"}"""))]);

    private async Task<List<JsonNode>> TakeAsync()
    {
        _subscriber.Complete();
        var messages = new List<JsonNode>();
        await foreach (var message in _subscriber.TakeAsync(TestContext.Current.CancellationToken))
        {
            messages.Add(JsonNode.Parse(Encoding.UTF8.GetString(message.Span))!);
        }

        return messages;
    }
}

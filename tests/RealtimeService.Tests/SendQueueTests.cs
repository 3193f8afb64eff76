using System.Net.WebSockets;
using System.Text;
using Sure.RealtimeService.Connections;
using Sure.RealtimeService.Protocol;
using Sure.RealtimeService.Tests.Hosts;

namespace Sure.RealtimeService.Tests;

public sealed class SendQueueTests
{
    /// <summary>Ten bytes of payload, twelve with the header.</summary>
    private static readonly Frame Ten = Frame.Text("0123456789"u8);

    [Fact]
    public void More_messages_than_may_wait_give_the_client_up_once()
    {
        var client = new RecordingClient(maximumMessages: 3);
        client.Refuse();
        for (var i = 0; i < 3; i++)
        {
            client.Queue.Send(Ten);
        }

        Assert.Equal(0, client.Overflows);
        client.Queue.Send(Ten);
        client.Queue.Send(Ten);
        Assert.Equal(1, client.Overflows);
    }

    [Fact]
    public void More_bytes_than_may_wait_give_the_client_up()
    {
        var client = new RecordingClient(maximumBytes: 24);
        client.Refuse();
        client.Queue.Send(Ten);
        client.Queue.Send(Ten);
        Assert.Equal(0, client.Overflows);
        client.Queue.Send(Ten);
        Assert.Equal(1, client.Overflows);
    }

    [Fact]
    public void Messages_that_come_together_count_each()
    {
        var client = new RecordingClient(maximumMessages: 3);
        client.Refuse();
        client.Queue.Send(Frame.Of([Ten, Ten, Ten]));
        Assert.Equal((3, 0), (client.Queue.Messages, client.Overflows));
        client.Queue.Send(Ten);
        Assert.Equal(1, client.Overflows);
    }

    [Theory]
    [InlineData(3, 100)]
    [InlineData(100, 30)]
    public void Who_takes_everything_is_not_given_up_however_much_comes_at_once(int maximumMessages, int maximumBytes)
    {
        var client = new RecordingClient(maximumMessages, maximumBytes);
        var five = Frame.Of([Ten, Ten, Ten, Ten, Ten]);
        client.Queue.Send(five);
        client.Queue.Send(five);
        Assert.Equal((0, 10), (client.Overflows, client.Frames.Count));

        // What came at once while nothing waited may wait; nothing beside it.
        client.Refuse();
        client.Queue.Send(five);
        Assert.Equal((0, 5), (client.Overflows, client.Queue.Messages));
        client.Queue.Send(Ten);
        Assert.Equal(1, client.Overflows);
    }

    [Fact]
    public void What_a_subscription_begins_with_does_not_count()
    {
        var client = new RecordingClient(maximumMessages: 1, maximumBytes: 20);
        client.Refuse();
        Assert.True(client.Queue.AddBacklog(Enumerable.Repeat(Ten, 50)));
        client.Queue.Pump();
        client.Queue.Send(Ten);

        // It waits all the same.
        Assert.Equal((0, 51), (client.Overflows, client.Queue.Messages));
        client.Accept();
        Assert.Equal((51, 0), (client.Frames.Count, client.Queue.Messages));
    }

    /// <summary>A thousand places of 24 bytes each. Frames of this size go out one by one, for which nothing is made.</summary>
    [Fact]
    public void Room_that_was_made_for_a_backlog_is_let_go_of_and_what_is_needed_all_the_time_is_kept()
    {
        var frames = Enumerable.Repeat(Frame.Text(new byte[20_000]), 1000).ToArray();
        var queue = new SendQueue(Stream.Null, 100, 100_000, new RealtimeMetrics(RecordingClient.Meters), () => { });
        AllocatedBySending(frames);
        Assert.InRange(AllocatedBySending(frames), 1000 * 24, long.MaxValue);

        var few = frames[..50];
        AllocatedBySending(few);
        Assert.InRange(AllocatedBySending(few), 0, (50 * 24) - 1);
        Assert.Equal(2100, queue.Sent);

        long AllocatedBySending(Frame[] backlog)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            queue.AddBacklog(backlog);
            queue.Pump();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task What_waits_is_written_when_the_client_has_taken_it_or_is_gone()
    {
        var client = new RecordingClient();
        Assert.True(client.Queue.WrittenAsync().IsCompleted);
        client.Refuse();
        client.Queue.Send(Ten);
        client.Queue.Send(Ten);
        var written = client.Queue.WrittenAsync();
        client.Queue.Send(Ten);
        Assert.False(written.IsCompleted);
        client.Accept();
        await written;
        Assert.Equal((3, 0), (client.Frames.Count, client.Queue.Messages));

        client.Refuse();
        client.Queue.Send(Ten);
        var abandoned = client.Queue.WrittenAsync();
        Assert.False(abandoned.IsCompleted);
        client.Queue.Abandon();
        await abandoned;
        Assert.True(client.Queue.WrittenAsync().IsCompleted);
    }

    [Fact]
    public void What_was_written_makes_room_and_what_waited_goes_out_together()
    {
        var client = new RecordingClient(maximumMessages: 3);
        client.Refuse();
        for (var i = 0; i < 3; i++)
        {
            client.Queue.Send(Ten);
        }

        client.Accept();
        Assert.Equal((0, 2), (client.Queue.Messages, client.Writes));
        client.Queue.Send(Ten);
        Assert.Equal((0, 4), (client.Overflows, client.Frames.Count));
    }

    [Fact]
    public async Task A_close_frame_comes_after_what_waits_and_nothing_after_it()
    {
        var client = new RecordingClient();
        client.Refuse();
        client.Queue.Send(Ten);
        client.Queue.Send(Ten);
        var finished = client.Queue.FinishAsync(Frame.Close(WebSocketCloseStatus.PolicyViolation, "why"), dropWaiting: false);
        client.Queue.Send(Ten);
        Assert.False(finished.IsCompleted);
        client.Accept();
        await finished;

        Assert.Equal([0x81, 0x81, 0x88], client.Frames.Select(f => f.First));
        Assert.Equal([0x03, 0xF0, .. "why"u8], client.Frames[^1].Payload);
    }

    [Fact]
    public async Task A_client_that_is_given_up_gets_the_close_frame_instead_of_what_waits()
    {
        var client = new RecordingClient(maximumMessages: 2);
        client.Refuse();
        for (var i = 0; i < 3; i++)
        {
            client.Queue.Send(Ten);
        }

        var finished = client.Queue.FinishAsync(Frame.Close(CloseStatus.SlowConsumer, "slow_consumer"), dropWaiting: true);
        client.Accept();
        await finished;

        // The one that was being written cannot be taken back: half a frame would be followed by no close frame.
        Assert.Equal([0x81, 0x88], client.Frames.Select(f => f.First));
    }

    [Fact]
    public async Task A_pong_waits_for_its_turn()
    {
        var client = new RecordingClient();
        client.Refuse();
        client.Queue.Send(Ten);
        var pong = client.Queue.SendControlAsync([0x8A, 0]);
        Assert.False(pong.IsCompleted);
        client.Accept();
        await pong;

        Assert.Equal([0x81, 0x8A], client.Frames.Select(f => f.First));
    }

    /// <summary>RFC 6455, 5.2: the length takes 7 bits, or 16, or 64.</summary>
    [Theory]
    [InlineData(0, 2)]
    [InlineData(125, 2)]
    [InlineData(126, 4)]
    [InlineData(65_535, 4)]
    [InlineData(65_536, 10)]
    public void A_frame_has_the_shortest_header(int length, int header)
    {
        var client = new RecordingClient(maximumBytes: 100_000);
        client.Queue.Send(Frame.Text(Encoding.ASCII.GetBytes(new string('x', length))));

        Assert.Equal(header + length, client.Bytes.Length);
        Assert.Equal(length, Assert.Single(client.Frames).Payload.Length);
    }

    [Fact]
    public void A_reason_that_fits_no_close_frame_is_refused() =>
        Assert.Throws<ArgumentException>(() => Frame.Close(WebSocketCloseStatus.PolicyViolation, new string('x', 124)));
}

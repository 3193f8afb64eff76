using Sure.RealtimeService.Connections;

namespace Sure.RealtimeService.Tests;

public sealed class SubscriberTests
{
    private int _overflows;

    [Fact]
    public void More_messages_than_may_wait_give_the_client_up_once()
    {
        var subscriber = new Subscriber(maximumMessages: 3, maximumBytes: 1000, _ => _overflows++);
        for (var i = 0; i < 3; i++)
        {
            subscriber.Send(new byte[10]);
        }

        Assert.Equal(0, _overflows);
        subscriber.Send(new byte[10]);
        subscriber.Send(new byte[10]);
        Assert.Equal(1, _overflows);
    }

    [Fact]
    public void More_bytes_than_may_wait_give_the_client_up()
    {
        var subscriber = new Subscriber(maximumMessages: 100, maximumBytes: 1000, _ => _overflows++);
        subscriber.Send(new byte[1000]);
        Assert.Equal(0, _overflows);
        subscriber.Send(new byte[1]);
        Assert.Equal(1, _overflows);
    }

    [Fact]
    public void What_a_subscription_begins_with_does_not_count()
    {
        var subscriber = new Subscriber(maximumMessages: 1, maximumBytes: 10, _ => _overflows++);
        subscriber.SendBacklog([.. Enumerable.Repeat<ReadOnlyMemory<byte>>(new byte[100], 50)]);
        subscriber.Send(new byte[10]);

        Assert.Equal(0, _overflows);
    }

    [Fact]
    public async Task What_was_taken_makes_room()
    {
        var subscriber = new Subscriber(maximumMessages: 1, maximumBytes: 10, _ => _overflows++);
        await using var taking = subscriber.TakeAsync(TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        subscriber.Send(new byte[10]);
        Assert.True(await taking.MoveNextAsync());

        // Asking for the next one says that the last one was sent.
        var next = taking.MoveNextAsync();
        subscriber.Send(new byte[10]);

        Assert.True(await next);
        Assert.Equal(0, _overflows);
    }
}

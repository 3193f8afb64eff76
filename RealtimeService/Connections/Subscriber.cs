using System.Threading.Channels;

namespace Sure.RealtimeService.Connections;

/// <summary>What waits to be sent to one client. Never blocks who sends; a client that lets too much wait is given up.</summary>
/// <param name="maximumMessages">Messages that may wait.</param>
/// <param name="maximumBytes">Bytes that may wait.</param>
/// <param name="overflow">Called once when more would wait.</param>
public sealed class Subscriber(int maximumMessages, int maximumBytes, Action<Subscriber> overflow)
{
    private readonly Channel<Item> _queue =
        Channel.CreateUnbounded<Item>(new UnboundedChannelOptions { SingleReader = true });

    private int _messages;
    private long _bytes;
    private int _overflowed;

    /// <summary>Queues one message; drops it where the client has been given up.</summary>
    public void Send(ReadOnlyMemory<byte> message)
    {
        if (Volatile.Read(ref _overflowed) == 1)
        {
            return;
        }

        if (Interlocked.Increment(ref _messages) > maximumMessages || Interlocked.Add(ref _bytes, message.Length) > maximumBytes)
        {
            if (Interlocked.Exchange(ref _overflowed, 1) == 0)
            {
                overflow(this);
            }

            return;
        }

        _queue.Writer.TryWrite(new Item([message], IsCounted: true));
    }

    /// <summary>
    /// Queues what a new subscription begins with. It is not counted: its length is the server's choice, and its bytes are shared by all
    /// who get them; what follows while it is sent is counted.
    /// </summary>
    public void SendBacklog(IReadOnlyList<ReadOnlyMemory<byte>> messages) => _queue.Writer.TryWrite(new Item(messages, IsCounted: false));

    /// <summary>Ends the queue: what waits can still be taken, nothing is added.</summary>
    public void Complete() => _queue.Writer.TryComplete();

    /// <summary>Takes what waits, in order.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> TakeAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var item in _queue.Reader.ReadAllAsync(cancellationToken))
        {
            foreach (var message in item.Messages)
            {
                yield return message;
                if (item.IsCounted)
                {
                    Interlocked.Decrement(ref _messages);
                    Interlocked.Add(ref _bytes, -message.Length);
                }
            }
        }
    }

    private sealed record Item(IReadOnlyList<ReadOnlyMemory<byte>> Messages, bool IsCounted);
}

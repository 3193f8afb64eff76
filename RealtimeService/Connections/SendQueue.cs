using System.Buffers;
using Sure.RealtimeService.Protocol;
using Sure.RealtimeService.Trunks;

namespace Sure.RealtimeService.Connections;

/// <summary>
/// What waits to be sent to one client. Whoever adds something writes it where nothing else is being written; what is added meanwhile goes
/// out together in one write. Nobody is ever blocked by a client that does not read: a client for which too much waits is given up.
/// </summary>
/// <param name="output">The client's connection. Nothing else may write to it.</param>
/// <param name="maximumMessages">Messages that may wait; where none does, what comes at once may be more.</param>
/// <param name="maximumBytes">Bytes that may wait, likewise.</param>
/// <param name="metrics">Told of what was sent.</param>
/// <param name="overflow">Called once when more would wait.</param>
internal sealed class SendQueue(Stream output, int maximumMessages, int maximumBytes, RealtimeMetrics metrics, Action overflow)
{
    /// <summary>What waits is sent in writes of about this size: enough to make a write worth its cost, and no long copy.</summary>
    private const int WriteSize = 32 * 1024;

    /// <summary>Frames for which room is kept while none waits.</summary>
    private const int KeptRoom = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Item> _waiting = new();
    private int _messages;
    private int _counted;
    private long _bytes;
    private long _sent;
    private bool _isSending;
    private volatile bool _isGivenUp;
    private bool _isFinished;

    /// <summary>Whether the client negotiated compression. Set before anything is sent.</summary>
    public bool Deflates { get; init; }

    /// <summary>Messages that wait, those that are being written and those that a subscription began with included.</summary>
    public int Messages => Volatile.Read(ref _messages);

    /// <summary>Messages that were written since the client connected, answers included.</summary>
    public long Sent => Volatile.Read(ref _sent);

    /// <summary>Whether more would have waited than may.</summary>
    public bool IsGivenUp => _isGivenUp;

    /// <summary>Adds and sends. What comes after the end, or after the client was given up, is dropped.</summary>
    public void Send(Frame frame)
    {
        if (Add(frame))
        {
            Pump();
        }
    }

    /// <summary>
    /// Adds without sending; true where the caller must <see cref="Pump"/>, once it holds no lock that others wait for.
    /// </summary>
    public bool Add(Frame frame)
    {
        var bytes = BytesOf(frame);
        lock (_lock)
        {
            if (_isFinished || _isGivenUp)
            {
                return false;
            }

            // How much waits says how slow the client is; how much comes at once says nothing of it.
            if (_counted == 0 || (_counted + frame.Messages <= maximumMessages && _bytes + bytes.Length <= maximumBytes))
            {
                _messages += frame.Messages;
                _counted += frame.Messages;
                _bytes += bytes.Length;
                _waiting.Enqueue(new Item(bytes, frame.Messages, IsCounted: true));
                return Start();
            }

            _isGivenUp = true;
        }

        overflow();
        return false;
    }

    /// <summary>
    /// Adds what a subscription begins with, as <see cref="Add"/> does. It does not count towards what may wait: its length is the server's
    /// choice, and its bytes are shared by all who get them; what follows while it is sent counts. So that it cannot pile up, another one is
    /// added only once all that waits is written (<see cref="WrittenAsync"/>).
    /// </summary>
    public bool AddBacklog(IEnumerable<Frame> frames)
    {
        lock (_lock)
        {
            if (_isFinished || _isGivenUp)
            {
                return false;
            }

            foreach (var frame in frames)
            {
                _messages += frame.Messages;
                _waiting.Enqueue(new Item(BytesOf(frame), frame.Messages));
            }

            return Start();
        }
    }

    /// <summary>Answers when all that waits now is written, or will not be.</summary>
    public Task WrittenAsync()
    {
        lock (_lock)
        {
            if (_isFinished || !_isSending)
            {
                return Task.CompletedTask;
            }

            // No bytes of its own: whoever is sending comes to it when everything before it is written.
            var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Enqueue(new Item([], Messages: 0, Written: written));
            return written.Task;
        }
    }

    /// <summary>Sends the bytes of a control frame and answers when they are written, or will not be.</summary>
    public Task SendControlAsync(ReadOnlySpan<byte> frame) => SendControlAsync(frame.ToArray(), isLast: Frame.IsClose(frame), dropWaiting: Frame.IsClose(frame));

    /// <summary>Sends a close frame after what waits, or instead of it; nothing is added any more. Answers when it is written, or will not be.</summary>
    public Task FinishAsync(Frame close, bool dropWaiting) => SendControlAsync(close.Plain, isLast: true, dropWaiting);

    /// <summary>Drops what waits; nothing is added any more.</summary>
    public void Abandon()
    {
        lock (_lock)
        {
            _isFinished = true;
            Drop();
        }
    }

    /// <summary>Sends what waits. Only for whom <see cref="Add"/> told to. Returns as soon as the client does not take more at once.</summary>
    public void Pump() => _ = PumpAsync();

    private Task SendControlAsync(byte[] frame, bool isLast, bool dropWaiting)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_isFinished)
            {
                return Task.CompletedTask;
            }

            _isFinished = isLast;
            if (dropWaiting)
            {
                Drop();
            }

            _waiting.Enqueue(new Item(frame, Messages: 0, Written: written));
            if (!Start())
            {
                return written.Task;
            }
        }

        Pump();
        return written.Task;
    }

    private byte[] BytesOf(Frame frame) => Deflates ? frame.Deflated : frame.Plain;

    /// <summary>Under the lock: true for who has to send.</summary>
    private bool Start()
    {
        if (_isSending)
        {
            return false;
        }

        _isSending = true;
        return true;
    }

    /// <summary>Under the lock.</summary>
    private void Drop()
    {
        while (_waiting.TryDequeue(out var item))
        {
            Forget(item);
        }
    }

    /// <summary>Under the lock: it does not wait any more, sent or not.</summary>
    private void Forget(Item item)
    {
        _messages -= item.Messages;
        if (item.IsCounted)
        {
            _counted -= item.Messages;
            _bytes -= item.Bytes.Length;
        }

        item.Written?.TrySetResult();
    }

    private async Task PumpAsync()
    {
        var batch = default(Batch);
        try
        {
            while (TryTake(ref batch))
            {
                if (batch.More is null)
                {
                    await output.WriteAsync(batch.First.Bytes);
                }
                else
                {
                    await WriteTogetherAsync(batch);
                }

                // Only whoever is sending writes it.
                Volatile.Write(ref _sent, _sent + batch.Messages);
                metrics.Sent(batch.Messages, batch.Bytes);
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone; who reads from it notices too.
            lock (_lock)
            {
                _isFinished = true;
                Done(batch);
                Drop();
            }
        }
    }

    private async ValueTask WriteTogetherAsync(Batch batch)
    {
        if (output is TrunkOutput)
        {
            // It puts together itself what goes to many, and keeps what it is given.
            await output.WriteAsync(batch.First.Bytes);
            foreach (var item in batch.More!)
            {
                await output.WriteAsync(item.Bytes);
            }

            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(batch.Bytes);
        try
        {
            batch.First.Bytes.CopyTo(buffer, 0);
            var at = batch.First.Bytes.Length;
            foreach (var item in batch.More!)
            {
                item.Bytes.CopyTo(buffer, at);
                at += item.Bytes.Length;
            }

            await output.WriteAsync(buffer.AsMemory(0, at));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Takes what is written next and lets go of what was; false when nothing waits.</summary>
    private bool TryTake(ref Batch batch)
    {
        lock (_lock)
        {
            Done(batch);
            if (!_waiting.TryDequeue(out var first))
            {
                batch = default;
                _isSending = false;
                if (_waiting.Capacity > KeptRoom)
                {
                    // A backlog's room would stay as long as the client.
                    _waiting.TrimExcess();
                }

                return false;
            }

            var (bytes, messages) = (first.Bytes.Length, first.Messages);
            List<Item>? more = null;
            while (_waiting.TryPeek(out var next) && bytes + next.Bytes.Length <= WriteSize)
            {
                (more ??= []).Add(_waiting.Dequeue());
                bytes += next.Bytes.Length;
                messages += next.Messages;
            }

            batch = new Batch(first, more, bytes, messages);
            return true;
        }
    }

    /// <summary>Under the lock.</summary>
    private void Done(Batch batch)
    {
        if (batch.First.Bytes is null)
        {
            return;
        }

        Forget(batch.First);
        if (batch.More is not null)
        {
            foreach (var item in batch.More)
            {
                Forget(item);
            }
        }
    }

    /// <param name="Bytes">Whole frames.</param>
    /// <param name="Messages">How many messages they are.</param>
    /// <param name="IsCounted">Whether they count towards what may wait.</param>
    /// <param name="Written">Told when they are written or dropped.</param>
    private readonly record struct Item(byte[] Bytes, int Messages, bool IsCounted = false, TaskCompletionSource? Written = null);

    /// <summary>What is written at once.</summary>
    private readonly record struct Batch(Item First, List<Item>? More, int Bytes, int Messages);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Connections;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService.Streams;

/// <summary>
/// One channel as this instance knows it: its last messages and who listens. A new subscriber gets what is so and then everything that
/// follows, without a gap or a repetition: where it begins is decided under one lock, and from there each subscription counts for itself.
/// </summary>
/// <param name="channel">Which.</param>
/// <param name="historyLength">How many messages it keeps.</param>
/// <param name="historyAge">How much older than the newest they may be.</param>
internal sealed class ChannelFeed(Channel channel, int historyLength, TimeSpan historyAge)
{
    /// <summary>Listeners that one core serves; fewer are not worth another one.</summary>
    private const int Slice = 256;

    /// <summary>How often who waits for this instance to catch up looks again.</summary>
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    private static readonly ActivitySource Deliveries = new("Sure.Realtime");

    private readonly Lock _lock = new();
    private readonly Dictionary<SendQueue, Subscription> _subscriptions = [];
    private readonly Queue<StreamedMessage> _history = new();
    private readonly Dictionary<string, StreamedMessage> _last = new(StringComparer.Ordinal);
    private readonly List<Subscription> _listeners = [];
    private string _epoch = "";
    private long _offset;
    private bool _changed;

    /// <summary>Which channel it is.</summary>
    public Channel Channel { get; } = channel;

    /// <summary>The last offset it knows.</summary>
    public long Offset => Volatile.Read(ref _offset);

    /// <summary>How many listen.</summary>
    public int Subscriptions
    {
        get
        {
            lock (_lock)
            {
                return _subscriptions.Count;
            }
        }
    }

    /// <summary>Begins with what is kept.</summary>
    /// <param name="epoch">Of the history.</param>
    /// <param name="offset">The last one given.</param>
    /// <param name="history">The last messages, oldest first.</param>
    /// <param name="last">The last message of each subject.</param>
    public void Load(string epoch, long offset, IEnumerable<StreamedMessage> history, IEnumerable<StreamedMessage> last)
    {
        lock (_lock)
        {
            _epoch = epoch;
            _offset = offset;
            _history.Clear();
            _last.Clear();
            foreach (var message in history)
            {
                Keep(message);
            }

            foreach (var message in last.Where(m => m.Subject is not null))
            {
                _last[message.Subject!] = message;
            }
        }
    }

    /// <summary>Adds what followed and hands it to everyone who listens. Only one may append at a time.</summary>
    /// <param name="messages">In order; those that are known already are skipped.</param>
    public void Append(IEnumerable<StreamedMessage> messages)
    {
        List<StreamedMessage> news;
        lock (_lock)
        {
            news = [.. messages.Where(m => m.Offset > _offset)];
            foreach (var message in news)
            {
                _offset = message.Offset;
                Keep(message);
                if (message.Subject is not null)
                {
                    _last[message.Subject] = message;
                }
            }

            if (_changed)
            {
                _changed = false;
                _listeners.Clear();
                _listeners.AddRange(_subscriptions.Values);
            }
        }

        if (news.Count == 0)
        {
            return;
        }

        // One run of bytes for everybody, written to each client without a lock that any two of them share.
        var frame = Frame.Of([.. news.Select(m => m.Live)]);
        var spans = news.ConvertAll(StartDelivery);
        if (_listeners.Count <= Slice)
        {
            Deliver(frame, news[^1].Offset, 0, _listeners.Count);
        }
        else
        {
            // All have it before the next is handed out: each connection keeps its order.
            Parallel.ForEach(Partitioner.Create(0, _listeners.Count, Slice), slice => Deliver(frame, news[^1].Offset, slice.Item1, slice.Item2));
        }

        foreach (var span in spans)
        {
            span?.Dispose();
        }
    }

    /// <summary>
    /// Waits until this instance knows what another has told already: one that is a moment behind would begin with an older state and then tell
    /// again what is known. Done at once where there is nothing to wait for, and in any case after <paramref name="patience"/>.
    /// </summary>
    /// <param name="since">The last offset the client has; null for a new one.</param>
    /// <param name="epoch">The epoch of that offset.</param>
    /// <param name="patience">How long it may take.</param>
    /// <param name="time">The clock.</param>
    public async Task CatchUpAsync(long? since, string? epoch, TimeSpan patience, TimeProvider time)
    {
        for (var began = time.GetTimestamp(); IsBehind(since, epoch) && time.GetElapsedTime(began) < patience;)
        {
            await Task.Delay(LookAgain, time);
        }
    }

    /// <summary>
    /// Subscribes: the answer, then what was missed after <paramref name="since"/> where it is still kept, else the last message of each
    /// subject, then what follows. Who is subscribed already gets the same again.
    /// </summary>
    /// <param name="client">Who.</param>
    /// <param name="since">The last offset it has; null for a new one.</param>
    /// <param name="epoch">The epoch of that offset.</param>
    /// <param name="now">For the answer.</param>
    /// <returns>Whether what was missed could be had; null where it was not asked for.</returns>
    public bool? Subscribe(SendQueue client, long? since, string? epoch, DateTimeOffset now)
    {
        if (client.Deflates)
        {
            Deflate(since, epoch);
        }

        bool? recovered;
        bool mustPump;
        lock (_lock)
        {
            if (_subscriptions.Remove(client, out var before))
            {
                before.End();
            }

            (recovered, var backlog) = Beginning(since, epoch);
            mustPump = client.AddBacklog([Answers.Subscribed(Channel, _offset, _epoch, recovered, now), .. backlog]);
            _subscriptions[client] = new Subscription(client, _offset);
            _changed = true;
        }

        if (mustPump)
        {
            client.Pump();
        }

        return recovered;
    }

    /// <summary>Ends a subscription, if there is one: nothing of the channel is queued for the client any more.</summary>
    public void Unsubscribe(SendQueue client)
    {
        lock (_lock)
        {
            if (_subscriptions.Remove(client, out var subscription))
            {
                subscription.End();
                _changed = true;
            }
        }
    }

    private void Deliver(Frame frame, long last, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            _listeners[i].Deliver(frame, last);
        }
    }

    /// <summary>One span for all who get the message, where the trace it comes from is recorded.</summary>
    private Activity? StartDelivery(StreamedMessage message) => message.Cause == default ? null : Deliveries
        .StartActivity($"deliver {Channel.Word()}", ActivityKind.Producer, message.Cause)?
        .SetTag("sure.channel", Channel.Word()).SetTag("sure.offset", message.Offset).SetTag("sure.subscribers", _listeners.Count);

    private bool IsBehind(long? since, string? epoch)
    {
        lock (_lock)
        {
            return since > _offset && string.Equals(epoch, _epoch, StringComparison.Ordinal);
        }
    }

    /// <summary>Under the lock: whether what was missed can be had, and what a subscription begins with.</summary>
    private (bool? Recovered, IEnumerable<Frame> Backlog) Beginning(long? since, string? epoch) =>
        since is not { } known ? (null, Snapshots)
        : CanRecover(known, epoch) ? (true, _history.Where(m => m.Offset > known).Select(m => m.Live))
        : (false, Snapshots);

    private IEnumerable<Frame> Snapshots => _last.Values.OrderBy(m => m.Offset).Select(m => m.Snapshot);

    /// <summary>Compresses what a subscription will begin with: under the lock everybody on the channel would wait for the first who wants it so.</summary>
    private void Deflate(long? since, string? epoch)
    {
        List<Frame> backlog;
        lock (_lock)
        {
            backlog = [.. Beginning(since, epoch).Backlog];
        }

        foreach (var frame in backlog)
        {
            _ = frame.Deflated;
        }
    }

    private bool CanRecover(long since, string? epoch) =>
        string.Equals(epoch, _epoch, StringComparison.Ordinal)
        && since <= _offset
        && (since == _offset || (_history.TryPeek(out var oldest) && oldest.Offset <= since + 1));

    private void Keep(StreamedMessage message)
    {
        _history.Enqueue(message);
        while (_history.Count > historyLength || message.AppendedAt - _history.Peek().AppendedAt > historyAge)
        {
            _history.Dequeue();
        }
    }
}

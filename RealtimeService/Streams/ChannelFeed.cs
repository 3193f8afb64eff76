using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Connections;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService.Streams;

/// <summary>
/// One channel as this instance knows it: its last messages and who listens. A new subscriber gets what is so and then everything that
/// follows, without a gap or a repetition, because both happen under one lock.
/// </summary>
/// <param name="channel">Which.</param>
/// <param name="historyLength">How many messages it keeps.</param>
public sealed class ChannelFeed(Channel channel, int historyLength)
{
    private readonly Lock _lock = new();
    private readonly HashSet<Subscriber> _subscribers = [];
    private readonly Queue<StreamedMessage> _history = new();
    private readonly Dictionary<string, StreamedMessage> _last = new(StringComparer.Ordinal);
    private string _epoch = "";
    private long _offset;

    /// <summary>Which channel it is.</summary>
    public Channel Channel { get; } = channel;

    /// <summary>The last offset it knows.</summary>
    public long Offset
    {
        get
        {
            lock (_lock)
            {
                return _offset;
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
        ArgumentNullException.ThrowIfNull(history);
        ArgumentNullException.ThrowIfNull(last);
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

    /// <summary>Adds what followed and hands it to everyone who listens.</summary>
    /// <param name="messages">In order, after the last offset.</param>
    public void Append(IReadOnlyCollection<StreamedMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        lock (_lock)
        {
            foreach (var message in messages.Where(m => m.Offset > _offset))
            {
                _offset = message.Offset;
                Keep(message);
                if (message.Subject is not null)
                {
                    _last[message.Subject] = message;
                }

                foreach (var subscriber in _subscribers)
                {
                    subscriber.Send(message.Live);
                }
            }
        }
    }

    /// <summary>
    /// Subscribes: the answer, then what was missed after <paramref name="since"/> where it is still kept, else the last message of each
    /// subject, then what follows. Who is subscribed already gets the same again.
    /// </summary>
    /// <param name="subscriber">Who.</param>
    /// <param name="since">The last offset it has; null for a new one.</param>
    /// <param name="epoch">The epoch of that offset.</param>
    /// <param name="now">For the answer.</param>
    public void Subscribe(Subscriber subscriber, long? since, string? epoch, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(subscriber);
        lock (_lock)
        {
            var recovered = since is { } known ? CanRecover(known, epoch) : (bool?)null;
            var backlog = recovered is true
                ? _history.Where(m => m.Offset > since).Select(m => m.Live)
                : _last.Values.OrderBy(m => m.Offset).Select(m => m.Snapshot);
            subscriber.SendBacklog([Answers.Subscribed(Channel, _offset, _epoch, recovered, now), .. backlog]);
            _subscribers.Add(subscriber);
        }
    }

    /// <summary>Ends a subscription, if there is one.</summary>
    public void Unsubscribe(Subscriber subscriber)
    {
        lock (_lock)
        {
            _subscribers.Remove(subscriber);
        }
    }

    private bool CanRecover(long since, string? epoch) =>
        string.Equals(epoch, _epoch, StringComparison.Ordinal)
        && since <= _offset
        && (since == _offset || (_history.TryPeek(out var oldest) && oldest.Offset <= since + 1));

    private void Keep(StreamedMessage message)
    {
        _history.Enqueue(message);
        if (_history.Count > historyLength)
        {
            _history.Dequeue();
        }
    }
}

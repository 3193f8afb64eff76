using Sure.RealtimeService.Connections;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService.Streams;

/// <summary>One client's place in one channel. Live messages are handed out without a lock of the channel; this one belongs to the client alone.</summary>
/// <param name="client">Who.</param>
/// <param name="through">The last offset that is queued for it already.</param>
internal sealed class Subscription(SendQueue client, long through)
{
    private readonly Lock _lock = new();
    private long _through = through;
    private bool _isOver;

    /// <summary>Hands over what followed, unless the subscription is over or has it already.</summary>
    /// <param name="frame">The messages.</param>
    /// <param name="last">The offset of the last of them.</param>
    public void Deliver(Frame frame, long last)
    {
        bool mustPump;
        lock (_lock)
        {
            if (_isOver || last <= _through)
            {
                return;
            }

            _through = last;
            mustPump = client.Add(frame);
        }

        if (mustPump)
        {
            client.Pump();
        }
    }

    /// <summary>Nothing is handed over any more when this returns.</summary>
    public void End()
    {
        lock (_lock)
        {
            _isOver = true;
        }
    }
}

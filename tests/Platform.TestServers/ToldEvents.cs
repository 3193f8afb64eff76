using System.Text.Json;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Coordination.Outbox;

namespace Sure.TestServers;

/// <summary>What a producer has told so far, as <c>GET /internal/events</c> of a service answers it.</summary>
/// <param name="producer">Whose events.</param>
public sealed class ToldEvents(string producer)
{
    private readonly List<EventEnvelope> _events = [];

    /// <summary>Sequence of the last one.</summary>
    public long Last
    {
        get
        {
            lock (_events)
            {
                return _events.Count;
            }
        }
    }

    /// <summary>Tells these next.</summary>
    public void Add(params IEnumerable<IPlatformEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        lock (_events)
        {
            foreach (var e in events)
            {
                _events.Add(new EventEnvelope(
                    producer, _events.Count + 1, e.EventId, e.OccurredAt, e.GetType().Name, JsonSerializer.SerializeToElement(e, e.GetType(), SureJson.Internal)));
            }
        }
    }

    /// <summary>Those after a sequence.</summary>
    public EventPage Page(long after, int limit)
    {
        lock (_events)
        {
            return new EventPage(producer, 1, _events.Count, [.. _events.Skip((int)after).Take(limit)]);
        }
    }
}

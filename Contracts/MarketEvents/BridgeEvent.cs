using System.Text.Json.Serialization;

namespace Sure.Contracts.MarketEvents;

/// <summary>An exploit of a bridge, with what became of the bridge's value.</summary>
/// <param name="Name">Its name on the wire, for example <c>multichain-2023</c>.</param>
/// <param name="BridgeId">The bridge.</param>
/// <param name="From">Start of the time within which it happened: of the day, or of the month where the day is not stored.</param>
/// <param name="To">End of that time, exclusive.</param>
/// <param name="Source">Who tells of it.</param>
/// <param name="Confidence"><c>high</c> and <c>medium</c> as for prices; <c>low</c>: the course in time is assumed.</param>
/// <param name="Course">Where the course in time is from.</param>
/// <param name="Description">What happened, and what of it is assumed.</param>
/// <param name="Value">The course: share of its value that is left, straight between the points. Begins at minute 0 with all of it.</param>
/// <param name="PausedFromMinute">From when on its contract is paused; null where it is not.</param>
public sealed record BridgeEvent(
    string Name,
    string BridgeId,
    DateTimeOffset From,
    DateTimeOffset To,
    string Source,
    string Confidence,
    EventCourse Course,
    string Description,
    IReadOnlyList<ValuePoint> Value,
    double? PausedFromMinute = null);

/// <summary>Where the course of an event is from.</summary>
public enum EventCourse
{
    /// <summary>Recorded as it was.</summary>
    [JsonStringEnumMemberName("recorded")]
    Recorded,

    /// <summary>Made up around figures that are known.</summary>
    [JsonStringEnumMemberName("assumed")]
    Assumed,
}

/// <summary>Share of a bridge's value that is left, 0 … 1, so many minutes after the beginning.</summary>
public sealed record ValuePoint(double Minute, double Share);

/// <summary>The exploits of bridges that are stored with the platform.</summary>
public static class StoredBridgeEvents
{
    private static readonly Lazy<IReadOnlyList<BridgeEvent>> Stored = new(MarketEventFiles.ReadBridgeEvents);

    /// <summary>All, in the order of the catalogue.</summary>
    public static IReadOnlyList<BridgeEvent> All => Stored.Value;

    /// <summary>The event of that name; null when there is none.</summary>
    public static BridgeEvent? Find(string name) => All.FirstOrDefault(e => e.Name == name);
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Sure.Contracts.Json;
using Sure.Contracts.MarketEvents;

namespace Sure.BridgeService.Market.Playing;

/// <summary>Something that happened and can happen again on the simulated market.</summary>
/// <param name="Event">Its name on the wire.</param>
/// <param name="Description">What happened, and what of it is assumed.</param>
/// <param name="Course">Where its course in time is from.</param>
/// <param name="Prices">Names of the stored price records that are played side by side, as they were in time.</param>
/// <param name="Bridges">What becomes of bridges.</param>
public sealed record PlayableEvent(
    string Event, string Description, EventCourse Course, IReadOnlyList<string> Prices, IReadOnlyList<BridgeCourse> Bridges)
{
    /// <summary>How long it lasts where it is not sped up.</summary>
    [JsonIgnore]
    public TimeSpan Length => new[]
    {
        Records.Count == 0 ? TimeSpan.Zero : Records.Max(r => r.Prices[^1].ObservedAt) - RecordStart,
        TimeSpan.FromMinutes(Bridges.SelectMany(b => b.Value).Select(v => v.Minute).DefaultIfEmpty().Max()),
    }.Max();

    /// <summary>The stored records.</summary>
    [JsonIgnore]
    public IReadOnlyList<MarketEvent> Records { get; } =
        [.. Prices.Select(p => StoredEvents.Find(p) ?? throw new FormatException($"{Event}: there is no record {p}."))];

    /// <summary>When the first of them begins.</summary>
    [JsonIgnore]
    public DateTimeOffset RecordStart => Records.Min(r => r.Prices[0].ObservedAt);
}

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

/// <summary>What becomes of a bridge.</summary>
/// <param name="BridgeId">Which.</param>
/// <param name="Value">Share of its value that is left, straight between the points.</param>
/// <param name="PausedFromMinute">From when on its contract is paused; null where it is not.</param>
public sealed record BridgeCourse(string BridgeId, IReadOnlyList<ValuePoint> Value, double? PausedFromMinute = null);

/// <summary>Share of a bridge's value that is left, 0 … 1, so many minutes after the beginning.</summary>
public sealed record ValuePoint(double Minute, double Share);

/// <summary>
/// The events that can be played: those of the file <c>playable-events.json</c>, which is part of this assembly, and each stored price
/// record alone.
/// </summary>
internal static class PlayableEvents
{
    private static readonly Lazy<IReadOnlyList<PlayableEvent>> Stored = new(() => [.. Read(), .. StoredEvents.All.Select(Alone)]);

    /// <summary>All: in the order of the file, then in that of the records.</summary>
    public static IReadOnlyList<PlayableEvent> All => Stored.Value;

    /// <summary>The event of that name; null when there is none.</summary>
    public static PlayableEvent? Find(string name) => All.FirstOrDefault(e => e.Event == name);

    private static PlayableEvent Alone(MarketEvent record) => new(record.Name, record.Description, EventCourse.Recorded, [record.Name], []);

    private static List<PlayableEvent> Read()
    {
        using var stream = typeof(PlayableEvents).Assembly.GetManifestResourceStream("Sure.BridgeService.Market.Playing.playable-events.json")
            ?? throw new InvalidOperationException("playable-events.json is not part of this build.");
        return JsonSerializer.Deserialize<List<PlayableEvent>>(stream, SureJson.Internal)!;
    }
}

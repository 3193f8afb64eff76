using System.Text.Json;
using Sure.Contracts.Json;
using Sure.Contracts.MarketEvents;

namespace Sure.BridgeService.Market.Playing;

/// <summary>Something that happened and can happen again on the simulated market.</summary>
/// <param name="Event">Its name on the wire.</param>
/// <param name="Description">What happened, and what of it is assumed.</param>
/// <param name="Records">Stored prices, which are played side by side, as they were in time.</param>
/// <param name="Bridges">What becomes of bridges.</param>
public sealed record PlayableEvent(string Event, string Description, IReadOnlyList<MarketEvent> Records, IReadOnlyList<BridgeEvent> Bridges)
{
    /// <summary>Where its course in time is from.</summary>
    public EventCourse Course => Bridges.Any(b => b.Course is EventCourse.Assumed) ? EventCourse.Assumed : EventCourse.Recorded;

    /// <summary>How long it lasts where it is not sped up.</summary>
    public TimeSpan Length => new[]
    {
        Records.Count == 0 ? TimeSpan.Zero : Records.Max(r => r.Prices[^1].ObservedAt) - RecordStart,
        TimeSpan.FromMinutes(Bridges.SelectMany(b => b.Value).Select(v => v.Minute).DefaultIfEmpty().Max()),
    }.Max();

    /// <summary>When the first of the records begins.</summary>
    public DateTimeOffset RecordStart => Records.Min(r => r.Prices[0].ObservedAt);
}

/// <summary>
/// The events that can be played: those of the file <c>playable-events.json</c>, which is part of this assembly and puts stored price records
/// together, and each stored event alone.
/// </summary>
internal static class PlayableEvents
{
    private static readonly Lazy<IReadOnlyList<PlayableEvent>> Stored = new(
        () => [.. Read().Select(Together), .. StoredEvents.All.Select(Alone), .. StoredBridgeEvents.All.Select(Alone)]);

    /// <summary>All: in the order of the file, then prices and bridges in that of their catalogues.</summary>
    public static IReadOnlyList<PlayableEvent> All => Stored.Value;

    /// <summary>The event of that name; null when there is none.</summary>
    public static PlayableEvent? Find(string name) => All.FirstOrDefault(e => e.Event == name);

    private static PlayableEvent Together(Group group) => new(
        group.Event,
        group.Description,
        [.. group.Prices.Select(p => StoredEvents.Find(p) ?? throw new FormatException($"{group.Event}: there is no record {p}."))],
        []);

    private static PlayableEvent Alone(MarketEvent record) => new(record.Name, record.Description, [record], []);

    private static PlayableEvent Alone(BridgeEvent exploit) => new(exploit.Name, exploit.Description, [], [exploit]);

    private static List<Group> Read()
    {
        using var stream = typeof(PlayableEvents).Assembly.GetManifestResourceStream("Sure.BridgeService.Market.Playing.playable-events.json")
            ?? throw new InvalidOperationException("playable-events.json is not part of this build.");
        return JsonSerializer.Deserialize<List<Group>>(stream, SureJson.Internal)!;
    }

    /// <summary>An entry of the file; <paramref name="Prices"/> are names of stored price records.</summary>
    private sealed record Group(string Event, string Description, IReadOnlyList<string> Prices);
}

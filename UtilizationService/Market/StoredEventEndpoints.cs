using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.MarketEvents;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Description;

namespace Sure.UtilizationService.Market;

/// <summary>An event of the market that is stored.</summary>
/// <param name="Name">By this name it is back-tested, if it has prices, and played on the simulated market.</param>
/// <param name="Stablecoin">The coin whose prices are stored; null for an event of a bridge.</param>
/// <param name="BridgeId">The bridge that was exploited; null for an event of a coin.</param>
/// <param name="From">The first price; of a bridge's event the start of the day or month in which it happened.</param>
/// <param name="To">The last price; of a bridge's event the end of that day or month.</param>
/// <param name="Points">How many prices there are; of a bridge's event how many points of its course.</param>
/// <param name="Course">Where its course in time is from.</param>
/// <param name="Source">What was recorded, where and by whom.</param>
/// <param name="Confidence"><c>high</c>: every change as the source published it; <c>medium</c>: samples, between which much is unknown; <c>low</c>: the course in time is assumed.</param>
/// <param name="Description">What happened, and what of it is assumed.</param>
public sealed record StoredEventDocument(
    string Name,
    Stablecoin? Stablecoin,
    string? BridgeId,
    DateTimeOffset From,
    DateTimeOffset To,
    int Points,
    EventCourse Course,
    string Source,
    string Confidence,
    string Description);

/// <summary>Stored market events.</summary>
/// <param name="Events">Those of coins, then those of bridges.</param>
/// <param name="Timestamp">The time of the answer.</param>
public sealed record StoredEventList(IReadOnlyList<StoredEventDocument> Events, DateTimeOffset Timestamp);

/// <summary>Stored market events, for back-tests and for playing.</summary>
internal static class StoredEventEndpoints
{
    public static void MapStoredEvents(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/events", List).WithTags("Claims")
            .WithName("ListStoredEvents").WithSummary("Events of the market that are stored here: of coins with their prices, of bridges with the course of their value.")
            .WithAnswer(new StoredEventList([Describe(StoredEvents.All[0]), Describe(StoredBridgeEvents.All[0])], DateTimeOffset.UnixEpoch.AddSeconds(1_697_564_800)));

    private static Ok<StoredEventList> List(TimeProvider time) =>
        TypedResults.Ok(new StoredEventList([.. StoredEvents.All.Select(Describe), .. StoredBridgeEvents.All.Select(Describe)], time.GetUtcNow()));

    private static StoredEventDocument Describe(MarketEvent stored) => new(
        stored.Name,
        stored.Stablecoin,
        BridgeId: null,
        stored.Prices[0].ObservedAt,
        stored.Prices[^1].ObservedAt,
        stored.Prices.Count,
        EventCourse.Recorded,
        stored.Source,
        stored.Confidence,
        stored.Description);

    private static StoredEventDocument Describe(BridgeEvent stored) => new(
        stored.Name,
        Stablecoin: null,
        stored.BridgeId,
        stored.From,
        stored.To,
        stored.Value.Count,
        stored.Course,
        stored.Source,
        stored.Confidence,
        stored.Description);
}

using Microsoft.AspNetCore.Http.HttpResults;
using Sure.Contracts.MarketEvents;
using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Market;

/// <summary>Stored market events, for back-tests.</summary>
internal static class StoredEventEndpoints
{
    public static void MapStoredEvents(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapGet("/api/v2/events", List).WithTags("Claims")
            .WithName("ListStoredEvents").WithSummary("Events of the market whose prices are stored here.");

    private static Ok<StoredEventList> List(TimeProvider time) =>
        TypedResults.Ok(new StoredEventList([.. StoredEvents.All.Select(Describe)], time.GetUtcNow()));

    private static StoredEventDocument Describe(MarketEvent stored) => new(
        stored.Name,
        stored.Stablecoin,
        stored.Prices[0].ObservedAt,
        stored.Prices[^1].ObservedAt,
        stored.Prices.Count,
        stored.Source,
        stored.Confidence,
        stored.Description);

    internal sealed record StoredEventList(IReadOnlyList<StoredEventDocument> Events, DateTimeOffset Timestamp);

    internal sealed record StoredEventDocument(
        string Name, Stablecoin Stablecoin, DateTimeOffset From, DateTimeOffset To, int Points, string Source, string Confidence, string Description);
}

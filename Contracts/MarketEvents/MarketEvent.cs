using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.MarketEvents;

/// <summary>Something that happened to a coin, with the prices that were recorded of it.</summary>
/// <param name="Name">Its name on the wire, for example <c>usdc-svb-2023-03</c>.</param>
/// <param name="Stablecoin">The coin.</param>
/// <param name="Series">Name of the source whose prices these are.</param>
/// <param name="Source">What was recorded, where and by whom.</param>
/// <param name="Confidence"><c>high</c>: every change as the source published it; <c>medium</c>: samples, between which much is unknown.</param>
/// <param name="Description">What happened, in a sentence or two.</param>
public sealed record MarketEvent(string Name, Stablecoin Stablecoin, string Series, string Source, string Confidence, string Description)
{
    private readonly Lazy<IReadOnlyList<RecordedPrice>> _prices = new(() => MarketEventFiles.ReadPrices(Name));

    /// <summary>The prices, oldest first; never empty.</summary>
    public IReadOnlyList<RecordedPrice> Prices => _prices.Value;
}

/// <summary>One price of an event.</summary>
/// <param name="ObservedAt">When.</param>
/// <param name="Price">In USD.</param>
public sealed record RecordedPrice(DateTimeOffset ObservedAt, decimal Price);

/// <summary>The events of coins whose prices are stored with the platform.</summary>
public static class StoredEvents
{
    private static readonly Lazy<IReadOnlyList<MarketEvent>> Stored = new(MarketEventFiles.ReadEvents);

    /// <summary>All, in the order of the catalogue.</summary>
    public static IReadOnlyList<MarketEvent> All => Stored.Value;

    /// <summary>The event of that name; null when there is none.</summary>
    public static MarketEvent? Find(string name) => All.FirstOrDefault(e => e.Name == name);
}

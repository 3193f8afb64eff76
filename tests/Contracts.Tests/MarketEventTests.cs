using Sure.Contracts.MarketEvents;
using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Tests;

public sealed class MarketEventTests
{
    [Fact]
    public void Every_stored_event_has_prices_in_order() => Assert.All(StoredEvents.All, e =>
    {
        Assert.NotEmpty(e.Prices);
        Assert.All(e.Prices, p => Assert.InRange(p.Price, 0.5m, 1.5m));
        Assert.Equal(e.Prices.Select(p => p.ObservedAt).Distinct().Order(), e.Prices.Select(p => p.ObservedAt));
        Assert.Contains(e.Confidence, new[] { "high", "medium" });
        Assert.Same(e, StoredEvents.Find(e.Name));
    });

    /// <summary>Rounds of the feed that are known from elsewhere.</summary>
    [Theory]
    [InlineData(1678497491, 0.99209183)]
    [InlineData(1678505351, 0.96874705)]
    [InlineData(1678521083, 0.88)]
    [InlineData(1678610987, 0.95434030)]
    public void The_rounds_of_march_2023_are_those_of_the_feed(long at, double price) =>
        Assert.Contains(new RecordedPrice(DateTimeOffset.FromUnixTimeSeconds(at), (decimal)price), StoredEvents.Find("usdc-svb-2023-03")!.Prices);

    [Fact]
    public void Lowest_prices_are_those_that_were_recorded()
    {
        Assert.Equal((0.88m, Stablecoin.USDC), Lowest("usdc-svb-2023-03"));
        Assert.Equal((0.885938m, Stablecoin.DAI), Lowest("dai-svb-2023-03"));
        Assert.Equal((0.9658m, Stablecoin.USDT), Lowest("usdt-nyag-2019-04"));
        Assert.Null(StoredEvents.Find("never"));

        static (decimal, Stablecoin) Lowest(string name) => (StoredEvents.Find(name)!.Prices.Min(p => p.Price), StoredEvents.Find(name)!.Stablecoin);
    }
}

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

    /// <summary>Minutes and shares as they are read: in order, from all of the value at the beginning, never more than all nor less than nothing.</summary>
    [Fact]
    public void Every_stored_exploit_is_of_a_bridge_that_is_monitored_and_says_what_of_it_is_assumed() => Assert.All(StoredBridgeEvents.All, e =>
    {
        Assert.NotNull(Bridge.Find(e.BridgeId));
        Assert.True(e.From < e.To, e.Name);
        Assert.Equal(e.Value.Select(v => v.Minute).Distinct().Order(), e.Value.Select(v => v.Minute));
        Assert.Equal(new ValuePoint(0, 1), e.Value[0]);
        Assert.All(e.Value, v => Assert.InRange(v.Share, 0, 1));
        Assert.Equal(e.Course is EventCourse.Assumed, e.Confidence == "low");
        Assert.Equal(e.Course is EventCourse.Assumed, e.Description.Contains("assumed", StringComparison.Ordinal));
        Assert.Same(e, StoredBridgeEvents.Find(e.Name));
    });

    /// <summary>Multichain in July 2023, which was not recorded minute by minute. Of no other monitored bridge is a loss confirmed.</summary>
    [Fact]
    public void The_stored_exploits_are_those_that_are_known()
    {
        Assert.Equal(
            [("multichain-2023", "multichain_eth_ton", At(2023, 7, 1), At(2023, 8, 1), EventCourse.Assumed)],
            StoredBridgeEvents.All.Select(e => (e.Name, e.BridgeId, e.From, e.To, e.Course)));
        Assert.Contains("126 million USD", StoredBridgeEvents.Find("multichain-2023")!.Description, StringComparison.Ordinal);
        Assert.Null(StoredBridgeEvents.Find("usdc-svb-2023-03"));

        static DateTimeOffset At(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
    }

    [Fact]
    public void No_two_stored_events_have_one_name()
    {
        var names = StoredEvents.All.Select(e => e.Name).Concat(StoredBridgeEvents.All.Select(e => e.Name)).ToList();
        Assert.Equal(names.Distinct(StringComparer.Ordinal), names);
    }

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

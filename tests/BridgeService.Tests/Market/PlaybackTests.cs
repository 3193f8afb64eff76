using Sure.BridgeService.Market.Playing;
using Sure.Contracts.MarketEvents;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests.Market;

public sealed class PlaybackTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Rounds of the USDC feed in March 2023, the first of the record at 1678428059.</summary>
    [Theory]
    [InlineData(1678497491, 0.99209183)]
    [InlineData(1678505351, 0.96874705)]
    [InlineData(1678517339, 0.89897889)]
    [InlineData(1678521083, 0.88)]
    [InlineData(1678583975, 0.9753)]
    public void A_recorded_price_is_seen_at_its_time_sped_up(long round, double price)
    {
        var playback = Play("svb-2023", speed: 60);
        var at = Start.AddSeconds((round - 1678428059) / 60.0);

        Assert.Equal(price, playback.Price(Stablecoin.USDC, at.AddMilliseconds(1), otherwise: 1), precision: 8);
        Assert.NotEqual(price, playback.Price(Stablecoin.USDC, at.AddMilliseconds(-1), otherwise: 1), precision: 8);
    }

    [Fact]
    public void Records_of_one_event_keep_their_distance_in_time_and_other_coins_go_on()
    {
        var playback = Play("svb-2023", speed: 60);
        // The record of DAI begins at 1678449656, 21 597 s after that of USDC.
        var dai = Start.AddSeconds(21_597 / 60.0);

        Assert.Equal(0.9, playback.Price(Stablecoin.DAI, dai.AddSeconds(-1), otherwise: 0.9));
        Assert.Equal(1.001, playback.Price(Stablecoin.DAI, dai.AddSeconds(1), otherwise: 0.9), precision: 9);
        Assert.Equal(0.9, playback.Price(Stablecoin.USDT, dai.AddSeconds(1), otherwise: 0.9));
    }

    /// <summary>Three hours of the event are three minutes at speed 60; after each half of the way is left: 1 − 0.04565970 / 2, then / 4.</summary>
    [Fact]
    public void After_the_end_the_market_comes_back_by_halves()
    {
        var usdc = Play("svb-2023", speed: 60);
        var last = Start.AddSeconds((1678610987 - 1678428059) / 60.0);

        Assert.Equal(0.97717015, usdc.Price(Stablecoin.USDC, last.AddMinutes(3), otherwise: 1), precision: 8);
        Assert.Equal(0.988585075, usdc.Price(Stablecoin.USDC, last.AddMinutes(6), otherwise: 1), precision: 8);
        Assert.True(usdc.IsFelt(usdc.EndsAt.AddMinutes(29)));
        Assert.False(usdc.IsFelt(usdc.EndsAt.AddMinutes(30)));
        Assert.False(usdc.IsFelt(Start.AddTicks(-1)));
    }

    /// <summary>Straight lines: at minute 5 halfway from 1 to 0.62; paused from minute 180 until the course ends a day after it began.</summary>
    [Fact]
    public void A_bridge_is_drained_and_paused_as_its_course_says()
    {
        var playback = Play("multichain-2023", speed: 10);

        (double Share, bool Paused) At(double minute) => playback.BridgeAt("multichain_eth_ton", Start.AddMinutes(minute / 10));

        Assert.Equal((0.81, false), (Math.Round(At(5).Share, 9), At(5).Paused));
        Assert.Equal((0.08, false), (Math.Round(At(60).Share, 9), At(179).Paused));
        Assert.Equal((0.08, true), (Math.Round(At(1440).Share, 9), At(181).Paused));
        Assert.Equal((0.54, false), (Math.Round(At(1440 + 180).Share, 9), At(1441).Paused));
        Assert.Equal((1, false), playback.BridgeAt("orbit_eth_ton", Start.AddMinutes(6)));
    }

    [Fact]
    public void Every_event_can_be_played_and_concerns_what_exists()
    {
        Assert.Contains(PlayableEvents.All, e => e.Event == "svb-2023");
        Assert.Equal(["multichain-2023"], PlayableEvents.All.Where(e => e.Course is EventCourse.Assumed).Select(e => e.Event));
        Assert.Equal(PlayableEvents.All.Select(e => e.Event).Distinct(StringComparer.Ordinal), PlayableEvents.All.Select(e => e.Event));
        Assert.All(PlayableEvents.All, e =>
        {
            Assert.True(e.Length > TimeSpan.Zero && e.Records.Count + e.Bridges.Count > 0, e.Event);
            Assert.All(e.Bridges, b => Assert.NotNull(Bridge.Find(b.BridgeId)));
            Assert.All(e.Bridges, b => Assert.Equal(b.Value.OrderBy(v => v.Minute), b.Value));
            Assert.All(e.Bridges, b => Assert.Equal(new ValuePoint(0, 1), b.Value[0]));
        });
    }

    /// <summary>The lowest of the records: 0.88 of USDC, 0.885938 of DAI.</summary>
    [Fact]
    public void The_weekend_of_silicon_valley_bank_is_told_as_it_is_played()
    {
        var weekend = PlayableEvents.Find("svb-2023")!;

        Assert.Equal(
            [(Stablecoin.USDC, 0.88m), (Stablecoin.DAI, 0.885938m)], weekend.Records.Select(r => (r.Stablecoin, r.Prices.Min(p => p.Price))));
        Assert.Contains("USDC fell to 0.88 and DAI to 0.89.", weekend.Description, StringComparison.Ordinal);
    }

    private static Playback Play(string name, double speed) => new(PlayableEvents.Find(name)!, speed, Start);
}

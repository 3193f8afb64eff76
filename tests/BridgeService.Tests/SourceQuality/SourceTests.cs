using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Sure.BridgeService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.SourceQuality;

/// <summary><c>GET /api/v2/oracles/sources</c>, and the same as metrics.</summary>
public sealed class SourceTests(PostgresServer postgres) : IAsyncLifetime
{
    private BridgeHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await BridgeHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_source_is_known_by_its_last_word_its_age_and_how_far_it_is_from_the_others()
    {
        // Of 1, 1 and 0.97 the median is 1: two are 0 off, one 3 %; a minute later 1 %.
        await PostAsync(("one", 1m), ("two", 1m), ("three", 0.97m));
        await _host.CycleAsync(TimeSpan.FromSeconds(30));
        await PostAsync(("one", 1m), ("two", 1m), ("three", 0.99m));
        await _host.CycleAsync(TimeSpan.FromSeconds(30));

        var three = (await SeriesAsync("three"))!;

        Assert.Equal(("price", "USDC", 0.99m, true), ((string)three["kind"]!, (string)three["stablecoin"]!, (decimal)three["value"]!, (bool)three["live"]!));
        Assert.InRange((double)three["age_seconds"]!, 30, 60);
        Assert.Equal(0.02, (double)three["disagreement_mean"]!, tolerance: 1e-9);
        Assert.Equal(0.03, (double)three["disagreement_max"]!, tolerance: 1e-9);
        Assert.Equal((1m, 0L), ((decimal)three["live_share"]!, (long)three["gaps"]!));
        Assert.Equal(0, (double)(await SeriesAsync("one"))!["disagreement_mean"]!);
    }

    /// <summary>Live in two of five cycles: the last word of minute 1 is ten minutes old at minute 11, and there are cycles at 1, 2, 12, 13 and 14.</summary>
    [Fact]
    public async Task A_gap_is_counted_once_however_long_it_is()
    {
        using var listener = new MeterListener();
        var gaps = 0L;
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Name == "sure.source.gaps")
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            if (tags.Contains(new KeyValuePair<string, object?>("sure.source", "fading")))
            {
                gaps += value;
            }
        });
        listener.Start();
        await PostAsync(("fading", 1m));
        foreach (var minutes in new[] { 1, 1, 10, 1, 1 })
        {
            await _host.CycleAsync(TimeSpan.FromMinutes(minutes));
        }

        var fading = (await SeriesAsync("fading"))!;

        Assert.Equal((false, 0.4m, 1L), ((bool)fading["live"]!, (decimal)fading["live_share"]!, (long)fading["gaps"]!));
        Assert.Equal(1, gaps);
    }

    [Fact]
    public async Task What_was_refused_of_a_source_is_counted_and_what_others_posted_in_its_name_is_not()
    {
        await _host.PostAsync(Price("one", 1m, _host.Seconds()), Price("one", 11m, _host.Seconds()), Price("one", 0m, _host.Seconds()));
        using var stranger = _host.Keeper("other");
        await BridgeHost.PostAsync(stranger, "/api/v2/observations", new { observations = new[] { Price("one", 11m, _host.Seconds()) } });

        Assert.Equal(2, (long)(await SourceAsync("one"))!["refused"]!);
        Assert.Null(await SourceAsync("other"));
    }

    [Fact]
    public async Task Bridges_and_coins_have_their_sources_side_by_side()
    {
        var at = _host.Seconds();
        await _host.PostAsync(
            Price("one", 1m, at),
            new { source = "one", kind = "nav", stablecoin = "sUSDe", value = 1.2m, observed_at = at },
            new { source = "one", kind = "bridge", bridge_id = "orbit_eth_ton", tvl_usd = 5m, observed_at = at });
        await _host.CycleAsync();

        var series = (await SourceAsync("one"))!["series"]!.AsArray();

        Assert.Equal(
            [("bridge", "orbit_eth_ton"), ("nav", "sUSDe"), ("price", "USDC")],
            series.Select(s => ((string)s!["kind"]!, (string)(s["bridge_id"] ?? s["stablecoin"])!)));
    }

    [Fact]
    public async Task Real_sources_do_not_count_while_the_market_is_simulated()
    {
        await _host.DisposeAsync();
        _host = await BridgeHost.StartAsync(postgres, "simulated");
        await PostAsync(("one", 0.5m));
        await _host.CycleAsync(TimeSpan.FromSeconds(1));

        Assert.False((bool)(await SourceAsync("one"))!["counts"]!);
        Assert.Null((await SeriesAsync("one"))!["disagreement_mean"]);
        var simulated = (await SourceAsync("sim-alpha"))!;
        Assert.True((bool)simulated["counts"]!);
        // 14 prices, 2 net asset values, 9 bridges.
        Assert.Equal(25, simulated["series"]!.AsArray().Count);
    }

    private static object Price(string source, decimal value, decimal at) => new { source, kind = "price", stablecoin = "USDC", value, observed_at = at };

    private Task<Answer> PostAsync(params (string Source, decimal Value)[] prices)
    {
        var at = _host.Seconds();
        return _host.PostAsync([.. prices.Select(p => Price(p.Source, p.Value, at))]);
    }

    private async Task<JsonNode?> SourceAsync(string source) =>
        (await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/oracles/sources"))["sources"].AsArray().SingleOrDefault(s => (string)s!["source"]! == source);

    private async Task<JsonNode?> SeriesAsync(string source) => (await SourceAsync(source))!["series"]!.AsArray().Single();
}

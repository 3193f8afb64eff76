using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sure.BridgeService.Tests.Hosts;
using Sure.Coordination.Leases;
using Sure.Coordination.Monitors;
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

    /// <summary>
    /// Two instances lead in turn over one database: the word of minute 0 is live to the first at minute 1 and to the second at 9.5, and not
    /// at 10.5. What the first saw a term ago does not make that a gap again at 11.5.
    /// </summary>
    [Fact]
    public async Task A_gap_is_counted_once_whoever_leads()
    {
        await PostAsync(("fading", 1m));
        await _host.ScalarAsync<int>("INSERT INTO lease SELECT (jsonb_populate_record(l, '{\"name\": \"in-turn\", \"epoch\": 0}')).* FROM lease AS l WHERE name = 'market'");
        var (first, second) = (Monitor(), Monitor());

        await CycleAsync(first, epoch: 1, TimeSpan.FromMinutes(1));
        await CycleAsync(second, epoch: 2, TimeSpan.FromMinutes(8.5));
        await CycleAsync(second, epoch: 2, TimeSpan.FromMinutes(1));
        await CycleAsync(first, epoch: 3, TimeSpan.FromMinutes(1));

        Assert.Equal(1, (long)(await SeriesAsync("fading"))!["gaps"]!);

        MarketMonitor Monitor() => ActivatorUtilities.CreateInstance<MarketMonitor>(
            _host.Services, Options.Create(new MonitoringOptions { BridgeInterval = TimeSpan.FromMinutes(1) }));

        async Task CycleAsync(MarketMonitor monitor, long epoch, TimeSpan later)
        {
            _host.Clock.Advance(later);
            await _host.ScalarAsync<int>("UPDATE lease SET epoch = @Epoch WHERE name = 'in-turn'", new { Epoch = epoch });
            await monitor.RunOnceAsync(new LeaseTerm("in-turn", epoch), TestContext.Current.CancellationToken);
        }
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
            Nav("one", at),
            Orbit("one", at));
        await _host.CycleAsync();

        var series = (await SourceAsync("one"))!["series"]!.AsArray();

        Assert.Equal(
            [("bridge", "orbit_eth_ton"), ("nav", "sUSDe"), ("price", "USDC")],
            series.Select(s => ((string)s!["kind"]!, (string)(s["bridge_id"] ?? s["stablecoin"])!)));
    }

    /// <summary>Amounts have at most 2 decimals, prices as many as were said.</summary>
    [Fact]
    public async Task A_value_locked_is_told_in_cents_and_kept_as_it_was_said()
    {
        var at = _host.Seconds();
        await _host.PostAsync(
            Price("one", 0.999875m, at),
            new { source = "one", kind = "bridge", bridge_id = "orbit_eth_ton", tvl_usd = 1_234.5678m, observed_at = at });
        await _host.CycleAsync();

        var series = (await SourceAsync("one"))!["series"]!.AsArray();
        var bridge = await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/bridge-health/orbit_eth_ton");

        Assert.Equal([("bridge", 1_234.57m), ("price", 0.999875m)], series.Select(s => ((string)s!["kind"]!, (decimal)s["value"]!)));
        Assert.Equal(1_234.57m, (decimal)bridge["sources"][0]!["tvl_usd"]!);
        Assert.Equal(1_234.5678m, await _host.ScalarAsync<decimal>("SELECT tvl_usd FROM bridge_source"));
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

    /// <summary>Both speak of coin and bridge on the first day, one of them again on the 32nd; the other's last words are then 31 days old.</summary>
    [Fact]
    public async Task A_source_that_is_gone_for_a_month_is_in_no_answer_no_event_and_no_state()
    {
        foreach (var sources in new string[][] { ["gone", "stays"], ["stays"] })
        {
            var at = _host.Seconds();
            await _host.PostAsync([.. sources.SelectMany(s => new[] { Price(s, 1m, at), Nav(s, at), Orbit(s, at) })]);
            await _host.CycleAsync();
            await AssertNamedAsync(sources);
            _host.Clock.Advance(TimeSpan.FromDays(31));
        }
    }

    /// <summary>Observations of 100 days are taken, so for as long one that is older than the last is known to be.</summary>
    [Fact]
    public async Task The_last_words_of_a_source_are_kept_until_none_as_old_can_arrive()
    {
        var at = _host.Seconds();
        await _host.PostAsync(Price("gone", 1m, at), Orbit("gone", at));
        await _host.CycleAsync(TimeSpan.FromDays(99));

        var answer = await _host.PostAsync(Price("gone", 1m, at - 1), Orbit("gone", at - 1));
        Assert.Equal(["refused", "refused"], answer["results"].AsArray().Select(r => (string)r!["status"]!));
        await _host.CycleAsync(TimeSpan.FromDays(2));

        Assert.Equal(0, await _host.ScalarAsync<long>("SELECT (SELECT count(*) FROM bridge_source) + (SELECT count(*) FROM price_source)"));
    }

    private static object Nav(string source, decimal at) => new { source, kind = "nav", stablecoin = "sUSDe", value = 1.2m, observed_at = at };

    private static object Orbit(string source, decimal at) => new { source, kind = "bridge", bridge_id = "orbit_eth_ton", tvl_usd = 5m, observed_at = at };

    private static object Price(string source, decimal value, decimal at) => new { source, kind = "price", stablecoin = "USDC", value, observed_at = at };

    private async Task AssertNamedAsync(string[] sources)
    {
        var coin = (await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/oracles/prices"))["prices"].AsArray().Single(p => (string)p!["stablecoin"]! == "USDC")!;
        Assert.Equal(sources, coin["sources"]!.AsArray().Select(s => (string)s!["source"]!));
        var bridge = await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/bridge-health/orbit_eth_ton");
        Assert.Equal(sources, bridge["sources"].AsArray().Select(s => (string)s!["source"]!));
        Assert.Equal(
            sources,
            JsonNode.Parse((await _host.ScalarAsync<string>(
                """
                SELECT jsonb_agg(s.value ->> 'source')::text FROM (
                    SELECT data FROM outbox WHERE type = 'PriceConsensusMade' AND data ->> 'stablecoin' = 'USDC' ORDER BY position DESC LIMIT 1
                ) AS told, jsonb_array_elements(told.data -> 'sources') AS s
                """))!)!.AsArray().Select(s => (string)s!));
        Assert.Equal(
            sources,
            JsonNode.Parse((await _host.ScalarAsync<string>("SELECT state -> 'sources' FROM bridge WHERE bridge_id = 'orbit_eth_ton'"))!)!.AsObject()
                .Select(s => s.Key).Order(StringComparer.Ordinal));
    }

    private Task<Answer> PostAsync(params (string Source, decimal Value)[] prices)
    {
        var at = _host.Seconds();
        return _host.PostAsync([.. prices.Select(p => Price(p.Source, p.Value, at))]);
    }

    private async Task<JsonNode?> SourceAsync(string source) =>
        (await BridgeHost.GetAsync(_host.Anonymous, "/api/v2/oracles/sources"))["sources"].AsArray().SingleOrDefault(s => (string)s!["source"]! == source);

    private async Task<JsonNode?> SeriesAsync(string source) => (await SourceAsync(source))!["series"]!.AsArray().Single();
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Sure.BridgeService.Observations;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;

namespace Sure.BridgeService.Tests.Adapters;

/// <summary>Every way in which an upstream misbehaves, tried on the adapter with the simplest answer.</summary>
public sealed class UpstreamTests : IAsyncLifetime
{
    private const string Source = "coingecko";
    private const string Good = """{"usd-coin":{"usd":0.88,"last_updated_at":1678521083}}""";
    private const long Now = 1_678_521_083;

    private UpstreamServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await UpstreamServer.StartAsync(UpstreamServer.Json(Good));

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_good_answer_is_an_observation_and_is_asked_for_politely()
    {
        using var host = Host(("Adapters:CoinGecko:Upstream:Url", _server.Url + "/api/v3"), ("Adapters:CoinGecko:Upstream:Headers:x-cg-demo-api-key", "secret"));

        var batch = await host.ReadAsync(Source);

        Assert.Equal([new PriceObservation(Source, Stablecoin.USDC, PriceKind.Price, AdapterHost.Now, 0.88m)], batch.Prices);
        var asked = Assert.Single(_server.Asked);
        Assert.Equal("/api/v3/simple/price?ids=usd-coin&vs_currencies=usd&include_last_updated_at=true", asked.Target);
        Assert.Equal("Sure/2.0", asked.Headers["User-Agent"]);
        Assert.Equal("secret", asked.Headers["x-cg-demo-api-key"]);
        Assert.False(asked.Headers.ContainsKey("traceparent"));
        Assert.Equal(1, host.Requests(Source, "accepted"));
        Assert.Equal(1, host.Observations(Source, "accepted"));
    }

    [Fact]
    public async Task Its_age_is_measured_and_the_same_answer_again_is_the_same_observation()
    {
        using var host = Host();
        Assert.Empty(host.Ages());

        var first = await host.ReadAsync(Source);
        host.Time.Advance(TimeSpan.FromSeconds(42));

        Assert.Equal(Assert.Single(first.Prices), Assert.Single((await host.ReadAsync(Source)).Prices));
        Assert.Equal(42, host.Ages()[Source]);
        Assert.Equal(1, host.Observations(Source, "unchanged"));
    }

    // Of the domain: above 0, at most 10; at most 5 minutes ahead; not older than the last; and of the adapter: at most 10 minutes old.
    [Theory]
    [InlineData("0", Now, "out_of_range")]
    [InlineData("-0.88", Now, "out_of_range")]
    [InlineData("0.0000000049", Now, "out_of_range")] // 0 at 8 decimals
    [InlineData("0.000000005", Now, "accepted")]
    [InlineData("88000000", Now, "out_of_range")] // 8 decimals taken for dollars
    [InlineData("9998", Now, "out_of_range")] // basis points
    [InlineData("10", Now, "accepted")]
    [InlineData("10.0001", Now, "out_of_range")]
    [InlineData("0.88", Now + 300, "accepted")]
    [InlineData("0.88", Now + 301, "future")]
    [InlineData("0.88", Now - 600, "accepted")]
    [InlineData("0.88", Now - 601, "stale")]
    public async Task What_cannot_be_is_refused(string price, long updatedAt, string outcome)
    {
        _server.Answer = UpstreamServer.Json($$$"""{"usd-coin":{"usd":{{{price}}},"last_updated_at":{{{updatedAt}}}}}""");
        using var host = Host();

        var batch = await host.ReadAsync(Source);

        Assert.Equal(outcome == "accepted" ? 1 : 0, batch.Prices.Count);
        Assert.Equal(1, host.Observations(Source, outcome));
    }

    // What an operator believes of a keeper, and no more, is believed of an upstream.
    [Theory]
    [InlineData("2", Now, "accepted")]
    [InlineData("2.01", Now, "out_of_range")]
    [InlineData("0.88", Now + 60, "accepted")]
    [InlineData("0.88", Now + 61, "future")]
    public async Task The_limits_of_ingestion_hold_for_what_is_pulled(string price, long updatedAt, string outcome)
    {
        _server.Answer = UpstreamServer.Json($$$"""{"usd-coin":{"usd":{{{price}}},"last_updated_at":{{{updatedAt}}}}}""");
        using var host = Host(("Ingestion:GreatestPriceUsd", "2"), ("Ingestion:FutureTolerance", "00:01:00"));

        await host.ReadAsync(Source);

        Assert.Equal(1, host.Observations(Source, outcome));
    }

    [Fact]
    public async Task An_answer_from_before_the_last_one_is_refused()
    {
        using var host = Host();
        await host.ReadAsync(Source);

        _server.Answer = UpstreamServer.Json("""{"usd-coin":{"usd":0.99,"last_updated_at":1678521082}}""");

        Assert.Empty((await host.ReadAsync(Source)).Prices);
        Assert.Equal(1, host.Observations(Source, "older"));
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    public async Task A_status_of_ours_is_not_tried_again(int status)
    {
        _server.Answer = UpstreamServer.Status(status);
        using var host = Host();

        Assert.Empty((await host.ReadAsync(Source)).Prices);

        Assert.Single(_server.Asked);
        Assert.Equal(1, host.Requests(Source, "status"));
        Assert.Equal(1, host.Observations(Source, "status"));
    }

    [Theory]
    [InlineData("<html>busy</html>")]
    [InlineData("")]
    [InlineData("""{"coins":{}}""")]
    public async Task What_is_not_the_agreed_shape_is_refused_and_the_next_answer_is_read(string body)
    {
        _server.Answer = UpstreamServer.Json(body);
        using var host = Host();
        Assert.Empty((await host.ReadAsync(Source)).Prices);
        Assert.Equal(1, host.Observations(Source, "malformed") + host.Observations(Source, "missing"));

        _server.Answer = UpstreamServer.Json(Good);
        Assert.Single((await host.ReadAsync(Source)).Prices);
    }

    [Fact]
    public async Task A_failure_that_passes_is_tried_again()
    {
        _server.Answer = context =>
            (_server.Asked.Count == 1 ? UpstreamServer.Reset : _server.Asked.Count == 2 ? UpstreamServer.Status(503) : UpstreamServer.Json(Good))(context);
        using var host = Host();

        Assert.Single((await host.ReadWhileTimePassesAsync(Source)).Prices);

        Assert.Equal(3, _server.Asked.Count);
        Assert.Equal(1, host.Requests(Source, "accepted"));
    }

    [Fact]
    public async Task A_connection_that_breaks_is_refused()
    {
        _server.Answer = UpstreamServer.Reset;
        using var host = Host(("Adapters:Retries", "0"));

        Assert.Empty((await host.ReadAsync(Source)).Prices);
        Assert.Equal(1, host.Requests(Source, "unreachable"));
    }

    [Fact]
    public async Task A_body_that_breaks_off_is_refused_and_tried_again()
    {
        _server.Answer = context => _server.Asked.Count <= 2 ? UpstreamServer.Truncated(context) : UpstreamServer.Json(Good)(context);
        using var host = Host(("Adapters:Retries", "1"));

        Assert.Empty((await host.ReadWhileTimePassesAsync(Source)).Prices);
        Assert.Equal(2, _server.Asked.Count);
        Assert.Equal(1, host.Requests(Source, "unreachable"));

        Assert.Single((await host.ReadAsync(Source)).Prices);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_refused()
    {
        var gone = await UpstreamServer.StartAsync(UpstreamServer.Silence);
        using var host = Host(("Adapters:Retries", "0"), ("Adapters:CoinGecko:Upstream:Url", gone.Url));
        await gone.DisposeAsync();

        Assert.Empty((await host.ReadAsync(Source)).Prices);
        Assert.Equal(1, host.Requests(Source, "unreachable"));
    }

    // An attempt has 2 s here, the request with its retries 0.4 · 10 s.
    [Fact]
    public async Task A_slow_answer_costs_the_limit_of_the_request_and_no_more()
    {
        _server.Answer = UpstreamServer.Silence;
        using var host = Host(("Adapters:AttemptTimeout", "00:00:02"));

        Assert.Empty((await host.ReadWhileTimePassesAsync(Source)).Prices);

        Assert.Equal(2, _server.Asked.Count);
        Assert.Equal(1, host.Requests(Source, "timeout"));
        Assert.InRange((host.Time.GetUtcNow() - AdapterHost.Now).TotalSeconds, 4, 4.2);
    }

    [Fact]
    public async Task A_body_that_trickles_costs_the_limit_too()
    {
        _server.Answer = async context =>
        {
            await context.Response.Body.WriteAsync("{"u8.ToArray());
            await context.Response.Body.FlushAsync();
            await UpstreamServer.Silence(context);
        };
        using var host = Host(("Adapters:Retries", "0"));

        Assert.Empty((await host.ReadWhileTimePassesAsync(Source)).Prices);
        Assert.Equal(1, host.Requests(Source, "timeout"));
    }

    [Fact]
    public async Task A_body_beyond_a_mebibyte_is_refused_and_not_tried_again()
    {
        _server.Answer = UpstreamServer.Json($$"""{"usd-coin":{"usd":0.88,"last_updated_at":1678521083},"{{new string('x', 1024 * 1024)}}":1}""");
        using var host = Host();

        Assert.Empty((await host.ReadAsync(Source)).Prices);

        Assert.Single(_server.Asked);
        Assert.Equal(1, host.Requests(Source, "too_large"));
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task A_redirect_is_never_followed(int status)
    {
        await using var elsewhere = await UpstreamServer.StartAsync(UpstreamServer.Json(Good));
        _server.Answer = UpstreamServer.Status(status, "Location", elsewhere.Url);
        using var host = Host();

        Assert.Empty((await host.ReadAsync(Source)).Prices);

        Assert.Empty(elsewhere.Asked);
        Assert.Single(_server.Asked);
        Assert.Equal(1, host.Requests(Source, "redirected"));
    }

    // 90 s as seconds, and as the date of now + 90 s: Sat, 11 Mar 2023 07:51:23 is now.
    [Theory]
    [InlineData(429, "90", 90)]
    [InlineData(429, "Sat, 11 Mar 2023 07:52:53 GMT", 90)]
    [InlineData(503, "90", 90)]
    [InlineData(429, null, 60)]
    [InlineData(429, "soon", 60)]
    [InlineData(429, "99999999", 86_400)]
    public async Task Who_limits_requests_is_left_alone_for_as_long_as_it_says(int status, string? retryAfter, int seconds)
    {
        _server.Answer = UpstreamServer.Status(status, retryAfter is null ? null : "Retry-After", retryAfter);
        using var host = Host();

        Assert.Empty((await host.ReadAsync(Source)).Prices);
        host.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Empty((await host.ReadAsync(Source)).Prices);
        Assert.Single(_server.Asked);
        Assert.Equal(1, host.Requests(Source, "rate_limited"));
        Assert.Equal(1, host.Requests(Source, "backing_off"));

        host.Time.Advance(TimeSpan.FromSeconds(1));
        _server.Answer = UpstreamServer.Json($$$"""{"usd-coin":{"usd":0.88,"last_updated_at":{{{host.Time.GetUtcNow().ToUnixTimeSeconds()}}}}}""");
        Assert.Single((await host.ReadAsync(Source)).Prices);
    }

    [Fact]
    public async Task A_date_in_the_past_is_no_pause()
    {
        _server.Answer = UpstreamServer.Status(429, "Retry-After", "Sat, 11 Mar 2023 07:00:00 GMT");
        using var host = Host();
        await host.ReadAsync(Source);

        _server.Answer = UpstreamServer.Json(Good);
        Assert.Single((await host.ReadAsync(Source)).Prices);
    }

    [Fact]
    public async Task After_three_failures_the_circuit_is_open_and_half_open_after_its_break()
    {
        _server.Answer = UpstreamServer.Status(500);
        using var host = Host(("Adapters:Retries", "0"));
        for (var i = 0; i < 3; i++)
        {
            host.Time.Advance(TimeSpan.FromSeconds(60));
            await host.ReadAsync(Source);
        }

        Assert.Equal(3, host.Requests(Source, "status"));
        await host.ReadAsync(Source);
        Assert.Equal(3, _server.Asked.Count);
        Assert.Equal(1, host.Requests(Source, "circuit_open"));

        // The probe fails: open again. The next one succeeds: closed.
        host.Time.Advance(TimeSpan.FromSeconds(60));
        await host.ReadAsync(Source);
        await host.ReadAsync(Source);
        Assert.Equal(4, _server.Asked.Count);
        Assert.Equal(2, host.Requests(Source, "circuit_open"));

        host.Time.Advance(TimeSpan.FromSeconds(60));
        _server.Answer = UpstreamServer.Json(Good); // seen five minutes ago: three cycles and two breaks
        Assert.Single((await host.ReadAsync(Source)).Prices);
    }

    /// <summary>In cycles of 10 s a request has 2 s, and its attempt 1.8 s: it is given up in time to count, and three that count open the circuit.</summary>
    [Fact]
    public async Task An_upstream_that_hangs_is_left_alone_in_short_cycles_too()
    {
        _server.Answer = UpstreamServer.Silence;
        using var host = Host(("Monitoring:BridgeInterval", "00:00:10"), ("Adapters:Retries", "0"));
        for (var cycle = 1; cycle <= 3; cycle++)
        {
            var read = host.ReadAsync(Source);
            await Eventually.HoldsAsync(
                () => Task.FromResult(_server.Asked.Count == cycle), "the upstream was asked", TestContext.Current.CancellationToken);
            host.Time.Advance(TimeSpan.FromSeconds(1.8));
            Assert.Empty((await read).Prices);
            host.Time.Advance(TimeSpan.FromSeconds(8.2));
        }

        Assert.Equal(3, host.Requests(Source, "timeout"));
        Assert.Empty((await host.ReadAsync(Source)).Prices);
        Assert.Equal(3, _server.Asked.Count);
        Assert.Equal(1, host.Requests(Source, "circuit_open"));
    }

    [Fact]
    public async Task A_source_is_not_asked_more_often_than_its_interval()
    {
        using var host = Host(("Adapters:CoinGecko:Interval", "00:05:00"));

        await host.ReadAsync(Source);
        host.Time.Advance(TimeSpan.FromSeconds(299));
        await host.ReadAsync(Source);
        Assert.Single(_server.Asked);

        host.Time.Advance(TimeSpan.FromSeconds(1));
        await host.ReadAsync(Source);
        Assert.Equal(2, _server.Asked.Count);
    }

    [Fact]
    public async Task Until_it_is_due_a_source_says_what_it_said_as_long_as_that_is_young_enough()
    {
        using var host = Host(("Adapters:CoinGecko:Interval", "00:30:00"));
        var first = Assert.Single((await host.ReadAsync(Source)).Prices);

        host.Time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(first, Assert.Single((await host.ReadAsync(Source)).Prices));

        host.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Empty((await host.ReadAsync(Source)).Prices);
        Assert.Single(_server.Asked);
    }

    [Fact]
    public async Task A_source_of_which_nothing_was_taken_is_asked_in_the_next_cycle_whatever_its_interval()
    {
        _server.Answer = UpstreamServer.Status(404);
        using var host = Host(("Adapters:CoinGecko:Interval", "00:05:00"));
        Assert.Empty((await host.ReadAsync(Source)).Prices);

        host.Time.Advance(TimeSpan.FromMinutes(1));
        _server.Answer = UpstreamServer.Json(Good);
        Assert.Single((await host.ReadAsync(Source)).Prices);
        Assert.Equal(2, _server.Asked.Count);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_silences_no_source()
    {
        using var host = Host(("Adapters:CoinGecko:Interval", "00:05:00"));
        await host.ReadAsync(Source);

        host.Time.SetBack(TimeSpan.FromHours(1));
        host.Time.Advance(TimeSpan.FromMinutes(5));
        _server.Answer = UpstreamServer.Status(429, "Retry-After", "90");
        await host.ReadAsync(Source);
        Assert.Equal(2, _server.Asked.Count);

        host.Time.SetBack(TimeSpan.FromHours(1));
        host.Time.Advance(TimeSpan.FromMinutes(5));
        await host.ReadAsync(Source);
        Assert.Equal(3, _server.Asked.Count);
    }

    [Fact]
    public async Task Keys_are_neither_logged_nor_traced()
    {
        var traced = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = traced.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        _server.Answer = context => (_server.Asked.Count == 1 ? UpstreamServer.Json(Good) : UpstreamServer.Reset)(context);
        using var host = Host(
            ("Adapters:Retries", "0"),
            ("Adapters:CoinGecko:Upstream:Url", _server.Url + "/key-in-path"),
            ("Adapters:CoinGecko:Upstream:Headers:x-cg-demo-api-key", "key-in-header"));

        await host.ReadAsync(Source);
        await host.ReadAsync(Source);

        Assert.Contains(traced, a => a.OperationName == "pull coingecko");
        Assert.DoesNotContain(
            traced, a => a.Kind == ActivityKind.Client && a.TagObjects.Any(t => t.Value?.ToString()?.Contains("key-in", StringComparison.Ordinal) is true));
        Assert.DoesNotContain(_server.Asked, a => a.Headers.ContainsKey("traceparent"));
        Assert.Contains(host.Log.Lines, l => l.Contains("unreachable", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log.Lines, l => l.Contains("key-in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_source_that_hangs_or_fails_does_not_hold_up_the_others()
    {
        await using var silent = await UpstreamServer.StartAsync(UpstreamServer.Silence);
        await using var broken = await UpstreamServer.StartAsync(UpstreamServer.Status(500));
        using var host = Host(
            ("Adapters:Pyth:Upstream:Url", silent.Url),
            ("Adapters:Pyth:Feeds:0:Id", new string('a', 64)),
            ("Adapters:Pyth:Feeds:0:Stablecoin", "USDC"),
            ("Adapters:DefiLlama:Prices:Url", broken.Url),
            ("Adapters:DefiLlama:Coins:0:Id", "coingecko:tether"),
            ("Adapters:DefiLlama:Coins:0:Stablecoin", "USDT"),
            ("Adapters:DefiLlama:Tvl:Url", silent.Url),
            ("Adapters:DefiLlama:Protocols:0:Slug", "some-bridge"),
            ("Adapters:DefiLlama:Protocols:0:Bridge", "wormhole_eth_ton"));

        var batch = await host.WhileTimePassesAsync(host.Service<BridgeService.Adapters.SourcePull>().ReadAsync(TestContext.Current.CancellationToken));

        Assert.Equal([Source], batch.Prices.Select(p => p.Source));
        Assert.Equal(1, host.Observations("pyth", "timeout"));
        Assert.Equal(1, host.Observations("defillama-tvl", "timeout"));
        Assert.Equal(1, host.Observations("defillama-prices", "status") + host.Observations("defillama-prices", "circuit_open"));
        Assert.InRange((host.Time.GetUtcNow() - AdapterHost.Now).TotalSeconds, 0, 5);
    }

    private AdapterHost Host(params (string Key, string Value)[] settings) => new(
    [
        ("Adapters:CoinGecko:Upstream:Url", _server.Url),
        ("Adapters:CoinGecko:Coins:0:Id", "usd-coin"),
        ("Adapters:CoinGecko:Coins:0:Stablecoin", "USDC"),
        .. settings,
    ]);
}

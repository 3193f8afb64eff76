using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;
using Sure.Gateway.Tests.Hosts;
using Sure.ServiceDefaults;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>What the gateway does not let itself be loaded with, and from where it is administered.</summary>
public sealed class HardeningTests(PostgresServer postgres)
{
    private const string Keys = "/api/v2/admin/api-keys";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("10.0.0.0/8", null, null, false)]
    [InlineData("10.0.0.0/8", null, "10.1.2.3", false)]
    [InlineData("10.0.0.0/8", "127.0.0.0/8", null, false)]
    [InlineData("10.0.0.0/8", "127.0.0.0/8", "192.0.2.1", false)]
    [InlineData("10.0.0.0/8", "127.0.0.0/8", "10.1.2.3", true)]
    // Only the last one was written by the proxy; whoever is before it wrote the rest himself.
    [InlineData("10.0.0.0/8", "127.0.0.0/8", "10.1.2.3, 192.0.2.1", false)]
    [InlineData("127.0.0.1", null, null, true)]
    [InlineData("::1", null, null, false)]
    public async Task Administration_is_for_its_networks(string networks, string? proxies, string? forwarded, bool isAllowed)
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), WithProxies(proxies, new() { ["Gateway:AdminNetworks:0"] = networks }));
        var key = await gateway.IssueKeyAsync("root", [Scope.Admin, Scope.Read]);
        var headers = forwarded is null ? [] : new[] { ("X-Forwarded-For", forwarded) };

        using var administration = await gateway.GetAsync(Keys, key, headers);
        using var elsewhere = await gateway.GetAsync("/api/v2/risk/limits", key, headers);

        Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, administration.StatusCode);
        // What services are told is the same: without the scope they refuse. What else the key allows counts from everywhere.
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
        var told = new JsonWebToken(gateway.Fakes["riskservice"].Arrivals.Last().Headers[InternalToken.Header]);
        Assert.Equal(isAllowed ? "admin read" : "read", string.Join(' ', told.GetPayloadValue<string>("scope").Split(' ').Order()));
    }

    [Fact]
    public async Task What_is_more_than_can_be_worked_on_is_turned_away_at_once_and_health_still_answers()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Limits:Concurrency"] = "2", ["Limits:ConcurrencyPerService"] = "2" });
        await gateway.ReadyAsync();
        var risk = gateway.Fakes["riskservice"];
        var held = Hold(risk);
        Task<HttpResponseMessage>[] working = [gateway.GetAsync("/api/v2/risk/limits"), gateway.GetAsync("/api/v2/risk/limits")];
        await Eventually.HoldsAsync(() => Task.FromResult(risk.Arrivals.Count == 2), "both are worked on");

        for (var i = 0; i < 20; i++)
        {
            using var shed = await gateway.GetAsync("/api/v2/pool");
            await Problems.AssertAsync(shed, HttpStatusCode.ServiceUnavailable);
            Assert.Equal(TimeSpan.FromSeconds(1), shed.Headers.RetryAfter?.Delta);
            Problems.AssertSafe(shed);
        }

        var (status, _) = await HealthTests.AskAsync(gateway);
        using var inside = await gateway.Internal.GetAsync("/alive", TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (status, inside.StatusCode));
        Assert.Empty(gateway.Fakes["utilizationservice"].Arrivals);

        held.SetResult();
        foreach (var answer in working)
        {
            Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
        }

        using var again = await gateway.GetAsync("/api/v2/pool");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task A_service_that_hangs_keeps_the_places_of_no_other()
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Limits:Concurrency"] = "4", ["Limits:ConcurrencyPerService"] = "2" });
        await gateway.ReadyAsync();
        var risk = gateway.Fakes["riskservice"];
        var held = Hold(risk);
        Task<HttpResponseMessage>[] waiting = [gateway.GetAsync("/api/v2/risk/limits"), gateway.GetAsync("/api/v2/risk/exposure")];
        await Eventually.HoldsAsync(() => Task.FromResult(risk.Arrivals.Count == 2), "both hang");

        for (var i = 0; i < 10; i++)
        {
            using var shed = await gateway.GetAsync("/api/v2/risk/limits");
            await Problems.AssertAsync(shed, HttpStatusCode.ServiceUnavailable);
            Assert.Equal(TimeSpan.FromSeconds(1), shed.Headers.RetryAfter?.Delta);
            using var other = await gateway.GetAsync("/api/v2/pool");
            Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        }

        Assert.Equal(2, risk.Arrivals.Count);
        held.SetResult();
        foreach (var answer in waiting)
        {
            Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
        }

        using var again = await gateway.GetAsync("/api/v2/risk/limits");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Theory]
    [InlineData("Limits:ConnectionsPerAddress", null, 3)]
    [InlineData("Limits:Connections", null, 3)]
    [InlineData("Limits:Connections", "127.0.0.0/8", 3)]
    [InlineData("Limits:ConnectionsPerAddress", "127.0.0.0/8", int.MaxValue)]
    public async Task Connections_beyond_the_limit_are_hung_up_on_until_others_end(string limit, string? proxies, int most)
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), WithProxies(proxies, new() { [limit] = "3", ["Limits:Scale"] = "1" }));
        await LetsInAsync(gateway, most);
    }

    /// <summary>An instance that is full needs others beside it; an address that wants too much does not.</summary>
    [Theory]
    [InlineData("Limits:Connections", "instance")]
    [InlineData("Limits:ConnectionsPerAddress", "address")]
    public async Task Who_is_hung_up_on_is_counted_by_the_limit_that_it_met(string setting, string limit)
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { [setting] = "1", ["Limits:Scale"] = "1" });
        var refused = new ConcurrentQueue<string?>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "sure.gateway.connections.refused" && ReferenceEquals(instrument.Meter.Scope, gateway.Services.GetService(typeof(IMeterFactory))))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => refused.Enqueue((string?)Assert.Single(tags.ToArray()).Value));
        meters.Start();

        using var open = await ConnectAsync(gateway);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(open), StringComparison.Ordinal);
        Assert.Equal("", await AskAnewAsync(gateway));

        Assert.Equal([limit], refused);
    }

    /// <summary>Of twelve files half are kept for what is no connection of a client; three clients and what is asked for them fit into the others.</summary>
    [Fact]
    public async Task No_more_connections_are_let_in_than_the_process_may_have_open()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), files: new OpenFiles(12));
        await LetsInAsync(gateway, most: 3);
    }

    [Fact]
    public async Task Heads_beyond_the_limits_are_refused_and_reach_nobody()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        foreach (var (head, status) in new[]
            {
                ($"GET /api/v2/pool?x={new string('x', 9_000)} HTTP/1.1\r\nHost: x\r\n", 414),
                ($"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\nX-Long: {new string('x', 17_000)}\r\n", 431),
                ($"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 30).Select(i => $"X-{i}: {new string('x', 700)}\r\n"))}", 431),
                ($"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: x\r\n"))}", 431),
            })
        {
            var answer = await gateway.SendRawAsync($"{head}\r\n");
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Empty(gateway.Fakes["utilizationservice"].Arrivals);
        var fitting = await gateway.SendRawAsync(
            $"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{string.Concat(Enumerable.Range(0, 50).Select(i => $"X-{i}: {new string('x', 200)}\r\n"))}\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", fitting, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n", "X-a: b\r\n")]
    [InlineData("POST /api/v2/quote/multi-dimensional HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n", " ")]
    [InlineData("POST /api/v2/quote/multi-dimensional HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n")]
    [InlineData("POST /api/v2/quote/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n", " ")]
    public async Task Whoever_only_trickles_is_hung_up_on(string start, string drop)
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Gateway:RequestHeadersTimeout"] = "00:00:01", ["Gateway:SlownessGrace"] = "00:00:01.1" });
        await gateway.ReadyAsync();
        using var client = await ConnectAsync(gateway);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start), TestContext.Current.CancellationToken);
        var ended = ReadAsync(stream);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!ended.IsCompleted && TimeProvider.System.GetElapsedTime(startedAt) < Patience)
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            try
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(drop), TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                break;
            }
        }

        var answer = await ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Matches("^(HTTP/1.1 408 .*)?$", answer.Split('\r')[0]);
    }

    [Theory]
    [InlineData("POST /api/v2/quote/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", "{0}")]
    [InlineData("POST /api/v2/claims/backtest HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", "{0}")]
    [InlineData("POST /api/v2/quote/multi-dimensional HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "64\r\n{0}\r\n")]
    public async Task A_body_that_comes_fast_enough_but_takes_too_long_is_refused(string start, string drop)
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Gateway:BodyTimeout"] = "00:00:01" });
        await gateway.ReadyAsync();
        using var client = await ConnectAsync(gateway);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start), TestContext.Current.CancellationToken);
        var answer = ReadBeginningAsync(stream);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!answer.IsCompleted && TimeProvider.System.GetElapsedTime(startedAt) < Patience)
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            try
            {
                // 100 bytes, 2 000 a second: the server asks for 240.
                await stream.WriteAsync(Encoding.Latin1.GetBytes(drop.Replace("{0}", new string(' ', 100), StringComparison.Ordinal)), TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                // It has answered and hung up.
                break;
            }
        }

        Assert.StartsWith("HTTP/1.1 408 ", await answer.WaitAsync(Patience, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("application/problem+json", await answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_has_nothing_left_is_refused_before_its_batch_is_read()
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Limits:Scale"] = "1", ["Limits:AnonymousQuotes"] = "1", ["Gateway:BodyTimeout"] = "00:05:00" });
        using var last = await gateway.GetAsync("/api/v2/quote/1");
        Assert.Equal(HttpStatusCode.OK, last.StatusCode);

        // Nothing follows the head, and nothing is waited for.
        var answer = await gateway.AnswerRawAsync("POST /api/v2/quote/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 429 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_batches_only_so_many_are_held_at_a_time()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Limits:Batches"] = "1" });
        await gateway.ReadyAsync();
        var quotes = gateway.Fakes["quoteservice"];
        var held = new TaskCompletionSource();
        quotes.Answer = async context => await (context.Request.Path == "/api/v2/quote/batch" ? held.Task : Task.CompletedTask);
        var first = PostAsync("/api/v2/quote/batch");
        await Eventually.HoldsAsync(() => Task.FromResult(quotes.Arrivals.Count == 1), "it is worked on");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, await PostAsync("/api/v2/quote/batch"));
        Assert.Equal(HttpStatusCode.OK, await PostAsync("/api/v2/quote/multi-dimensional"));

        held.SetResult();
        Assert.Equal(HttpStatusCode.OK, await first);
        await Eventually.HoldsAsync(async () => await PostAsync("/api/v2/quote/batch") is HttpStatusCode.OK, "its place is free");

        async Task<HttpStatusCode> PostAsync(string path)
        {
            using var answer = await gateway.Public.PostAsync(path, new StringContent("{}"), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_client_with_too_many_batches_keeps_nobody_else_from_a_place()
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Limits:Batches"] = "2", ["Limits:BatchesPerClient"] = "1" });
        var (alice, bob) = (await gateway.IssueKeyAsync(), await gateway.IssueKeyAsync("bob"));
        var quotes = gateway.Fakes["quoteservice"];
        var held = new TaskCompletionSource();
        var arrived = 0;
        quotes.Answer = async _ => await (Interlocked.Increment(ref arrived) == 1 ? held.Task : Task.CompletedTask);
        var first = PostAsync(alice);
        await Eventually.HoldsAsync(() => Task.FromResult(quotes.Arrivals.Count == 1), "it is worked on");

        Assert.Equal(HttpStatusCode.TooManyRequests, await PostAsync(alice));
        Assert.Equal(HttpStatusCode.OK, await PostAsync(bob));

        held.SetResult();
        Assert.Equal(HttpStatusCode.OK, await first);
        await Eventually.HoldsAsync(async () => await PostAsync(alice) is HttpStatusCode.OK, "its place is free");

        async Task<HttpStatusCode> PostAsync(string key)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v2/quote/batch") { Content = new StringContent("{}") };
            request.Headers.Add("Authorization", $"Bearer {key}");
            using var answer = await gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);
            if (answer.StatusCode is HttpStatusCode.TooManyRequests)
            {
                await Problems.AssertAsync(answer, HttpStatusCode.TooManyRequests);
                Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
            }

            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task A_batch_that_does_not_come_in_time_costs_as_much_as_the_largest()
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Limits:Scale"] = "1", ["Limits:AnonymousQuotes"] = "60", ["Gateway:BodyTimeout"] = "00:00:01" });
        await gateway.ReadyAsync();

        var late = await gateway.AnswerRawAsync("POST /api/v2/quote/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n{");
        using var next = await gateway.GetAsync("/api/v2/quote/1");

        // 560 quotes count 56; then of 60 - 56 = 4 the next request spends one.
        Assert.StartsWith("HTTP/1.1 408 ", late, StringComparison.Ordinal);
        Assert.Contains("RateLimit-Remaining: 4\r\n", late, StringComparison.Ordinal);
        Assert.Equal("3", Assert.Single(next.Headers.GetValues("RateLimit-Remaining")));
    }

    private static Dictionary<string, string?> WithProxies(string? proxies, Dictionary<string, string?> settings)
    {
        if (proxies is not null)
        {
            settings["Gateway:TrustedProxies:0"] = proxies;
        }

        return settings;
    }

    private static async Task<TcpClient> ConnectAsync(GatewayHost gateway)
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, gateway.PublicAddress.Port, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>The same on a connection of its own, which may be hung up on before it is used.</summary>
    private static async Task<string> AskAnewAsync(GatewayHost gateway)
    {
        try
        {
            using var client = await ConnectAsync(gateway);
            return await AskAsync(client);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset)
        {
            return "";
        }
    }

    /// <summary>The beginning of an answer; empty where it is hung up.</summary>
    private static async Task<string> AskAsync(TcpClient client)
    {
        var buffer = new byte[64];
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync("GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
            return Encoding.Latin1.GetString(buffer, 0, read);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task<string> ReadBeginningAsync(NetworkStream stream)
    {
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
        return Encoding.Latin1.GetString(buffer, 0, read);
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var read = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
            {
                read.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
            // It was hung up on.
        }

        return read.ToString();
    }

    /// <summary>Has the service answer nothing until the result is completed.</summary>
    private static TaskCompletionSource Hold(FakeService service)
    {
        var held = new TaskCompletionSource();
        service.Answer = async context =>
        {
            await held.Task;
            await context.Response.WriteAsync("{}");
        };
        return held;
    }

    private static async Task LetsInAsync(GatewayHost gateway, int most)
    {
        var open = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Math.Min(most, 6); i++)
            {
                open.Add(await ConnectAsync(gateway));
                Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(open[^1]), StringComparison.Ordinal);
            }

            if (most < int.MaxValue)
            {
                Assert.Equal("", await AskAnewAsync(gateway));
                open[0].Dispose();
                await Eventually.HoldsAsync(
                    async () => (await AskAnewAsync(gateway)).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal), "the place of the one that ended is free");
            }

            // Whoever looks after it gets through.
            using var inside = await gateway.Internal.GetAsync("/alive", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, inside.StatusCode);
        }
        finally
        {
            open.ForEach(c => c.Dispose());
        }
    }
}

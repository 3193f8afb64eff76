using System.Net;
using Microsoft.AspNetCore.Http;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>What the gateway does not let itself be loaded with: of requests, of those for one service, and of batches.</summary>
public sealed class LoadTests(PostgresServer postgres)
{
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

    [Fact]
    public async Task A_client_whose_requests_do_not_end_leaves_places_to_others()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new()
        {
            ["Limits:Scale"] = "1",
            ["Limits:ConcurrencyPerService"] = "4",
            ["Limits:ConcurrencyPerAddress"] = "3",
            ["Gateway:TrustedProxies:0"] = "127.0.0.0/8",
        });
        await gateway.ReadyAsync();
        var risk = gateway.Fakes["riskservice"];
        var held = new TaskCompletionSource();
        var arrived = 0;
        risk.Answer = async _ => await (Interlocked.Increment(ref arrived) <= 3 ? held.Task : Task.CompletedTask);
        Task<HttpResponseMessage>[] working = [.. Enumerable.Range(0, 3).Select(_ => AskAsync("2001:db8::a", "/api/v2/risk/limits"))];
        await Eventually.HoldsAsync(() => Task.FromResult(risk.Arrivals.Count == 3), "they are worked on");

        // From anywhere in its network, whatever it asks for.
        foreach (var path in (string[])["/api/v2/risk/limits", "/api/v2/pool", "/openapi/v2.json"])
        {
            using var shed = await AskAsync("2001:db8::b", path);
            await Problems.AssertAsync(shed, HttpStatusCode.TooManyRequests);
            Assert.Equal(TimeSpan.FromSeconds(1), shed.Headers.RetryAfter?.Delta);
            Problems.AssertSafe(shed);
        }

        using var other = await AskAsync("2001:db8:0:1::b", "/api/v2/risk/limits");
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        using var health = await AskAsync("2001:db8::a", "/health");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        held.SetResult();
        foreach (var answer in working)
        {
            Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
        }

        await Eventually.HoldsAsync(async () => (await AskAsync("2001:db8::a", "/api/v2/risk/limits")).StatusCode is HttpStatusCode.OK, "its places are free");

        Task<HttpResponseMessage> AskAsync(string address, string path) => gateway.GetAsync(path, key: null, ("X-Forwarded-For", address));
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
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>
/// How often a client may ask, with one instance and with two. The Redis is its own: all tests ask from one address, and those that are held
/// to other limits count the same client.
/// </summary>
public sealed class LimitTests(PostgresServer postgres, RedisServer redis) : IClassFixture<RedisServer>, IAsyncLifetime
{
    public async ValueTask InitializeAsync()
    {
        await redis.StartAsync();
        await redis.EmptyAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Without_a_key_a_hundred_requests_a_minute_pass_and_the_rest_is_told_when_to_come_back()
    {
        await using var gateway = await StartAsync();
        var answers = new List<HttpResponseMessage>();
        for (var i = 0; i < 103; i++)
        {
            answers.Add(await gateway.GetAsync("/api/v2/pool"));
        }

        Assert.Equal(
            [.. Enumerable.Repeat(HttpStatusCode.OK, 100), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 3)],
            answers.Select(a => a.StatusCode));
        Assert.Equal(100, gateway.Fakes["utilizationservice"].Arrivals.Count);
        Assert.All(answers, answer => Assert.Equal(100, Number(answer, "RateLimit-Limit")));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => 99L - i), answers.Take(100).Select(a => Number(a, "RateLimit-Remaining")));
        Assert.All(answers, answer => Assert.InRange(Number(answer, "RateLimit-Reset"), 1, 60));
        var problem = await Problems.AssertAsync(answers[^1], HttpStatusCode.TooManyRequests);
        Assert.Equal("urn:sure:problem:rate-limited", (string?)problem["type"]);
        Assert.InRange(answers[^1].Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Problems.AssertSafe(answers[^1]);

        // Another class and how the platform is are not touched by it; what does not exist and refused keys are counted too.
        using var quote = await gateway.Public.PostAsJsonAsync("/api/v2/quote/multi-dimensional", new { }, TestContext.Current.CancellationToken);
        using var health = await gateway.GetAsync("/health");
        using var nothing = await gateway.GetAsync("/nothing");
        using var stranger = await gateway.GetAsync("/api/v2/pool", "nonsense");
        using var known = await gateway.GetAsync("/api/v2/pool", await gateway.IssueKeyAsync());
        Assert.Equal(HttpStatusCode.OK, quote.StatusCode);
        Assert.Equal(60, Number(quote, "RateLimit-Limit"));
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.False(health.Headers.Contains("RateLimit-Limit"));
        Assert.Equal(HttpStatusCode.TooManyRequests, nothing.StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, stranger.StatusCode);
        Assert.Equal(HttpStatusCode.OK, known.StatusCode);
        Assert.Equal(500, Number(known, "RateLimit-Limit"));
        answers.ForEach(a => a.Dispose());
    }

    [Fact]
    public async Task What_a_service_answers_outside_the_API_is_counted_and_what_the_gateway_itself_does_is_not()
    {
        await using var gateway = await StartAsync(settings: new() { ["Limits:Anonymous"] = "3" });
        var live = new List<HttpStatusCode>();
        for (var i = 0; i < 5; i++)
        {
            using var answer = await gateway.GetAsync("/asyncapi/v2.json");
            live.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.TooManyRequests, HttpStatusCode.TooManyRequests], live);
        Assert.Equal(3, gateway.Fakes["realtimeservice"].Arrivals.Count);
        foreach (var path in (string[])["/docs/", "/openapi/v2.json", "/health"])
        {
            using var exempt = await gateway.GetAsync(path);
            Assert.NotEqual(HttpStatusCode.TooManyRequests, exempt.StatusCode);
            Assert.False(exempt.Headers.Contains("RateLimit-Limit"));
        }
    }

    /// <summary>Requests by method and path, whether with a key, and the limit that 2-api gives them.</summary>
    public static TheoryData<string, string, bool, long> Classes => new()
    {
        { "GET", "/api/v2/pool", true, 500 },
        { "POST", "/api/v2/quote/multi-dimensional", false, 60 },
        { "POST", "/api/v2/quote/multi-dimensional", true, 600 },
        { "POST", "/api/v2/policies", true, 20 },
        { "POST", "/API/v2/Policies/", true, 20 },
        { "GET", "/api/v2/policies", true, 500 },
        { "POST", "/api/v2/claims", true, 10 },
        { "POST", "/api/v2/claims/backtest", false, 10 },
        { "POST", "/api/v2/bridge-health/backtest", false, 10 },
        { "POST", "/api/v2/vault/deposit", true, 30 },
        { "GET", "/api/v2/vault/accounts/alice", true, 500 },
        { "POST", "/api/v2/observations", true, 600 },
        { "POST", "/api/v2/risk/stress-test", true, 10 },
    };

    [Fact]
    public async Task Each_class_has_its_limit_and_a_key_its_factor()
    {
        await using var gateway = await StartAsync();
        var key = await gateway.IssueKeyAsync();
        foreach (var (method, path, isKnown, limit) in Classes.Select(c => c.Data))
        {
            using var answer = await SendAsync(gateway, method, path, isKnown ? key : null);
            Assert.Equal(limit, Number(answer, "RateLimit-Limit"));
        }

        using var scaled = await SendAsync(gateway, "POST", "/api/v2/claims", await gateway.IssueKeyAsync("bob", limitScale: 2.5m));
        Assert.Equal(25, Number(scaled, "RateLimit-Limit"));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 1)]
    [InlineData(11, 2)]
    [InlineData(560, 56)]
    public async Task A_batch_counts_a_tenth_of_its_quotes(int quotes, int cost)
    {
        await using var gateway = await StartAsync();
        var body = $$"""{"quotes":[{{string.Join(',', Enumerable.Repeat("""{"coverage_type":"depeg","x":[{}]}""", quotes))}}]}""";

        using var answer = await gateway.Public.PostAsync("/api/v2/quote/batch", new StringContent(body), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(60 - cost, Number(answer, "RateLimit-Remaining"));
        Assert.Equal($"{body.Length}", gateway.Fakes["quoteservice"].Arrivals.Last().Headers["Content-Length"]);
    }

    /// <summary>Each is answered with a problem in its place.</summary>
    [Theory]
    [InlineData("null")]
    [InlineData("1")]
    [InlineData("\"depeg\"")]
    [InlineData("true")]
    [InlineData("[[],{}]")]
    [InlineData("{\"x\":{\"y\":null}}")]
    public async Task What_is_no_request_of_a_batch_counts_as_one(string element)
    {
        await using var gateway = await StartAsync();
        var body = $$"""{"quotes":[{{string.Join(',', Enumerable.Repeat(element, 21))}}]}""";

        using var answer = await gateway.Public.PostAsync("/api/v2/quote/batch", new StringContent(body), TestContext.Current.CancellationToken);

        Assert.Equal(60 - 3, Number(answer, "RateLimit-Remaining"));
    }

    [Fact]
    public async Task A_batch_that_costs_more_than_is_left_is_refused_and_one_that_costs_more_than_the_limit_takes_it_whole()
    {
        await using var gateway = await StartAsync(settings: new() { ["Limits:AnonymousQuotes"] = "5", ["Limits:KnownQuotes"] = "5" });
        using var largest = await BatchAsync(560, key: null);
        using var none = await BatchAsync(1, key: null);
        Assert.Equal((HttpStatusCode.OK, 0L), (largest.StatusCode, Number(largest, "RateLimit-Remaining")));
        Assert.Equal(HttpStatusCode.TooManyRequests, none.StatusCode);

        // 30 quotes are 3 of 5: one before the batch is read and two after it. Of the 2 that are left, the second spends one.
        var key = await gateway.IssueKeyAsync();
        using var first = await BatchAsync(30, key);
        using var second = await BatchAsync(30, key);
        Assert.Equal((HttpStatusCode.OK, 2L), (first.StatusCode, Number(first, "RateLimit-Remaining")));
        Assert.Equal((HttpStatusCode.TooManyRequests, 1L), (second.StatusCode, Number(second, "RateLimit-Remaining")));

        Task<HttpResponseMessage> BatchAsync(int quotes, string? key) => SendAsync(
            gateway, "POST", "/api/v2/quote/batch", key, new StringContent($"{{\"quotes\":[{string.Join(',', Enumerable.Repeat("{}", quotes))}]}}"));
    }

    /// <summary>Requests as they are sent, and how they are refused.</summary>
    [Theory]
    [InlineData("GET /api/v2/products/..%2f..%2finternal HTTP/1.1\r\nHost: x\r\n", 404)]
    [InlineData("POST /api/v2/quote/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n", 400)]
    [InlineData("POST /api/v2/quote/multi-dimensional HTTP/1.1\r\nHost: x\r\nContent-Type: application/json; charset=utf-16\r\nContent-Length: 2\r\n", 415)]
    [InlineData("POST /api/v2/quote/multi-dimensional HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n", 413)]
    [InlineData("GET /nothing HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YTpi\r\n", 401)]
    public async Task Whatever_is_refused_is_counted(string head, int status)
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Limits:Scale"] = "1", ["Limits:Anonymous"] = "1", ["Limits:AnonymousQuotes"] = "1" });
        await gateway.ReadyAsync();

        var first = await gateway.AnswerRawAsync($"{head}\r\n");
        var second = await gateway.AnswerRawAsync($"{head}\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", first, StringComparison.Ordinal);
        Assert.Contains("RateLimit-Limit: 1\r\nRateLimit-Remaining: 0\r\n", first, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 429 ", second, StringComparison.Ordinal);
        // Two readers may see different ends of what says its length twice: nothing more is read of it, however it is refused.
        Assert.Equal(status == 400, second.Contains("Connection: close\r\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Guessing_keys_is_limited_by_address_and_holds_up_nobody_whose_key_is_remembered()
    {
        await using var gateway = await StartAsync(settings: new() { ["Limits:Lookups"] = "3", ["Keys:Fresh"] = "00:00:05" });
        var key = await gateway.IssueKeyAsync();
        var (other, stolen) = (await gateway.IssueKeyAsync("bob"), await gateway.IssueKeyAsync("carol"));
        string[] guesses = [.. Enumerable.Range(0, 3).Select(i => $"sure_00000000000{i}_{key[^43..]}")];

        // Three are looked up in vain, one of them with the prefix of a key; what came of it is remembered.
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(key));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(guesses[0]));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(guesses[0]));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(guesses[1]));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stolen[..^43] + key[^43..]));

        using var fourth = await gateway.GetAsync("/api/v2/pool", guesses[2]);
        Assert.Equal((HttpStatusCode.TooManyRequests, 3L), (fourth.StatusCode, Number(fourth, "RateLimit-Limit")));
        using var unseen = await gateway.GetAsync("/api/v2/pool", other);
        Assert.Equal((HttpStatusCode.TooManyRequests, 3L), (unseen.StatusCode, Number(unseen, "RateLimit-Limit")));
        Assert.InRange(Number(unseen, "RateLimit-Reset"), 1, Number(fourth, "RateLimit-Reset"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(key));
        using var anonymous = await gateway.GetAsync("/api/v2/pool");
        Assert.Equal(HttpStatusCode.OK, anonymous.StatusCode);

        // Nobody asks whose key it is where it does not matter.
        using var health = await gateway.GetAsync("/health", guesses[2]);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);

        async Task<HttpStatusCode> StatusAsync(string sent)
        {
            using var answer = await gateway.GetAsync("/api/v2/pool", sent);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task Good_keys_are_no_guesses_however_many_come_from_one_address()
    {
        await using var gateway = await StartAsync(settings: new() { ["Limits:Lookups"] = "1" });

        for (var i = 0; i < 5; i++)
        {
            using var answer = await gateway.GetAsync("/api/v2/pool", await gateway.IssueKeyAsync($"client {i}"));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Two_instances_together_let_as_many_pass_as_one_would()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var one = await StartAsync(database, Patient());
        await using var other = await StartAsync(database, Patient());
        var key = await one.IssueKeyAsync();
        var passed = 0;
        var refused = 0;
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 900),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) =>
            {
                // Unevenly, as a balancer that prefers one would.
                using var answer = await (i % 3 == 0 ? one : other).GetAsync("/api/v2/quotes/1", key);
                Interlocked.Increment(ref answer.StatusCode is HttpStatusCode.OK ? ref passed : ref refused);
            });

        // 500 a minute; within 2 %.
        Assert.InRange(passed, 490, 500);
        Assert.Equal(900 - passed, refused);
        Assert.Equal(passed, one.Fakes["quoteservice"].Arrivals.Count + other.Fakes["quoteservice"].Arrivals.Count);

        // A Redis that a busy machine makes wait is no Redis that is away: each would count alone then.
        static Dictionary<string, string?> Patient() => new() { ["Limits:SharedTimeout"] = "00:00:05" };
    }

    [Fact]
    public async Task Without_redis_each_instance_counts_alone_and_nobody_waits()
    {
        await using var gateway = await StartAsync(settings: new() { ["ConnectionStrings:cache"] = "127.0.0.1:1,connectTimeout=100" });

        for (var i = 0; i < 10; i++)
        {
            using var passing = await SendAsync(gateway, "POST", "/api/v2/claims/backtest", key: null);
            Assert.Equal(HttpStatusCode.OK, passing.StatusCode);
        }

        using var refused = await SendAsync(gateway, "POST", "/api/v2/claims/backtest", key: null);
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        var (status, health) = await HealthTests.AskAsync(gateway);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("degraded", (string?)health["services"]!["gateway"]!["checks"]!["StackExchange.Redis"]!["status"]);
    }

    [Theory]
    [InlineData("127.0.0.0/8", "203.0.113.7", 99)]
    [InlineData("127.0.0.0/8", "198.51.100.1, 203.0.113.7", 99)]
    [InlineData("10.0.0.0/8", "203.0.113.7", 98)]
    public async Task An_address_is_the_forwarded_one_only_behind_a_trusted_proxy(string trusted, string forwarded, long remaining)
    {
        await using var gateway = await StartAsync(settings: new() { ["Gateway:TrustedProxies:0"] = trusted });
        using var direct = await gateway.GetAsync("/api/v2/pool");

        using var answer = await gateway.GetAsync("/api/v2/pool", key: null, ("X-Forwarded-For", forwarded));

        Assert.Equal(remaining, Number(answer, "RateLimit-Remaining"));
    }

    private static async Task<HttpResponseMessage> SendAsync(GatewayHost gateway, string method, string path, string? key, HttpContent? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body };
        if (key is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return await gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static long Number(HttpResponseMessage answer, string header) =>
        long.Parse(Assert.Single(answer.Headers.GetValues(header)), System.Globalization.CultureInfo.InvariantCulture);

    private async Task<GatewayHost> StartAsync(string? database = null, Dictionary<string, string?>? settings = null)
    {
        settings ??= [];
        settings["Limits:Scale"] = "1";
        settings.TryAdd("ConnectionStrings:cache", redis.ConnectionString);
        var gateway = await GatewayHost.StartAsync(database ?? await postgres.CreateDatabaseAsync(), settings);
        if (settings["ConnectionStrings:cache"] == redis.ConnectionString)
        {
            await gateway.ReachesRedisAsync();
        }

        return gateway;
    }
}

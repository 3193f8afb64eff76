using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using StackExchange.Redis;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.QuoteService.Figures;
using Sure.QuoteService.Quotes;
using Sure.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sure.QuoteService.Tests.Hosts;

/// <summary>QuoteService as it runs, on a Redis of its own.</summary>
internal sealed class QuoteHost : IAsyncDisposable
{
    /// <summary>Nobody listens there; the service goes on without.</summary>
    private const string Nobody = "http://127.0.0.1:1";

    private readonly TestService _service;

    private QuoteHost(TestService service, RedisServer redis, LoggedLines logged)
    {
        _service = service;
        Redis = redis;
        Logged = logged;
    }

    public RedisServer Redis { get; }

    public LoggedLines Logged { get; }

    public QuoteStore Store => _service.Services.GetRequiredService<QuoteStore>();

    /// <summary>Somebody with these scopes.</summary>
    public HttpClient ClientOf(params string[] scopes) => _service.ClientOf("analyst", scopes);

    /// <summary>Nobody in particular.</summary>
    public HttpClient Anonymous => _service.Client;

    /// <summary>Starts it, beside a UtilizationService at <paramref name="utilization"/> if there is one.</summary>
    public static async Task<QuoteHost> StartAsync(PostgresServer postgres, string utilization = Nobody)
    {
        var redis = new RedisServer();
        var logged = new LoggedLines();
        await redis.StartAsync();
        var service = await TestService.StartAsync(
            "QuoteService",
            new Dictionary<string, string?>
            {
                ["ConnectionStrings:platform"] = await postgres.CreateDatabaseAsync(),
                ["ConnectionStrings:cache"] = redis.ConnectionString,
                ["services:utilizationservice:http:0"] = utilization,
                ["services:bridgeservice:http:0"] = Nobody,
                ["services:riskservice:http:0"] = Nobody,
                ["Intake:CatchUpInterval"] = "00:00:00.2",
            },
            b =>
            {
                b.Logging.AddProvider(logged);
                b.AddQuoteService();
            },
            a => a.MapQuoteService());
        return new QuoteHost(service, redis, logged);
    }

    /// <summary>Asks for a quote of depeg cover of USDC on Ethereum.</summary>
    public async Task<Answer> QuoteAsync(decimal coverageUsd, int days)
    {
        using var response = await _service.Client.PostAsJsonAsync("/api/v2/quote/multi-dimensional", Request(coverageUsd, days), TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    /// <summary>
    /// Asks for such a quote until it can be bound. While the cores are busy Redis may be too slow for a quote to be kept, the first one of a
    /// process most of all: another one is asked for.
    /// </summary>
    public Task<Answer> BindableQuoteAsync(decimal coverageUsd, int days) => Eventually.HoldsAsync(
        async () =>
        {
            var quote = await QuoteAsync(coverageUsd, days);
            Assert.True(quote.Status is HttpStatusCode.OK, quote.ToString());
            return quote;
        },
        quote => (bool)quote["bindable"],
        "a quote can be bound",
        TestContext.Current.CancellationToken);

    /// <summary>What dynamic pricing loads bridge cover on this chain with; null where the health of its bridges is not known.</summary>
    public async Task<decimal?> BridgeLoadAsync(Chain chain)
    {
        using var response = await _service.Client.PostAsJsonAsync(
            "/api/v2/quote/multi-dimensional",
            new { coverage_type = "bridge", chain = chain.Word(), stablecoin = "USDC", coverage_amount = 10_000, duration_days = 90, pricing = "dynamic" },
            TestContext.Current.CancellationToken);
        var quote = await Answer.OfAsync(response);
        return (decimal?)quote["breakdown"]["loads"]!.AsArray().SingleOrDefault(l => (string?)l!["name"] == "bridge_health")?["factor"];
    }

    /// <summary>Keeps what BridgeService tells of a bridge.</summary>
    public async Task HearAsync(string bridge, decimal? score, BridgeStatus status)
    {
        await using var connection = await _service.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await ConditionFigures.KeepAsync(
            new BridgeHealthMade(
                Guid.CreateVersion7(), TimeProvider.System.GetUtcNow(), bridge, score, status, TvlUsd: null, TvlDrawdownPct: null, OracleConsensus: null, ExploitDetected: true, ExploitConfirmed: false, PreviousScore: null, Announce: false, "simulated"),
            connection,
            transaction,
            TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Asks for several of them at once.</summary>
    public async Task<Answer> QuoteBatchAsync(params IEnumerable<(decimal CoverageUsd, int Days)> quotes)
    {
        using var response = await _service.Client.PostAsJsonAsync(
            "/api/v2/quote/batch", new { quotes = quotes.Select(q => Request(q.CoverageUsd, q.Days)) }, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    /// <summary>Posts a body as it stands.</summary>
    public async Task<Answer> PostTextAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await _service.Client.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    /// <summary>Reads a quote.</summary>
    public async Task<Answer> ReadAsync(string quoteId)
    {
        using var response = await _service.Client.GetAsync(new Uri($"/api/v2/quotes/{quoteId}", UriKind.Relative), TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    /// <summary>Reads a quote until Redis, which busy cores may make too slow, has said what it knows of it.</summary>
    public Task<Answer> ReadKnownAsync(string quoteId) => Eventually.HoldsAsync(
        () => ReadAsync(quoteId), a => a.Status is not HttpStatusCode.ServiceUnavailable, "Redis was in time", TestContext.Current.CancellationToken);

    /// <summary>A client of its Redis.</summary>
    public Task<ConnectionMultiplexer> ConnectToRedisAsync() => ConnectionMultiplexer.ConnectAsync(Redis.ConnectionString);

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await Redis.DisposeAsync();
    }

    private static object Request(decimal coverageUsd, int days) => new
    {
        coverage_type = "depeg",
        chain = "Ethereum",
        stablecoin = "USDC",
        coverage_amount = coverageUsd,
        duration_days = days,
    };
}

/// <summary>An answer as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, TimeSpan? RetryAfter, JsonNode? Body)
{
    public JsonNode this[string field] => Body![field] ?? throw new InvalidOperationException($"There is no {field} in {Body}.");

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, response.Headers.RetryAfter?.Delta, text.Length > 0 ? JsonNode.Parse(text) : null);
    }
}

/// <summary>Waits for what happens in the background.</summary>
internal static class Waiting
{
    /// <summary>Asks until the answer holds; within <paramref name="patience"/> it must.</summary>
    public static Task<Answer> UntilAsync(Func<Task<Answer>> ask, Func<Answer, bool> holds, TimeSpan patience, string what) =>
        Eventually.HoldsAsync(ask, holds, what, TestContext.Current.CancellationToken, patience);
}

using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Leases;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Triggers;

[assembly: AssemblyFixture(typeof(PostgresServer))]
[assembly: AssemblyFixture(typeof(RabbitMqServer))]
[assembly: AssemblyFixture(typeof(RedisServer))]

namespace Sure.UtilizationService.Tests.Hosts;

/// <summary>UtilizationService as it runs, on a database of its own, with quotes that tests make up.</summary>
internal sealed class UtilizationHost : IAsyncDisposable
{
    private readonly WebApplication _quotes;
    private readonly TestService _service;
    private readonly ConcurrentDictionary<Guid, BindableQuote> _living;
    private readonly ToldEvents _told;
    private readonly string _database;
    private readonly TimeProvider _time;

    private UtilizationHost(
        WebApplication quotes,
        TestService service,
        ConcurrentDictionary<Guid, BindableQuote> living,
        ToldEvents told,
        string database,
        TimeProvider time)
    {
        _told = told;
        _database = database;
        _time = time;
        _quotes = quotes;
        _service = service;
        _living = living;
        Database = NpgsqlDataSource.Create(database);
        Peer = service.PeerOf("utilizationservice");
        Operator = service.ClientOf("operator", Scope.Read, Scope.Write, Scope.Admin);
        Alice = service.ClientOf("alice", Scope.Read, Scope.Write);
        Bob = service.ClientOf("bob", Scope.Read, Scope.Write);
        Deputy = service.ClientOf("deputy", Scope.Read, Scope.Write, Scope.Admin);
    }

    public NpgsqlDataSource Database { get; }

    /// <summary>Another service.</summary>
    public HttpClient Peer { get; }

    public HttpClient Operator { get; }

    /// <summary>Another operator.</summary>
    public HttpClient Deputy { get; }

    public HttpClient Alice { get; }

    public HttpClient Bob { get; }

    public HttpClient Anonymous => _service.Client;

    /// <summary>Somebody who may read and write.</summary>
    public HttpClient ClientOf(string subject) => _service.ClientOf(subject, Scope.Read, Scope.Write);

    /// <summary>Orders that nobody has begun to decide.</summary>
    public int QueuedOrders => _service.Services.GetRequiredService<BindDesk>().Queued;

    /// <summary>Hands an order for the quote in; the caller may go before it is decided.</summary>
    public Task<BindOutcome> OrderAsync(Guid quoteId, string holder, CancellationToken caller) =>
        _service.Services.GetRequiredService<BindDesk>().DecideAsync(new BindOrder(quoteId, _living[quoteId], holder, holder, Idempotent: null), caller);

    /// <summary>The time it lives in.</summary>
    public DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Another instance: the same database, the same BridgeService, the same quotes and the same time.</summary>
    public Task<UtilizationHost> StartAnotherAsync(PostgresServer postgres, string? redis = null) =>
        StartAsync(postgres, _time, database: _database, redis: redis, beside: this);

    public static async Task<UtilizationHost> StartAsync(
        PostgresServer postgres,
        TimeProvider? time = null,
        Dictionary<string, string?>? settings = null,
        string? database = null,
        string? redis = null,
        UtilizationHost? beside = null)
    {
        var living = beside?._living ?? new ConcurrentDictionary<Guid, BindableQuote>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var quotes = builder.Build();
        var told = beside?._told ?? new ToldEvents("bridgeservice");
        quotes.MapGet("/internal/events", (long after, int limit) => Results.Json(told.Page(after, limit), SureJson.Internal));
        quotes.MapGet(BindableQuote.Path + "{id:guid}", (Guid id) =>
            living.TryGetValue(id, out var quote) ? Results.Json(quote, SureJson.Internal) : Results.NotFound());
        await quotes.StartAsync();

        Dictionary<string, string?> Configured(string where) => new Dictionary<string, string?>
        {
            ["ConnectionStrings:platform"] = where,
            ["services:quoteservice:http:0"] = quotes.Urls.Single(),
            ["services:bridgeservice:http:0"] = quotes.Urls.Single(),
            // Nobody listens there; what RiskService tells comes from the same place as the rest.
            ["services:riskservice:http:0"] = "http://127.0.0.1:1",
            ["ConnectionStrings:cache"] = redis ?? "127.0.0.1:1,connectTimeout=100,abortConnect=false",
            ["Intake:CatchUpInterval"] = "00:00:00.2",
            ["Monitoring:TriggerInterval"] = "00:00:01",
            ["Monitoring:ExpiryInterval"] = "00:00:01",
            ["Leases:RenewInterval"] = "00:00:00.5",
        }.Concat(settings ?? []).GroupBy(s => s.Key).ToDictionary(s => s.Key, s => s.Last().Value);
        database ??= await postgres.CopyDatabaseAsync(
            "UtilizationService", empty => TestService.MigrateAsync("UtilizationService", Configured(empty), b => b.AddUtilizationService()));
        var service = await TestService.StartAsync(
            "UtilizationService",
            Configured(database),
            b =>
            {
                if (time is not null)
                {
                    b.Services.AddSingleton(time);
                }

                b.AddUtilizationService();
            },
            a => a.MapUtilizationService());
        var host = new UtilizationHost(quotes, service, living, told, database, time ?? TimeProvider.System);
        if (beside is null)
        {
            await host.CalmAsync();
        }

        return host;
    }

    /// <summary>Every coin at its peg and every bridge known and well, as of now.</summary>
    public async Task CalmAsync()
    {
        Tell(
        [
            .. Words<Stablecoin>.Members.Select(coin => Price(coin, 1m)),
            .. Bridge.All.Select(bridge => Health(bridge.Id)),
        ]);
        await KnownAsync();
    }

    /// <summary>A bridge that is well.</summary>
    public BridgeHealthMade Health(string bridge) => new(
        Guid.CreateVersion7(Now), Now, bridge, 1m, BridgeStatus.Healthy, 1_000_000m, 0m, 1m, ExploitDetected: false, ExploitConfirmed: false, PreviousScore: null, Announce: true, "simulated");

    /// <summary>A consensus of three sources at <paramref name="ratios"/>, or all at the first where only one is given.</summary>
    public PriceConsensusMade Price(Stablecoin coin, params decimal[] ratios)
    {
        var at = Now;
        var said = ratios.Length == 1 ? Enumerable.Repeat(ratios[0], 3).ToArray() : ratios;
        var median = said.Order().ElementAt(said.Length / 2);
        return new(
            Guid.CreateVersion7(at),
            at,
            coin,
            median,
            median,
            1m,
            1m,
            [.. said.Select((r, i) => new PriceSourceFigure($"source-{i}", r, r, at, Live: true))],
            "simulated");
    }

    /// <summary>BridgeService tells these next.</summary>
    public void Tell(params IEnumerable<IPlatformEvent> events) => _told.Add(events);

    /// <summary>Waits until everything that was told is known here.</summary>
    public async Task KnownAsync()
    {
        var last = _told.Last;
        await EventuallyAsync(
            async () =>
            {
                await using var command = Database.CreateCommand("SELECT coalesce(max(sequence), 0) FROM intake WHERE producer = 'bridgeservice'");
                return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))! >= last;
            },
            "what BridgeService told to be known");
    }

    /// <summary>Waits until <paramref name="condition"/> holds; 20 s at most.</summary>
    public static Task EventuallyAsync(Func<Task<bool>> condition, string what) =>
        Eventually.HoldsAsync(condition, what, TestContext.Current.CancellationToken);

    /// <summary>10 m in the loss shares.</summary>
    public async Task FillAsync(decimal totalUsd = 10_000_000m)
    {
        foreach (var (tranche, share) in new[] { ("SURE_BTC", .25m), ("SURE_SNR", .20m), ("SURE_MEZZ", .18m), ("SURE_JNR", .15m), ("SURE_JNR_PLUS", .12m), ("SURE_EQT", .10m) })
        {
            var answer = await PostAsync(Operator, "/api/v2/vault/deposit", new { tranche_id = tranche, amount_usd = totalUsd * share });
            Assert.Equal(HttpStatusCode.Created, answer.Status);
        }
    }

    /// <summary>Makes up a quote that can be bound.</summary>
    public Guid Quote(decimal coverageUsd, Product product, decimal premiumUsd = 10m, int days = 90, bool bindable = true, TimeSpan? life = null, PolicyTerms? terms = null)
    {
        var now = Now;
        var id = Guid.CreateVersion7(now);
        _living[id] = new BindableQuote(
            id,
            product.CoverageType,
            product.Chain,
            product.Stablecoin,
            coverageUsd,
            days,
            premiumUsd,
            0.008m,
            terms ?? product.CoverageType switch
            {
                CoverageType.Depeg => PolicyTerms.DepegDefault,
                CoverageType.CexLiquidation => PolicyTerms.CexLiquidationDefault,
                _ => null,
            },
            bindable,
            now + (life ?? TimeSpan.FromMinutes(5)));
        return id;
    }

    /// <summary>The trigger of a policy is found to be met, whatever the prices are; nothing happens when it is not active any more.</summary>
    public Task SettleAsync(Guid policyId, decimal payoutFraction) => SettleAsync([policyId], payoutFraction);

    /// <summary>The triggers of these policies are found to be met together, by <paramref name="points"/>; they are booked in this order.</summary>
    public async Task SettleAsync(IReadOnlyList<Guid> policyIds, decimal payoutFraction, IReadOnlyList<ConsensusPoint>? points = null)
    {
        var findings = new List<Finding>();
        foreach (var id in policyIds)
        {
            var policy = await _service.Services.GetRequiredService<PolicyStore>().FindAsync(id, TestContext.Current.CancellationToken);
            var basis = new DecisionBasis("depeg", new Dictionary<string, decimal>()) { Points = points ?? [] };
            findings.Add(new Finding.Met(policy!, "It happened.", basis, Now, payoutFraction));
        }

        await _service.Services.GetRequiredService<Settlement>().SettleAsync(findings, term: null, TestContext.Current.CancellationToken);
    }

    /// <summary>From now on QuoteService does not answer, nor does BridgeService.</summary>
    public Task LoseQuotesAsync() => _quotes.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>Another one of what the service has one of, by a clock of its own.</summary>
    public T Another<T>(TimeProvider time) => ActivatorUtilities.CreateInstance<T>(_service.Services, time);

    /// <summary>The trigger watch looks once more, in the term it leads in.</summary>
    public async Task WatchAsync()
    {
        var watch = _service.Services.GetRequiredService<TriggerWatch>();
        await watch.RunOnceAsync(await TermAsync(watch), TestContext.Current.CancellationToken);
    }

    /// <summary>The trigger watch pays what waits for cash, and does nothing before that.</summary>
    public async Task PayAsync()
    {
        var term = await TermAsync(_service.Services.GetRequiredService<TriggerWatch>());
        await _service.Services.GetRequiredService<ClaimPayments>().PayAsync(term, TestContext.Current.CancellationToken);
    }

    /// <summary>The term that the watch leads in.</summary>
    private async Task<LeaseTerm> TermAsync(TriggerWatch watch)
    {
        await using var command = Database.CreateCommand("SELECT epoch FROM lease WHERE name = $1");
        command.Parameters.AddWithValue(watch.Name);
        return new LeaseTerm(watch.Name, (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!);
    }

    /// <summary>Tries to bind a quote.</summary>
    public static Task<Answer> BindAsync(HttpClient client, Guid quoteId, string? idempotencyKey = null) =>
        PostAsync(client, "/api/v2/policies", new { quote_id = quoteId }, idempotencyKey);

    public static async Task<Answer> PostAsync(HttpClient client, string path, object body, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    public static async Task<Answer> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _service.DisposeAsync();
        await _quotes.DisposeAsync();
    }
}

/// <summary>An answer as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, string? Location, JsonNode? Body)
{
    public JsonNode this[string field] => Body![field] ?? throw new InvalidOperationException($"There is no {field} in {Body}.");

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, response.Headers.Location?.ToString(), text.Length > 0 ? JsonNode.Parse(text) : null);
    }
}

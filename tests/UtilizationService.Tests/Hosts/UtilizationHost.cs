using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sure.UtilizationService.Tests.Hosts;

/// <summary>UtilizationService as it runs, on a database of its own, with quotes that tests make up.</summary>
internal sealed class UtilizationHost : IAsyncDisposable
{
    private readonly WebApplication _quotes;
    private readonly TestService _service;
    private readonly ConcurrentDictionary<Guid, BindableQuote> _living;

    private UtilizationHost(WebApplication quotes, TestService service, ConcurrentDictionary<Guid, BindableQuote> living, string database)
    {
        _quotes = quotes;
        _service = service;
        _living = living;
        Database = NpgsqlDataSource.Create(database);
        Operator = service.ClientOf("operator", Scope.Read, Scope.Write, Scope.Admin);
        Alice = service.ClientOf("alice", Scope.Read, Scope.Write);
        Bob = service.ClientOf("bob", Scope.Read, Scope.Write);
    }

    public NpgsqlDataSource Database { get; }

    public HttpClient Operator { get; }

    public HttpClient Alice { get; }

    public HttpClient Bob { get; }

    public HttpClient Anonymous => _service.Client;

    public static async Task<UtilizationHost> StartAsync(PostgresServer postgres)
    {
        var living = new ConcurrentDictionary<Guid, BindableQuote>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var quotes = builder.Build();
        quotes.MapGet(BindableQuote.Path + "{id:guid}", (Guid id) =>
            living.TryGetValue(id, out var quote) ? Results.Json(quote, SureJson.Internal) : Results.NotFound());
        await quotes.StartAsync();

        var database = await postgres.CreateDatabaseAsync();
        var service = await TestService.StartAsync(
            "UtilizationService",
            new Dictionary<string, string?> { ["ConnectionStrings:platform"] = database, ["services:quoteservice:http:0"] = quotes.Urls.Single() },
            b => b.AddUtilizationService(),
            a => a.MapUtilizationService());
        return new UtilizationHost(quotes, service, living, database);
    }

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
    public Guid Quote(decimal coverageUsd, Product product, decimal premiumUsd = 10m, int days = 90, bool bindable = true, TimeSpan? life = null)
    {
        var now = TimeProvider.System.GetUtcNow();
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
            product.CoverageType == CoverageType.Depeg ? PolicyTerms.DepegDefault : null,
            bindable,
            now + (life ?? TimeSpan.FromMinutes(5)));
        return id;
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

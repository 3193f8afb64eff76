using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sure.Contracts.Json;
using Sure.Coordination.Leases;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sure.BridgeService.Tests.Hosts;

/// <summary>BridgeService as it runs, on a database of its own. Its first cycle is its own; further ones come when a test wants them.</summary>
internal sealed class BridgeHost : IAsyncDisposable
{
    private readonly TestService _service;

    private BridgeHost(TestService service, string database, MovableClock clock)
    {
        _service = service;
        Clock = clock;
        Database = NpgsqlDataSource.Create(database);
        Operator = service.ClientOf("operator", Scope.Admin);
        Reader = service.ClientOf("reader", Scope.Read, Scope.Write);
    }

    public NpgsqlDataSource Database { get; }

    public MovableClock Clock { get; }

    public HttpClient Operator { get; }

    /// <summary>A key that neither operates nor ingests.</summary>
    public HttpClient Reader { get; }

    public HttpClient Anonymous => _service.Client;

    public IServiceProvider Services => _service.Services;

    public static async Task<BridgeHost> StartAsync(
        PostgresServer postgres, string market = "none", string? database = null, MovableClock? clock = null, Dictionary<string, string?>? settings = null)
    {
        clock ??= new MovableClock();
        void Add(WebApplicationBuilder builder)
        {
            builder.Services.AddSingleton<TimeProvider>(clock);
            builder.AddBridgeService();
        }

        Dictionary<string, string?> Configured(string where) => new(settings ?? [])
        {
            ["ConnectionStrings:platform"] = where,
            ["Market:Source"] = market,
            ["Monitoring:BridgeInterval"] = "01:00:00",
            ["Leases:RenewInterval"] = "00:00:00.5",
        };
        database ??= await postgres.CopyDatabaseAsync("BridgeService", empty => TestService.MigrateAsync("BridgeService", Configured(empty), Add));
        var began = clock.GetUtcNow();
        var service = await TestService.StartAsync(
            "BridgeService",
            Configured(database),
            Add,
            a => a.MapBridgeService());
        var host = new BridgeHost(service, database, clock);
        await host.FirstCycleAsync(began);
        return host;
    }

    /// <summary>A client that may speak for these sources.</summary>
    public HttpClient Keeper(params string[] sources) => _service.KeeperOf(sources);

    /// <summary>Lets the clock go on and the monitor do a cycle.</summary>
    public async Task CycleAsync(TimeSpan? later = null)
    {
        Clock.Advance(later ?? TimeSpan.Zero);
        await CycleInEpochAsync(await ScalarAsync<long>("SELECT epoch FROM lease WHERE name = 'market'"));
    }

    /// <summary>Lets the monitor do a cycle as a leader of that epoch.</summary>
    public Task CycleInEpochAsync(long epoch) =>
        Services.GetRequiredService<MarketMonitor>().RunOnceAsync(new LeaseTerm("market", epoch), TestContext.Current.CancellationToken);

    /// <summary>Posts observations as the sources they name.</summary>
    public async Task<Answer> PostAsync(params object[] observations)
    {
        using var keeper = Keeper(Caller.AnySource);
        return await PostAsync(keeper, "/api/v2/observations", new { observations });
    }

    public static async Task<Answer> PostAsync(HttpClient client, string path, object? body)
    {
        using var response = await client.PostAsJsonAsync(new Uri(path, UriKind.Relative), body, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    public static async Task<Answer> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    /// <summary>Seconds since 1970, as the wire has them.</summary>
    public decimal Seconds(TimeSpan ago = default) => UnixSecondsConverter.ToSeconds(Clock.GetUtcNow() - ago);

    public async Task<T?> ScalarAsync<T>(string sql, object? values = null)
    {
        await using var connection = await Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<T>(sql, values);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _service.DisposeAsync();
    }

    private Task FirstCycleAsync(DateTimeOffset since) => Eventually.HoldsAsync(
        () => ScalarAsync<bool>("SELECT count(*) > 0 FROM bridge WHERE made_at > @Since", new { Since = since.UtcDateTime }),
        "the first cycle has been",
        TestContext.Current.CancellationToken);
}

/// <summary>An answer as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, JsonNode? Body)
{
    public JsonNode this[string field] => Body![field] ?? throw new InvalidOperationException($"There is no {field} in {Body}.");

    public static async Task<Answer> OfAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Answer(response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;
using Sure.Coordination.Migrations;
using Sure.Gateway.Keys;
using Sure.ServiceDefaults;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests.Hosts;

/// <summary>The gateway as it runs, on free ports, with fake services behind it.</summary>
public sealed class GatewayHost : IAsyncDisposable
{
    /// <summary>The services of the platform.</summary>
    public static readonly string[] ServiceNames = ["quoteservice", "utilizationservice", "bridgeservice", "riskservice", "realtimeservice"];

    private readonly WebApplication _app;

    private GatewayHost(WebApplication app, Dictionary<string, FakeService> services)
    {
        _app = app;
        Fakes = services;
        var addresses = app.Urls.Select(u => new Uri(u)).ToList();
        var publicAddress = addresses.Single(u => u.Host is not "127.0.0.1");
        InternalAddress = addresses.Single(u => u.Host is "127.0.0.1");
        PublicAddress = new Uri($"{publicAddress.Scheme}://127.0.0.1:{publicAddress.Port}");
        Public = ClientFor(PublicAddress);
        Internal = ClientFor(InternalAddress);
    }

    public Uri PublicAddress { get; }

    public Uri InternalAddress { get; }

    public HttpClient Public { get; }

    public HttpClient Internal { get; }

    public IReadOnlyDictionary<string, FakeService> Fakes { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Starts it with a fake for each service that <paramref name="settings"/> does not place elsewhere.</summary>
    public static async Task<GatewayHost> StartAsync(string database, Dictionary<string, string?>? settings = null, string environment = "Production", ILoggerProvider? logger = null, OpenFiles? files = null)
    {
        settings ??= [];
        var fakes = new Dictionary<string, FakeService>();
        foreach (var name in ServiceNames.Where(n => !settings.ContainsKey($"services:{n}:http:0")))
        {
            fakes[name] = await FakeService.StartAsync(name);
            settings[$"services:{name}:http:0"] = fakes[name].Address;
        }

        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = "Gateway",
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = environment,
        });
        builder.Logging.ClearProviders();
        // Nobody listens there: this instance counts alone.
        settings.TryAdd("ConnectionStrings:cache", "127.0.0.1:1,connectTimeout=100");
        // Nobody listens there: events wait in the outbox.
        settings.TryAdd("ConnectionStrings:messaging", "amqp://guest:guest@127.0.0.1:1");
        // Tests of other things are not held up by limits.
        settings.TryAdd("Limits:Scale", "1000");
        // Nor is a key unknown because the cores are busy.
        settings.TryAdd("Keys:LookupTimeout", "00:00:30");
        builder.Configuration.AddInMemoryCollection(TestIdentity.Settings());
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings)
        {
            ["urls"] = "http://127.0.0.1:0",
            ["Gateway:Port"] = "0",
            ["ConnectionStrings:platform"] = database,
        });
        if (logger is not null)
        {
            builder.Logging.AddProvider(logger);
        }

        builder.AddServiceDefaults();
        builder.AddGateway();
        if (files is not null)
        {
            builder.Services.AddSingleton(files);
        }

        var app = builder.Build();
        app.UseFrontDoor();
        app.MapDefaultEndpoints();
        app.MapGateway();
        await app.StartAsync();
        return new GatewayHost(app, fakes);
    }

    public async Task ReadyAsync() =>
        await Services.GetRequiredService<SchemaReady>().WaitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Waits until the count in Redis is shared.</summary>
    public Task ReachesRedisAsync() =>
        Eventually.HoldsAsync(() => Task.FromResult(Services.GetRequiredService<IConnectionMultiplexer>().IsConnected), "the gateway reaches Redis");

    /// <summary>Puts a key into the database; its text.</summary>
    public async Task<string> IssueKeyAsync(
        string subject = "alice", string[]? scopes = null, string[]? sources = null, DateTimeOffset? expiresAt = null, DateTimeOffset? revokedAt = null, decimal limitScale = 1)
    {
        await ReadyAsync();
        var (key, text) = ApiKey.Create(
            subject, scopes ?? [Scope.Read, Scope.Write], sources ?? [], limitScale, expiresAt, TimeProvider.System.GetUtcNow());
        await Services.GetRequiredService<ApiKeyStore>().AddAsync(key with { RevokedAt = revokedAt }, TestContext.Current.CancellationToken);
        return text.Reveal();
    }

    public async Task<HttpResponseMessage> GetAsync(string path, string? key = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (key is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {key}");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Public.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>A connection to the public port.</summary>
    public async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, PublicAddress.Port, TestContext.Current.CancellationToken);
        return client;
    }

    /// <summary>Sends bytes as they are to the public port; the first line of the answer and the rest.</summary>
    public async Task<string> SendRawAsync(string text)
    {
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Sends bytes as they are to the public port; the beginning of the answer, whatever becomes of the connection.</summary>
    public async Task<string> AnswerRawAsync(string text)
    {
        using var client = await ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
        return Encoding.Latin1.GetString(buffer, 0, read);
    }

    public async ValueTask DisposeAsync()
    {
        Public.Dispose();
        Internal.Dispose();
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
        foreach (var fake in Fakes.Values)
        {
            await fake.DisposeAsync();
        }
    }

    private static HttpClient ClientFor(Uri address) => new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(60),
    };
}

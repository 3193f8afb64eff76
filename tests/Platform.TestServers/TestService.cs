using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sure.Coordination.Migrations;
using Sure.ServiceDefaults.Identity;

namespace Sure.TestServers;

/// <summary>A service as it runs, on a free port. Without a broker what would come by it is fetched or stays in the outbox.</summary>
public sealed class TestService : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly WebApplication _app;
    private readonly TestGateway _gateway;

    private TestService(WebApplication app, TestGateway gateway)
    {
        _app = app;
        _gateway = gateway;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    /// <summary>What it is made of.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Nobody in particular.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts it and waits until its schema is there.</summary>
    /// <param name="name">Name of its assembly.</param>
    /// <param name="settings">Its configuration.</param>
    /// <param name="add">Adds what it has.</param>
    /// <param name="map">Maps what it answers.</param>
    public static async Task<TestService> StartAsync(
        string name, IReadOnlyDictionary<string, string?> settings, Action<WebApplicationBuilder> add, Action<WebApplication> map)
    {
        var gateway = await TestGateway.StartAsync();
        var app = Build(name, settings, gateway.Address, add);
        app.MapDefaultEndpoints();
        map(app);
        await app.StartAsync();
        if (app.Services.GetService<SchemaReady>() is { } schema)
        {
            using var limit = new CancellationTokenSource(StartLimit);
            await schema.WaitAsync(limit.Token);
        }

        return new TestService(app, gateway);
    }

    /// <summary>Brings the schema of its database up to date and does nothing else, as the step before a new version is started does.</summary>
    /// <inheritdoc cref="StartAsync" path="/param" />
    public static async Task MigrateAsync(string name, IReadOnlyDictionary<string, string?> settings, Action<WebApplicationBuilder> add)
    {
        await using var app = Build(name, new Dictionary<string, string?>(settings) { ["Schema:MigrateOnly"] = "true" }, "http://127.0.0.1:1", add);
        await app.RunAsync();
    }

    /// <summary>A section of its settings as they are read and checked at its start, which they are let pass or not; nothing of it is started.</summary>
    /// <inheritdoc cref="StartAsync" path="/param" />
    public static async Task<TOptions> ReadAsync<TOptions>(string name, IReadOnlyDictionary<string, string?> settings, Action<WebApplicationBuilder> add)
        where TOptions : class
    {
        var servers = new Dictionary<string, string?>(settings)
        {
            ["ConnectionStrings:platform"] = "Host=127.0.0.1;Port=1;Username=nobody;Database=none",
            ["ConnectionStrings:cache"] = "127.0.0.1:1",
        };
        await using var app = Build(name, servers, "http://127.0.0.1:1", add);
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        return app.Services.GetRequiredService<IOptions<TOptions>>().Value;
    }

    /// <summary>What the gateway says of a caller, in <see cref="InternalToken.Header"/>.</summary>
    public string TokenOf(string subject, params string[] scopes) => _gateway.TokenOf(subject, scopes);

    /// <summary>What the gateway never said of a caller, though it looks like it.</summary>
    public IEnumerable<(string What, string Token)> ForgeriesOf(string subject, params string[] scopes) => _gateway.Forgeries(subject, scopes);

    /// <summary>Addresses of the clients whose tokens the gateway was asked about.</summary>
    public IEnumerable<string?> AskedFor => _gateway.AskedFor;

    /// <summary>A client with these scopes.</summary>
    public HttpClient ClientOf(string subject, params string[] scopes) => ClientWith(_gateway.TokenOf(subject, scopes));

    /// <summary>Another service that calls this one, which goes by <paramref name="name"/>.</summary>
    public HttpClient PeerOf(string name)
    {
        var client = new HttpClient { BaseAddress = Client.BaseAddress };
        client.DefaultRequestHeaders.Add("X-Sure-Service", TestIdentity.TokenFor(name));
        return client;
    }

    /// <summary>A client that may post what these sources observe.</summary>
    public HttpClient KeeperOf(params string[] sources) => ClientWith(_gateway.TokenOf("keeper", [Scope.Ingest], sources));

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    private static WebApplication Build(string name, IReadOnlyDictionary<string, string?> settings, string gateway, Action<WebApplicationBuilder> add)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            ApplicationName = name,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environments.Production,
        });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(TestIdentity.Settings(settings.GetValueOrDefault("Identity:Name")));
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>(settings, StringComparer.OrdinalIgnoreCase)
        {
            ["urls"] = "http://127.0.0.1:0",
            ["services:gateway:http:0"] = gateway,
            // Unless it is given a broker: nobody listens there; the service goes on without.
            ["ConnectionStrings:messaging"] = settings.GetValueOrDefault("ConnectionStrings:messaging") ?? "amqp://guest:guest@127.0.0.1:1",
        });
        builder.AddServiceDefaults();
        add(builder);
        return builder.Build();
    }

    private HttpClient ClientWith(string token)
    {
        var client = new HttpClient { BaseAddress = Client.BaseAddress };
        client.DefaultRequestHeaders.Add(InternalToken.Header, token);
        return client;
    }
}

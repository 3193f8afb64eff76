using System.Globalization;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Streams;
using Sure.TestServers;

namespace Sure.Bench.Fanout;

/// <summary>A server that tells many clients the same, in a process of its own.</summary>
internal abstract class FanoutServer : IAsyncDisposable
{
    /// <summary>Where clients connect.</summary>
    public abstract Uri Address { get; }

    /// <summary>What a client says first; null for nothing.</summary>
    public abstract string? FirstMessage { get; }

    public abstract TimeSpan Cpu { get; }

    public abstract long ResidentBytes { get; }

    /// <summary>Has a message told so many times.</summary>
    public abstract Task PublishAsync(int times);

    public abstract ValueTask DisposeAsync();
}

/// <summary>RealtimeService and its Redis; messages are appended as an instance appends them.</summary>
internal sealed class RealtimeServer : FanoutServer
{
    private const string Producer = "riskservice";

    private readonly RedisServer _redis = new();
    private ConnectionMultiplexer? _connection;
    private StreamSink _sink = null!;
    private ServiceProcess? _service;
    private PostgresServer? _postgres;
    private ServiceProcess? _gateway;
    private Uri _front = null!;
    private long _sequence;

    public override Uri Address => new(new UriBuilder(_front) { Scheme = "ws" }.Uri, "/ws");

    public override string FirstMessage => """{"action":"subscribe","channel":"risk_alerts"}""";

    public override TimeSpan Cpu => _service!.Cpu + (_gateway?.Cpu ?? TimeSpan.Zero);

    public override long ResidentBytes => _service!.ResidentBytes + (_gateway?.ResidentBytes ?? 0);

    /// <summary>Clients connect to it directly.</summary>
    public static async Task<FanoutServer> StartAsync() => await StartServerAsync();

    /// <summary>Clients connect to a gateway in front of it; processor time and memory are those of both.</summary>
    public static async Task<FanoutServer> StartBehindGatewayAsync()
    {
        var server = await StartServerAsync();
        return await server.WithAsync(async () =>
        {
            server._postgres = new PostgresServer();
            server._front = FreePorts.Address();
            server._gateway = await StartGatewayAsync(server._postgres, server._redis, server._front, server._service!.Address);
        });
    }

    /// <summary>What its metric <paramref name="name"/> is, as Prometheus reads it; 0 while nothing was counted.</summary>
    public async Task<double> MetricAsync(string name)
    {
        using var client = new HttpClient { BaseAddress = _service!.Address };
        var lines = (await client.GetStringAsync(new Uri("/metrics", UriKind.Relative))).Split('\n');
        return lines.Where(l => l.StartsWith(name, StringComparison.Ordinal)).Sum(l => double.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture));
    }

    internal static async Task<RealtimeServer> StartServerAsync()
    {
        var server = new RealtimeServer();
        return await server.WithAsync(async () =>
        {
            await server._redis.StartAsync();
            server._connection = await ConnectionMultiplexer.ConnectAsync(server._redis.ConnectionString);
            server._sink = SinkOn(server._connection);
            await server._sink.RebuildAsync(Producer, seen: null, firstKept: 1, last: 0, CancellationToken.None);
            server._service = await StartServiceAsync(server._redis);
            server._front = server._service.Address;
        });
    }

    /// <summary>Appends to the channels as an instance does.</summary>
    public static StreamSink SinkOn(IConnectionMultiplexer redis) => new(redis, new Clients(), Options.Create(new RealtimeOptions()), TimeProvider.System);

    /// <summary>An instance on a Redis.</summary>
    public static Task<ServiceProcess> StartServiceAsync(RedisServer redis, Uri? address = null) => ServiceProcess.StartAsync(
        "RealtimeService",
        address ?? FreePorts.Address(),
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__cache"] = redis.ConnectionString,
            // Nobody listens there, and nobody has events: what is told is appended by the bench.
            ["ConnectionStrings__messaging"] = "amqp://guest:guest@127.0.0.1:1",
            ["services__bridgeservice__http__0"] = "http://127.0.0.1:1",
            ["services__riskservice__http__0"] = "http://127.0.0.1:1",
            ["services__utilizationservice__http__0"] = "http://127.0.0.1:1",
            ["Limits__Scale"] = "1000",
        });

    /// <summary>A gateway before instances.</summary>
    public static async Task<ServiceProcess> StartGatewayAsync(PostgresServer postgres, RedisServer redis, Uri front, params IReadOnlyList<Uri> instances)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Gateway__Port"] = $"{front.Port}",
            ["ConnectionStrings__platform"] = Databases.Plain(await postgres.CreateDatabaseAsync()),
            ["ConnectionStrings__cache"] = redis.ConnectionString,
            ["ConnectionStrings__messaging"] = "amqp://guest:guest@127.0.0.1:1",
            ["Limits__Scale"] = "1000",
        };
        foreach (var (i, instance) in instances.Index())
        {
            settings[$"services__realtimeservice__http__{i}"] = instance.GetLeftPart(UriPartial.Authority);
        }

        return await ServiceProcess.StartAsync("Gateway", FreePorts.Address(), settings);
    }

    public override async Task PublishAsync(int times)
    {
        var told = Enumerable.Range(0, times).Select(_ => Envelope(Producer, ++_sequence, Alert())).ToList();
        if (!await _sink.TryApplyAsync(Producer, told, CancellationToken.None))
        {
            throw new InvalidOperationException("Somebody else has appended.");
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await (_gateway?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_postgres?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_service?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_connection?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _redis.DisposeAsync();
    }

    /// <summary>Itself with what is started; where that fails, nothing is left of it.</summary>
    private async Task<RealtimeServer> WithAsync(Func<Task> startAsync)
    {
        try
        {
            await startAsync();
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    public static EventEnvelope Envelope(string producer, long sequence, IPlatformEvent told) => new(
        producer, sequence, told.EventId, told.OccurredAt, told.GetType().Name, System.Text.Json.JsonSerializer.SerializeToElement(told, told.GetType(), SureJson.Internal));

    /// <summary>The sink asks nobody: nothing was told before.</summary>
    private sealed class Clients : IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new();
    }

    /// <summary>About 304 bytes when it is told.</summary>
    private static RiskAlertRaised Alert()
    {
        var now = TimeProvider.System.GetUtcNow();
        var id = Guid.CreateVersion7(now);
        return new RiskAlertRaised(id, now, id, "Concentration_High", "USDC", Severity.High, new string('m', 52), 0.27m, 0.25m);
    }
}

/// <summary>Another server, which is told by HTTP what to tell.</summary>
internal sealed class PeerServer : FanoutServer
{
    /// <summary>As long as what RealtimeService sends.</summary>
    private static readonly string Message = $$"""{"channel":"risk_alerts","type":"new_alert","message":"{{new string('m', 244)}}"}""";

    private readonly HttpClient _client;
    private readonly ServiceProcess _process;

    private PeerServer(ServiceProcess process, string path, string? firstMessage)
    {
        _process = process;
        _client = new HttpClient { BaseAddress = process.Address };
        Address = new Uri($"ws://127.0.0.1:{process.Address.Port}{path}");
        FirstMessage = firstMessage;
    }

    public override Uri Address { get; }

    public override string? FirstMessage { get; }

    public override TimeSpan Cpu => _process.Cpu;

    public override long ResidentBytes => _process.ResidentBytes;

    /// <summary>One of <see cref="DotNetPeers"/>.</summary>
    public static async Task<FanoutServer> DotNetAsync(string peer, string path, string? firstMessage) =>
        new PeerServer(await ServiceProcess.StartOwnPeerAsync(peer, FreePorts.Address(), peer), path, firstMessage);

    /// <summary>One of the Node programs beside the bench.</summary>
    public static async Task<FanoutServer> NodeAsync(string peer, string path, string? firstMessage) =>
        new PeerServer(await ServiceProcess.StartNodePeerAsync(peer, FreePorts.Address(), peer), path, firstMessage);

    /// <summary>One of the Go programs beside the bench.</summary>
    public static async Task<FanoutServer> GoAsync(string peer, string path, string? firstMessage) =>
        new PeerServer(await ServiceProcess.StartGoPeerAsync(peer, FreePorts.Address(), peer), path, firstMessage);

    public override async Task PublishAsync(int times)
    {
        using var content = new StringContent(Message);
        using var answer = await _client.PostAsync(new Uri($"/publish?times={times}", UriKind.Relative), content);
        answer.EnsureSuccessStatusCode();
    }

    public override async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _process.DisposeAsync();
    }
}

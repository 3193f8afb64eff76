using System.Buffers.Text;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Sure.TestServers;

namespace Sure.Bench.Quotes;

/// <summary>
/// A quote's way as it runs – gateway, QuoteService, PostgreSQL, Redis, with limits, request log and telemetry that is sent to a collector –
/// and what it is measured beside.
/// </summary>
internal sealed class QuotePlatform : IAsyncDisposable
{
    /// <summary>As the overlay for production has it.</summary>
    private const string TracedShare = "0.05";

    private readonly PostgresServer _postgres = new();
    private readonly RedisServer _redis = new();
    private readonly List<ServiceProcess> _processes = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("sure-bench-").FullName;

    public ServiceProcess Quotes { get; private set; } = null!;

    /// <summary>The gateway's process; clients ask at <see cref="Front"/>.</summary>
    public ServiceProcess Gateway { get; private set; } = null!;

    public Uri Front { get; } = FreePorts.Address();

    public ServiceProcess Plaintext { get; private set; } = null!;

    public ServiceProcess Proxy { get; private set; } = null!;

    public ServiceProcess Nginx { get; private set; } = null!;

    public ServiceProcess Fastify { get; private set; } = null!;

    /// <summary>The header that a client with a key sends.</summary>
    public string Authorization { get; private set; } = "";

    public static async Task<QuotePlatform> StartAsync()
    {
        var platform = new QuotePlatform();
        try
        {
            await platform.BeginAsync();
            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        await _redis.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Authority(Uri address) => address.GetLeftPart(UriPartial.Authority);

    private async Task BeginAsync()
    {
        await _redis.StartAsync();
        var collector = await AddAsync(ServiceProcess.StartOwnPeerAsync("collector", FreePorts.Address(), QuotePeers.Plaintext));
        Plaintext = await AddAsync(ServiceProcess.StartOwnPeerAsync("Kestrel plaintext", FreePorts.Address(), QuotePeers.Plaintext));
        Fastify = await AddAsync(ServiceProcess.StartNodePeerAsync("fastify", FreePorts.Address(), "fastify"));
        var inside = FreePorts.Address();
        Quotes = await AddAsync(ServiceProcess.StartAsync("QuoteService", FreePorts.Address(), new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ConnectionStrings__platform"] = Databases.Plain(await _postgres.CreateDatabaseAsync()),
            ["ConnectionStrings__cache"] = _redis.ConnectionString,
            // Nobody listens there; events wait in the outbox.
            ["ConnectionStrings__messaging"] = "amqp://guest:guest@127.0.0.1:1",
            ["services__gateway__http__0"] = Authority(inside),
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Authority(collector.Address),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
            ["OTEL_TRACES_SAMPLER_ARG"] = TracedShare,
        }));
        var key = $"sure_{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}_{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32))}";
        Gateway = await AddAsync(ServiceProcess.StartAsync("Gateway", inside, new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Keys__First"] = key,
            ["Gateway__Port"] = $"{Front.Port}",
            ["ConnectionStrings__platform"] = Databases.Plain(await _postgres.CreateDatabaseAsync()),
            ["ConnectionStrings__cache"] = _redis.ConnectionString,
            ["ConnectionStrings__messaging"] = "amqp://guest:guest@127.0.0.1:1",
            ["services__quoteservice__http__0"] = Authority(Quotes.Address),
            // Counted as always, and never used up.
            ["Limits__Scale"] = "100000",
            ["Logging__LogLevel__Sure.Gateway.Audit.RequestLog"] = "Information",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Authority(collector.Address),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio",
            ["OTEL_TRACES_SAMPLER_ARG"] = TracedShare,
        }));
        Authorization = $"Bearer {key}";
        await AwaitKeyAsync();
        Proxy = await AddAsync(ServiceProcess.StartOwnPeerAsync("bare YARP", FreePorts.Address(), QuotePeers.Proxy, Authority(Quotes.Address)));
        Nginx = await AddAsync(StartNginxAsync());
    }

    /// <summary>The gateway lets its first key in once its schema is there.</summary>
    private async Task AwaitKeyAsync()
    {
        using var client = new HttpClient { BaseAddress = Front };
        client.DefaultRequestHeaders.Authorization = AuthenticationHeaderValue.Parse(Authorization);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var answer = await client.GetAsync(new Uri("/api/v2/admin/api-keys", UriKind.Relative));
                return answer.IsSuccessStatusCode;
            },
            "the first key is let in",
            CancellationToken.None);
    }

    /// <summary>One process, so that its processor time is all of it.</summary>
    private async Task<ServiceProcess> StartNginxAsync()
    {
        var address = FreePorts.Address();
        var configuration = Path.Combine(_folder, "nginx.conf");
        await File.WriteAllTextAsync(configuration, string.Create(CultureInfo.InvariantCulture, $$"""
            daemon off;
            master_process off;
            pid {{_folder}}/nginx.pid;
            error_log stderr crit;
            events { worker_connections 1024; }
            http {
                access_log off;
                client_body_temp_path {{_folder}}/body;
                proxy_temp_path {{_folder}}/proxy;
                fastcgi_temp_path {{_folder}}/fastcgi;
                uwsgi_temp_path {{_folder}}/uwsgi;
                scgi_temp_path {{_folder}}/scgi;
                keepalive_requests 100000000;
                upstream quotes { server 127.0.0.1:{{Quotes.Address.Port}}; keepalive 64; }
                server {
                    listen 127.0.0.1:{{address.Port}};
                    location / { proxy_pass http://quotes; proxy_http_version 1.1; proxy_set_header Connection ""; }
                }
            }
            """));
        return await ServiceProcess.StartPeerAsync("nginx", address, _folder, "/usr/sbin/nginx", "-c", configuration, "-p", _folder);
    }

    private async Task<ServiceProcess> AddAsync(Task<ServiceProcess> starting)
    {
        var process = await starting;
        _processes.Add(process);
        return process;
    }
}

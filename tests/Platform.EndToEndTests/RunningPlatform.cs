using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Sure.TestServers;

namespace Sure.EndToEndTests;

/// <summary>
/// The whole platform as a user starts it, with short intervals and the demonstration book, on a free port and with data of its own.
/// Tests talk to the gateway only; the process ids are for those that kill.
/// </summary>
public sealed class RunningPlatform : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(6);

    /// <summary>Longer than the gateway waits for a service.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly StringBuilder _output = new();
    private readonly IReadOnlyList<string> _arguments;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private Process? _host;

    /// <summary>One with the demonstration book, for all tests.</summary>
    public RunningPlatform()
        : this([])
    {
    }

    /// <summary>One of its own for a test that needs it otherwise.</summary>
    internal RunningPlatform(params string[] arguments)
        : this(arguments, new Dictionary<string, string>())
    {
    }

    /// <summary>One of its own with further settings.</summary>
    internal RunningPlatform(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> settings)
    {
        _arguments = arguments;
        _settings = settings;
    }

    /// <summary>The folder that holds its data; there before it is started.</summary>
    public string Data { get; } = Directory.CreateTempSubdirectory("sure-e2e-").FullName;

    /// <summary>Where the gateway listens.</summary>
    public Uri Gateway { get; private set; } = null!;

    /// <summary>Spans of the traces that a client's <c>traceparent</c> asked for; of nothing else are there any.</summary>
    public TraceSink Traces { get; } = new(FreePorts.One());

    /// <summary>An OIDC issuer whose tokens the platform takes.</summary>
    public TokenIssuer Issuer { get; } = new(FreePorts.One());

    /// <summary>Without a key.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>With the development key.</summary>
    public HttpClient Operator { get; private set; } = null!;

    /// <summary>The development key.</summary>
    public string Key { get; private set; } = null!;

    /// <summary>Lists the processes of the platform, as long as it is ready.</summary>
    public string ReadyFile => Path.Combine(Data, "ready.json");

    /// <summary>The folder of <c>Platform.sln</c>.</summary>
    public static string RepositoryRoot => Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", ".."));

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        // Further gateways listen on the ports after it.
        var port = FreePorts.One(_settings.TryGetValue("Platform__Replicas__Gateway", out var gateways) ? int.Parse(gateways, CultureInfo.InvariantCulture) : 1);
        Gateway = new Uri($"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(BuildOutput("LocalHost"), "LocalHost.dll"), "--no-build", "--no-install", "--data", Data, .. _arguments])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["Gateway__Port"] = $"{port}",
                ["Monitoring__BridgeInterval"] = "00:00:01",
                ["Monitoring__RiskInterval"] = "00:00:01",
                // A second a snapshot instead of a minute; the services share these cores.
                ["Risk__LossModel__Scenarios"] = "5000",
                ["Monitoring__TopProductsInterval"] = "00:00:01",
                ["Monitoring__TrancheApyInterval"] = "00:00:02",
                ["Monitoring__ExpiryInterval"] = "00:00:05",
                // All tests ask from one address.
                ["Limits__Scale"] = "1000",
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Traces.Address,
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_TRACES_SAMPLER"] = "parentbased_always_off",
                ["Gateway__TakesUpTraces"] = "true",
                ["OTEL_BSP_SCHEDULE_DELAY"] = "1000",
                // An hour in life: in it the lowest price counts.
                ["Triggers__CexWindow"] = "00:00:10",
                // What the dashboard links to is not asked for.
                ["Gateway__TracesUrl"] = "https://traces.example.org/",
                ["NO_COLOR"] = "1",
            },
        };
        foreach (var (name, value) in Issuer.Settings())
        {
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        foreach (var (name, value) in _settings)
        {
            start.Environment[name] = value;
        }

        _host = Process.Start(start)!;
        _host.OutputDataReceived += Keep;
        _host.ErrorDataReceived += Keep;
        _host.BeginOutputReadLine();
        _host.BeginErrorReadLine();

        Anonymous = new HttpClient { BaseAddress = Gateway, Timeout = Patience };
        try
        {
            await AwaitAsync(() => File.Exists(ReadyFile), StartLimit);
        }
        catch
        {
            // Not everybody disposes of what was not initialized.
            await EndAsync();
            throw;
        }

        Key = (await File.ReadAllTextAsync(Path.Combine(Data, "dev-api-key"))).Trim();
        Operator = ClientFor(Key);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Anonymous?.Dispose();
        Operator?.Dispose();
        await EndAsync();
        Traces.Dispose();
        Issuer.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    /// <summary>Process ids of a resource of the platform, as they are now.</summary>
    public IReadOnlyList<int> ProcessIdsOf(string resource)
    {
        var ready = JsonNode.Parse(File.ReadAllText(ReadyFile))!;
        return [.. ready["resources"]!.AsArray().Where(r => (string?)r!["resource"] == resource).Select(r => (int)r!["pid"]!)];
    }

    /// <summary>Where each instance of each service listens for the other services.</summary>
    public IReadOnlyList<(string Service, int Port)> InternalAddresses()
    {
        var ports = JsonNode.Parse(File.ReadAllText(Path.Combine(Data, "ports.json")))!.AsObject();
        return [.. ports.Where(p => p.Key == "gateway" || p.Key.Contains("service", StringComparison.Ordinal)).Select(p => (p.Key.Split('.')[0], (int)p.Value!))];
    }

    /// <summary>The answer of <c>/health</c>, whatever its status.</summary>
    public Task<JsonObject> HealthAsync() => HealthAsync(Gateway);

    /// <summary>The same of one of several gateways.</summary>
    internal async Task<JsonObject> HealthAsync(Uri gateway)
    {
        using var response = await Anonymous.GetAsync(new Uri(gateway, "/health"), TestContext.Current.CancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
    }

    /// <summary>A client with a key of its own, made as operators make them. With the scope <c>ingest</c> it speaks for the source of its own name.</summary>
    public async Task<HttpClient> ClientAsync(string subject, params string[] scopes)
    {
        string[] sources = scopes.Contains("ingest", StringComparer.Ordinal) ? [subject] : [];
        var made = await Operator.PostJsonAsync("/api/v2/admin/api-keys", new { subject, scopes, sources });
        return ClientFor((string)made["key"]!);
    }

    /// <summary>A client that sends <paramref name="credential"/>.</summary>
    public HttpClient ClientFor(string credential)
    {
        var client = new HttpClient { BaseAddress = Gateway, Timeout = Patience };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", $"Bearer {credential}");
        return client;
    }

    /// <summary>What the platform printed, for messages of failing tests.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    private static string BuildOutput(string project)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", project, configuration));
    }

    /// <summary>Ends it for good. For tests with a platform of their own: there are too few cores for two.</summary>
    internal async Task EndAsync()
    {
        if (_host is { HasExited: false })
        {
            using var term = Process.Start("kill", ["-TERM", $"{_host.Id}"]);
            using var limit = new CancellationTokenSource(Patience);
            await _host.WaitForExitAsync(limit.Token);
        }

        _host?.Dispose();
        _host = null;
    }

    private async Task AwaitAsync(Func<bool> condition, TimeSpan limit)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!condition())
        {
            if (_host!.HasExited || TimeProvider.System.GetElapsedTime(startedAt) > limit)
            {
                throw new InvalidOperationException($"The platform did not start:{Environment.NewLine}{Output}");
            }

            await timer.WaitForNextTickAsync();
        }
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
        {
            _output.AppendLine(line.Data);
        }
    }
}

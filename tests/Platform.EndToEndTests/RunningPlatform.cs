using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

[assembly: AssemblyFixture(typeof(Sure.EndToEndTests.RunningPlatform))]
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Sure.EndToEndTests;

/// <summary>
/// The whole platform as a user starts it, with short intervals and the demonstration book, on a free port and with data of its own.
/// Tests talk to the gateway only; the process ids are for those that kill.
/// </summary>
public sealed class RunningPlatform : IAsyncLifetime
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(4);

    private readonly string _data = Directory.CreateTempSubdirectory("sure-e2e-").FullName;
    private readonly StringBuilder _output = new();
    private readonly string[] _arguments;
    private Process? _host;

    /// <summary>One with the demonstration book, for all tests.</summary>
    public RunningPlatform()
        : this([])
    {
    }

    /// <summary>One of its own for a test that needs it otherwise.</summary>
    internal RunningPlatform(params string[] arguments) => _arguments = arguments;

    /// <summary>Where the gateway listens.</summary>
    public Uri Gateway { get; private set; } = null!;

    /// <summary>Without a key.</summary>
    public HttpClient Anonymous { get; private set; } = null!;

    /// <summary>With the development key.</summary>
    public HttpClient Operator { get; private set; } = null!;

    /// <inheritdoc />
    public async ValueTask InitializeAsync()
    {
        var port = FreePort();
        Gateway = new Uri($"http://127.0.0.1:{port}");
        _host = Process.Start(new ProcessStartInfo(
            "dotnet", [Path.Combine(BuildOutput("LocalHost"), "LocalHost.dll"), "--no-build", "--no-install", "--data", _data, .. _arguments])
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
                ["NO_COLOR"] = "1",
            },
        })!;
        _host.OutputDataReceived += Keep;
        _host.ErrorDataReceived += Keep;
        _host.BeginOutputReadLine();
        _host.BeginErrorReadLine();

        Anonymous = new HttpClient { BaseAddress = Gateway, Timeout = TimeSpan.FromSeconds(15) };
        var ready = Path.Combine(_data, "ready.json");
        await AwaitAsync(() => File.Exists(ready), StartLimit);

        Operator = new HttpClient { BaseAddress = Gateway, Timeout = TimeSpan.FromSeconds(15) };
        var key = (await File.ReadAllTextAsync(Path.Combine(_data, "dev-api-key"))).Trim();
        Operator.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Anonymous?.Dispose();
        Operator?.Dispose();
        if (_host is { HasExited: false })
        {
            using var term = Process.Start("kill", ["-TERM", $"{_host.Id}"]);
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(40));
            await _host.WaitForExitAsync(limit.Token);
        }

        _host?.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    /// <summary>Process ids of a resource of the platform, as they are now.</summary>
    public IReadOnlyList<int> ProcessIdsOf(string resource)
    {
        var ready = JsonNode.Parse(File.ReadAllText(Path.Combine(_data, "ready.json")))!;
        return [.. ready["resources"]!.AsArray().Where(r => (string?)r!["resource"] == resource).Select(r => (int)r!["pid"]!)];
    }

    /// <summary>The answer of <c>/health</c>, whatever its status.</summary>
    public async Task<JsonObject> HealthAsync()
    {
        using var response = await Anonymous.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!;
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

    /// <summary>A port nobody listens on, below the range that outgoing connections take theirs from.</summary>
    private static int FreePort()
    {
        var random = new Random(Environment.ProcessId);
        while (true)
        {
            var port = random.Next(20_000, 30_000);
            using var probe = new TcpListener(IPAddress.Loopback, port);
            try
            {
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken; try another.
            }
        }
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

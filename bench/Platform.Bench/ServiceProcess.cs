using System.Diagnostics;
using Sure.TestServers;

namespace Sure.Bench;

/// <summary>A server in a process of its own: a service of ours as it runs, told its settings by environment variables, or a peer that it is measured beside.</summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private ServiceProcess(string name, Uri address, Process process)
    {
        Name = name;
        Address = address;
        _process = process;
    }

    public string Name { get; }

    public Uri Address { get; }

    /// <summary>Processor time it has used so far.</summary>
    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Memory it holds now.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    public static async Task<ServiceProcess> StartAsync(string name, Uri address, IReadOnlyDictionary<string, string> settings)
    {
        var program = ProgramOf(name);
        // Where its settings lie.
        var start = new ProcessStartInfo("dotnet", [program]) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = Path.GetDirectoryName(program)! };
        foreach (var (key, value) in TestIdentity.Environment().Concat(settings))
        {
            start.Environment[key] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = address.GetLeftPart(UriPartial.Authority);
        start.Environment.TryAdd("Logging__LogLevel__Default", "Error");
        Leash.Hold();
        var service = new ServiceProcess(name, address, Process.Start(start)!);
        // Taken away as it comes, which is all that whoever keeps the logs of a container does while requests are answered.
        _ = service._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return await service.UpAsync("/health", a => a.IsSuccessStatusCode);
    }

    /// <summary>Starts a peer; it is up when it answers anything at all.</summary>
    /// <param name="name">What it is called in the tables.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="program">The program, and</param>
    /// <param name="arguments">its arguments.</param>
    public static async Task<ServiceProcess> StartPeerAsync(string name, Uri address, string folder, string program, params string[] arguments)
    {
        Leash.Hold();
        var peer = new ServiceProcess(name, address, Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder })!);
        return await peer.UpAsync("/", _ => true);
    }

    /// <summary>Starts one of the peers that this program is itself.</summary>
    public static Task<ServiceProcess> StartOwnPeerAsync(string name, Uri address, string peer, params string[] arguments) =>
        StartPeerAsync(name, address, AppContext.BaseDirectory, "dotnet", [Path.Combine(AppContext.BaseDirectory, "Platform.Bench.dll"), "peer", peer, $"{address.Port}", .. arguments]);

    /// <summary>Starts one of the Node programs beside the bench; its packages are installed where they are missing.</summary>
    public static async Task<ServiceProcess> StartNodePeerAsync(string name, Uri address, string peer)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "peers", peer);
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--silent"]) { WorkingDirectory = folder })!;
            await npm.WaitForExitAsync();
            if (npm.ExitCode != 0)
            {
                throw new InvalidOperationException($"npm ci failed in {folder}.");
            }
        }

        return await StartPeerAsync(name, address, folder, "node", "server.js", $"{address.Port}");
    }

    /// <summary>Starts one of the Go programs beside the bench, built where it was not; with the packages of the distribution.</summary>
    public static async Task<ServiceProcess> StartGoPeerAsync(string name, Uri address, string peer)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "peers", peer);
        var program = Path.Combine(folder, peer);
        if (!File.Exists(program))
        {
            using var go = Process.Start(new ProcessStartInfo("go", ["build", "-o", program, "server.go"])
            {
                WorkingDirectory = folder,
                Environment = { ["GO111MODULE"] = "off", ["GOPATH"] = "/usr/share/gocode", ["GOCACHE"] = Path.Combine(folder, "cache") },
            })!;
            await go.WaitForExitAsync();
            if (go.ExitCode != 0)
            {
                throw new InvalidOperationException($"go build failed in {folder}.");
            }
        }

        return await StartPeerAsync(name, address, folder, program, $"{address.Port}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    /// <summary>Beside our own program lie those of the other projects, by project and configuration.</summary>
    private static string ProgramOf(string name)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;
        return Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", name, configuration, $"{name}.dll"));
    }

    /// <summary>Itself, once it is up; where it does not get there it is ended.</summary>
    private async Task<ServiceProcess> UpAsync(string path, Predicate<HttpResponseMessage> isUp)
    {
        try
        {
            await AwaitAsync(path, isUp);
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task AwaitAsync(string path, Predicate<HttpResponseMessage> isUp)
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var limit = new CancellationTokenSource(StartLimit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (!await IsUpAsync(client, path, isUp, limit.Token))
        {
            if (_process.HasExited)
            {
                throw new InvalidOperationException($"{Name} ended with {_process.ExitCode} before it was up.");
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<bool> IsUpAsync(HttpClient client, string path, Predicate<HttpResponseMessage> isUp, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            return isUp(answer);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

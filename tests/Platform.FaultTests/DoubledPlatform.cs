using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>
/// The platform with two of everything that can be two. Services reach the servers, and clients the gateways, by proxies that can be broken.
/// </summary>
internal sealed class DoubledPlatform : IAsyncDisposable
{
    public static readonly IReadOnlyList<string> Services = ["quoteservice", "riskservice", "bridgeservice", "utilizationservice", "realtimeservice", "gateway"];
    public static readonly IReadOnlyList<string> Servers = ["postgres", "cache", "messaging"];

    private static readonly IReadOnlyDictionary<string, string> ShortLeases =
        new Dictionary<string, string> { ["Leases__Duration"] = "00:00:04", ["Leases__RenewInterval"] = "00:00:01" };

    private readonly Dictionary<string, BreakableProxy> _ways = [];
    private readonly List<BreakableProxy> _doors = [];

    private DoubledPlatform(bool isLong) => Running = new RunningPlatform(
        ["--empty"],
        Services.ToDictionary(s => $"Platform__Replicas__{s}", _ => "2")
            .Concat(Servers.Select(s => KeyValuePair.Create($"Platform__Detours__{s}", WayTo(s).Port.ToString(CultureInfo.InvariantCulture))))
            // Money and events are what is looked at; simulating losses more often than that would only take the cores from them.
            .Append(KeyValuePair.Create("Monitoring__RiskInterval", "00:00:03"))
            // What clients wait for when they look whether live messages come.
            .Append(KeyValuePair.Create("Monitoring__TrancheApyInterval", "00:00:01"))
            .Concat(isLong ? [] : ShortLeases)
            .ToDictionary());

    public RunningPlatform Running { get; }

    /// <summary>Where each gateway listens.</summary>
    public IReadOnlyList<Uri> Gateways => [.. Enumerable.Range(Running.Gateway.Port, 2).Select(port => new Uri($"http://127.0.0.1:{port}"))];

    /// <summary>Where clients reach each gateway.</summary>
    public IReadOnlyList<BreakableProxy> Doors => _doors;

    /// <summary>What PostgreSQL's data is on; null where none could be made.</summary>
    public SmallVolume? Volume { get; private set; }

    /// <summary>Why there is none.</summary>
    public string? WhyNoVolume { get; private set; }

    /// <param name="isLong">Whether time does not matter: leases last the usual 10 s and not 4 s, and the volume has room for many rounds.</param>
    public static async Task<DoubledPlatform> StartAsync(bool isLong)
    {
        var platform = new DoubledPlatform(isLong);
        try
        {
            (platform.Volume, platform.WhyNoVolume) = await SmallVolume.MountAsync(platform.Running.Data, megabytes: isLong ? 1500 : 600);
            await platform.Running.InitializeAsync();
            platform._doors.AddRange(platform.Gateways.Select(gateway => new BreakableProxy(TestServers.FreePorts.One(), () => gateway.Port)));

            return platform;
        }
        catch
        {
            await platform.DisposeAsync();
            throw;
        }
    }

    /// <summary>The way from the services to a server.</summary>
    public BreakableProxy WayTo(string server)
    {
        if (!_ways.TryGetValue(server, out var way))
        {
            _ways[server] = way = new BreakableProxy(TestServers.FreePorts.One(), () => PortOf(server));
        }

        return way;
    }

    /// <summary>The port that a server listens on.</summary>
    public int PortOf(string server) => (int)Read("ports.json")[server]!;

    /// <summary>The password of a server.</summary>
    public string PasswordOf(string server) => (string)Read("secrets.json")[server]!;

    /// <summary>As whoever may see the tables of all services; not by way of a proxy.</summary>
    public async Task<NpgsqlConnection> OpenDatabaseAsync()
    {
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={PortOf("postgres")};Username=sure_admin;Password={PasswordOf("sure_admin")};Database=platform;Pooling=false;Server Compatibility Mode=NoTypeLoading;Timeout=10;Command Timeout=10");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Keeps the last lines of every process beside what was built, for whoever looks for the cause of a failure.</summary>
    public void KeepLogs()
    {
        var folder = Directory.CreateDirectory(Path.Combine(RunningPlatform.RepositoryRoot, "artifacts", "faults-logs")).FullName;
        foreach (var log in Directory.EnumerateFiles(Path.Combine(Running.Data, "logs")))
        {
            File.Copy(log, Path.Combine(folder, Path.GetFileName(log)), overwrite: true);
        }
    }

    /// <summary>Sends a process a signal.</summary>
    public static async Task SignalAsync(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{pid}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var door in _doors)
        {
            await door.DisposeAsync();
        }

        try
        {
            await Running.DisposeAsync();
        }
        catch (IOException) when (Volume is not null)
        {
            // The folder is a mount until it is given back below.
        }

        foreach (var way in _ways.Values)
        {
            await way.DisposeAsync();
        }

        if (Volume is not null)
        {
            await Volume.DisposeAsync();
            Directory.Delete(Running.Data, recursive: true);
        }
    }

    private JsonObject Read(string file) => JsonNode.Parse(File.ReadAllText(Path.Combine(Running.Data, file)))!.AsObject();
}

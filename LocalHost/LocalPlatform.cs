using Sure.LocalHost.Demonstration;
using Sure.LocalHost.Output;
using Sure.LocalHost.Processes;
using Sure.LocalHost.Servers;

namespace Sure.LocalHost;

/// <summary>One run of the platform: from the servers up to the printed address, and down again.</summary>
internal sealed class LocalPlatform(
    LocalHostOptions options,
    string root,
    IReadOnlyDictionary<string, string> environment,
    ConsoleLog console,
    TimeProvider time)
{
    /// <summary>Together under 20 s: what does not stop in time is killed.</summary>
    private static readonly TimeSpan ServiceStopLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ServerStopLimit = TimeSpan.FromSeconds(8);

    /// <summary>What has ended so often before it ever answered will not answer.</summary>
    private const int HopelessEnds = 4;

    private static readonly TimeSpan ServerStartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan HealthLimit = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly Progress _progress = new(console, time);
    private ProcessGroup? _processes;

    /// <summary>Ends everything without asking; for those who have asked twice.</summary>
    public void Kill() => _processes?.Kill();

    /// <summary>Runs until <paramref name="stopping"/> is cancelled.</summary>
    /// <exception cref="StartException">It cannot be started.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        var build = new ServiceBuild(root, options.Configuration ?? RepositoryRoot.ConfigurationOf(AppContext.BaseDirectory));
        if ((Programs.Missing() ?? build.Missing()) is { } missing)
        {
            throw new StartException(missing);
        }

        var replicas = new Replicas(environment);
        var detours = new Detours(environment);
        using var gateway = new PublicGateway(environment, replicas.Of(PlatformGraph.Find(PlatformGraph.Gateway)));
        using var data = DataFolder.Open(options.DataFolder ?? Path.Combine(root, ".data"));
        await _progress.DuringAsync("Ending what an earlier start left behind", RunFolder.ClearAsync(data.Run, data.ReadyFile, time, stopping));
        if (gateway.Addresses.FirstOrDefault(a => !PortBook.IsFree(a.Port)) is { } taken)
        {
            throw new StartException(
                $"Port {taken.Port} is in use by another program: stop that, or choose another port with {ServiceSettings.PublicPortSetting}=8081 ./run.");
        }

        if (options.Reset)
        {
            data.Reset();
            PostgresFolder.Reset(data);
        }

        var demonstration = Book.IsDemonstration(data.BookFile, options.Empty, out var differs);
        if (differs)
        {
            console.Warn(demonstration
                ? "This data holds the demonstration book; --empty has no effect on it. Use another --data DIR, or --reset."
                : "This data was begun with --empty and stays without the demonstration book. Use another --data DIR, or --reset.");
        }

        var ports = PortBook.Load(data.PortsFile, data.Seed);
        var addresses = new PlatformAddresses(ports, Secrets.Load(data.SecretsFile), replicas, detours);
        var settings = new ServiceSettings(addresses, data, demonstration, gateway.Address.Port);
        var services = PlatformGraph.Services
            .SelectMany(s => Enumerable.Range(0, replicas.Of(s)).Select(i => build.Run(s, i, settings)))
            .ToList();

        DataFolder.MakePrivate(data.Run);
        DataFolder.MakePrivate(data.Logs);
        var run = new RunFolder(data.Run, data.ReadyFile, time);
        var ready = new ReadyFile(data.ReadyFile, gateway.Address);
        ready.Withdraw();
        await using var watchdog = new Watchdog(run, time);
        watchdog.Start();
        await using var processes = new ProcessGroup(run, data.Logs, ready, console, time);
        _processes = processes;
        try
        {
            await StartServersAsync(data, run, ports, addresses, processes, stopping);
            foreach (var service in services)
            {
                processes.Start(service);
            }

            await _progress.DuringAsync("Starting the services", AwaitHealthAsync(gateway, data, processes, stopping));
            if (demonstration)
            {
                var book = new DemonstrationFiller(gateway.Client, data, console, time);
                await _progress.DuringAsync("Filling the demonstration book", book.FillAsync(stopping));
            }

            ready.Announce(processes.All);
            Announce(gateway, data);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            console.Say("Stopping …");
        }
        finally
        {
            ready.Withdraw();
            await processes.StopAsync(p => IsService(p.Resource), ServiceStopLimit);
            await processes.StopAsync(p => p.Resource is not null, ServerStopLimit);
            await processes.StopAsync(_ => true, ServerStopLimit);
        }

        console.Succeed("Everything is stopped.");
    }

    private static bool IsService(string? resource) => resource is not null && PlatformGraph.Find(resource).Kind is ResourceKind.Service;

    private async Task StartServersAsync(
        DataFolder data, RunFolder run, PortBook ports, PlatformAddresses addresses, ProcessGroup processes, CancellationToken stopping)
    {
        var postgres = new PostgresServer(addresses, await PostgresFolder.ChooseAsync(data, run, console, stopping), time);
        IServer[] servers = [new RabbitMqServer(addresses, data, time), postgres, new RedisServer(addresses, data)];
        // Every port has been asked for by now; what listens on them is found by others only as long as they stay.
        ports.Save(data.PortsFile);
        await Task.WhenAll(servers.Select(s => _progress.DuringAsync($"Starting {s.Title}", StartAsync(s, processes, stopping))));
        await _progress.DuringAsync("Preparing the database", PlatformDatabase.PrepareAsync(postgres.AdministrationOf, addresses.Password, stopping));
    }

    private async Task StartAsync(IServer server, ProcessGroup processes, CancellationToken stopping)
    {
        await server.PrepareAsync(stopping);
        List<SupervisedProcess> started;
        lock (processes)
        {
            started = [.. server.Processes.Select(processes.Start)];
        }

        var startedAt = time.GetTimestamp();
        while (!await server.AnswersAsync(stopping))
        {
            if (started.Find(p => p.Ended >= HopelessEnds) is { } hopeless)
            {
                throw new StartException($"{server.Title} does not start: {hopeless.LastWord}.");
            }

            if (time.GetElapsedTime(startedAt) > ServerStartLimit)
            {
                throw new StartException($"{server.Title} does not answer after {ServerStartLimit.TotalSeconds:0} s: {started[^1].LastWord}.");
            }

            await Task.Delay(PollInterval, time, stopping);
        }
    }

    private async Task AwaitHealthAsync(PublicGateway gateway, DataFolder data, ProcessGroup processes, CancellationToken stopping)
    {
        var startedAt = time.GetTimestamp();
        while ((await gateway.AilmentAsync(stopping) ?? KeyAilment(data)) is { } ailment)
        {
            if (processes.All.FirstOrDefault(p => IsService(p.Resource) && p.Ended >= HopelessEnds) is { } hopeless)
            {
                throw new StartException($"{hopeless.Name} does not start: {hopeless.LastWord}.");
            }

            if (time.GetElapsedTime(startedAt) > HealthLimit)
            {
                throw new StartException($"The platform is not healthy after {HealthLimit.TotalMinutes:0} minutes: {ailment}.");
            }

            await Task.Delay(PollInterval, time, stopping);
        }
    }

    /// <summary>The gateway makes the development key beside its work; whoever is told that the platform is ready uses it.</summary>
    private static string? KeyAilment(DataFolder data) =>
        File.Exists(data.DevelopmentKeyFile) ? null : $"the gateway has made no development key in {data.DevelopmentKeyFile}";

    private void Announce(PublicGateway gateway, DataFolder data)
    {
        var address = Public(gateway.Address);
        console.Succeed("The platform is ready; Ctrl-C stops it.");
        console.Say($"API              {address}/api/v2");
        foreach (var further in gateway.Addresses.Skip(1))
        {
            console.Say($"                 {Public(further)}/api/v2");
        }

        console.Say($"Live messages    {address.Replace("http", "ws", StringComparison.Ordinal)}/ws");
        console.Say($"Health           {address}/health");
        if (File.Exists(data.DevelopmentKeyFile))
        {
            console.Say($"Development key  {File.ReadAllText(data.DevelopmentKeyFile).Trim()}   ({data.DevelopmentKeyFile})");
        }
    }
    private static string Public(Uri gateway) => gateway.GetLeftPart(UriPartial.Authority).Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
}

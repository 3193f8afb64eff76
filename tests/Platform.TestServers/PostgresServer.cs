using System.Collections.Concurrent;
using Npgsql;

namespace Sure.TestServers;

/// <summary>A real PostgreSQL of its own in a temporary folder, started by the first test that needs it.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>
    /// Spares what is there for a machine that loses power and for replicas. Commits still wait for the log: some tests end
    /// the server as a crash would, and what was acknowledged must be there afterwards.
    /// </summary>
    private const string WithoutDisk = "-c fsync=off -c full_page_writes=off -c wal_level=minimal -c max_wal_senders=0 -c jit=off";

    /// <summary>Where what is temporary outlives a restart, and therefore is on a disk: <c>/tmp</c> is memory on many systems.</summary>
    private const string OnDisk = "/var/tmp";

    private readonly int _port = FreePorts.One();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly ConcurrentDictionary<string, Lazy<Task<string>>> _templates = [];
    private readonly NpgsqlDataSource _administration;
    private bool _prepared;
    private bool _running;
    private int _databases;

    /// <summary>One that is started when it is needed.</summary>
    public PostgresServer() =>
        _administration = NpgsqlDataSource.Create($"{ConnectionTo("postgres")};Server Compatibility Mode=NoTypeLoading");

    /// <summary>Whether commits reach the disk, as they do in operation; its data is then in <c>/var/tmp</c>. Tests do without.</summary>
    public bool Durable { get; init; }

    /// <summary>An empty database; its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await StartAsync();
        return ConnectionTo(await CreateAsync("template1"));
    }

    /// <summary>A copy of what <paramref name="prepareAsync"/> makes of an empty database; its connection string.</summary>
    /// <param name="kind">What is prepared: the first call for it prepares it, later ones copy that.</param>
    /// <param name="prepareAsync">Is given the connection string of the empty database and leaves no connection to it.</param>
    public async Task<string> CopyDatabaseAsync(string kind, Func<string, Task> prepareAsync)
    {
        await StartAsync();
        var template = _templates.GetOrAdd(kind, _ => new Lazy<Task<string>>(async () =>
        {
            var empty = await CreateAsync("template1");
            await prepareAsync(ConnectionTo(empty));
            return empty;
        }));
        return ConnectionTo(await CreateAsync(await template.Value));
    }

    /// <summary>Starts it if it is not running.</summary>
    public async Task StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_running)
            {
                return;
            }

            Leash.Hold();
            if (!_prepared)
            {
                if (Durable)
                {
                    RequireDisk(OnDisk);
                }

                Directory.CreateDirectory(Folder);
                await Programs.GiveToPostgresAsync(Folder);
                await Programs.RunAsPostgresAsync(
                    Programs.PostgresTool("initdb"), "-D", Data, "-U", "postgres", "--auth=trust", "--no-sync", "--no-instructions", "-E", "UTF8");
                _prepared = true;
            }

            await Programs.RunAsPostgresAsync(
                Programs.PostgresTool("pg_ctl"),
                "-D",
                Data,
                "-w",
                "-s",
                "-l",
                Path.Combine(Folder, "log"),
                "-o",
                $"-p {_port} -k {Folder} -c listen_addresses=127.0.0.1 -c max_connections=300 {(Durable ? "" : WithoutDisk)}",
                "start");
            _running = true;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Ends it the hard way, as a crash would.</summary>
    public async Task StopAsync()
    {
        if (_running)
        {
            await Programs.RunAsPostgresAsync(Programs.PostgresTool("pg_ctl"), "-D", Data, "-w", "-s", "-m", "immediate", "stop");
            _running = false;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _administration.DisposeAsync();
        await StopAsync();
        if (_prepared)
        {
            Directory.Delete(Folder, recursive: true);
        }

        _starting.Dispose();
    }

    /// <summary>What is written to memory is there at once and reaches no disk: measured there, commits would cost nothing.</summary>
    /// <exception cref="InvalidOperationException">The folder is in memory.</exception>
    public static void RequireDisk(string folder)
    {
        if (new DriveInfo(folder).DriveFormat is "tmpfs" or "ramfs")
        {
            throw new InvalidOperationException($"{folder} is in memory, where no commit reaches a disk: mount one there.");
        }
    }

    private async Task<string> CreateAsync(string template)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var command = _administration.CreateCommand($"CREATE DATABASE {name} TEMPLATE {template}");
        await command.ExecuteNonQueryAsync();
        return name;
    }

    private string Folder => field ??= Path.Combine(Durable ? OnDisk : Path.GetTempPath(), $"sure-postgres-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");

    private string Data => Path.Combine(Folder, "data");

    private string ConnectionTo(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Timeout=60;Command Timeout=60;Maximum Pool Size=30";
}

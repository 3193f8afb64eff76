using Npgsql;

namespace Sure.TestServers;

/// <summary>A real PostgreSQL of its own in a temporary folder, started by the first test that needs it.</summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"sure-postgres-{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}");
    private readonly int _port = FreePorts.One();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private bool _prepared;
    private bool _running;
    private int _databases;

    /// <summary>Whether commits reach the disk, as they do in operation. Tests do without.</summary>
    public bool Durable { get; init; }

    /// <summary>An empty database; its connection string.</summary>
    public async Task<string> CreateDatabaseAsync()
    {
        await StartAsync();
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using var source = NpgsqlDataSource.Create(ConnectionTo("postgres"));
        await using var command = source.CreateCommand($"CREATE DATABASE {name}");
        await command.ExecuteNonQueryAsync();
        return ConnectionTo(name);
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

            if (!_prepared)
            {
                Directory.CreateDirectory(_folder);
                await Programs.GiveToPostgresAsync(_folder);
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
                Path.Combine(_folder, "log"),
                "-o",
                $"-p {_port} -k {_folder} -c listen_addresses=127.0.0.1 -c fsync={(Durable ? "on" : "off")} -c max_connections=300",
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
        await StopAsync();
        if (_prepared)
        {
            Directory.Delete(_folder, recursive: true);
        }

        _starting.Dispose();
    }

    private string Data => Path.Combine(_folder, "data");

    private string ConnectionTo(string database) =>
        $"Host=127.0.0.1;Port={_port};Username=postgres;Database={database};Timeout=2;Command Timeout=5;Maximum Pool Size=30";
}

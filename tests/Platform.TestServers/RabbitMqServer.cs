using System.Diagnostics;
using System.Net.Sockets;

namespace Sure.TestServers;

/// <summary>A real RabbitMQ of its own with a port mapper of its own, started by the first test that needs it.</summary>
public sealed class RabbitMqServer : IAsyncDisposable
{
    private const string User = "test";

    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    /// <summary>What a client says first, and what is answered: a frame of type 1, Connection.Start.</summary>
    private static readonly byte[] Greeting = [.. "AMQP"u8, 0, 0, 9, 1];

    private readonly string _folder = Directory.CreateTempSubdirectory("sure-rabbitmq-").FullName;
    // Another's broker that listens where this one wanted to takes nobody of ours in.
    private readonly string _password = $"{Guid.CreateVersion7(TimeProvider.System.GetUtcNow()):N}";
    private readonly int _port = FreePorts.One();
    private readonly int _mapperPort = FreePorts.One();
    private readonly int _nodesPort = FreePorts.One();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private Process? _mapper;
    private Process? _broker;

    /// <summary>Address of a client.</summary>
    public string ConnectionString => $"amqp://{User}:{_password}@127.0.0.1:{_port}";

    /// <summary>Starts it if it is not running.</summary>
    public async Task StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_broker is not null)
            {
                return;
            }

            Leash.Hold();
            await File.WriteAllTextAsync(Path.Combine(_folder, "plugins"), "[].\n");
            await File.WriteAllTextAsync(
                Path.Combine(_folder, "rabbitmq.conf"),
                $"""
                listeners.tcp.1 = 127.0.0.1:{_port}
                default_user = {User}
                default_pass = {_password}
                log.console = true
                log.console.level = error
                raft.wal_max_size_bytes = 33554432

                """);
            _mapper = Start(Programs.Find("rabbitmq-server", "/usr/bin/epmd", "/usr/local/bin/epmd"), "-port", $"{_mapperPort}", "-address", "127.0.0.1");
            await UntilAsync(_mapper, () => AnswersAsync(_mapperPort, [0, 1, (byte)'n']));
            // The script of the package would become another user first.
            _broker = Start(Programs.Find("rabbitmq-server", "/usr/lib/rabbitmq/bin/rabbitmq-server"));
            await UntilAsync(_broker, () => AnswersAsync(_port, Greeting));
        }
        catch
        {
            await StopAsync();
            throw;
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
        _starting.Dispose();
    }

    private async Task StopAsync()
    {
        foreach (var process in new[] { _broker, _mapper }.OfType<Process>())
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }

        (_broker, _mapper) = (null, null);
    }

    private Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null 2>&1", program, .. arguments])
        {
            WorkingDirectory = _folder,
            Environment =
            {
                ["HOME"] = _folder,
                ["RABBITMQ_NODENAME"] = "test@localhost",
                ["RABBITMQ_CONF_ENV_FILE"] = "/dev/null",
                ["RABBITMQ_CONFIG_FILE"] = Path.Combine(_folder, "rabbitmq.conf"),
                ["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path.Combine(_folder, "plugins"),
                ["RABBITMQ_MNESIA_BASE"] = Path.Combine(_folder, "data"),
                ["RABBITMQ_LOG_BASE"] = Path.Combine(_folder, "log"),
                ["RABBITMQ_PID_FILE"] = Path.Combine(_folder, "pid"),
                ["RABBITMQ_NODE_IP_ADDRESS"] = "127.0.0.1",
                ["RABBITMQ_NODE_PORT"] = $"{_port}",
                ["RABBITMQ_DIST_PORT"] = $"{_nodesPort}",
                // With input allowed the script becomes the broker instead of waiting for it.
                ["RABBITMQ_ALLOW_INPUT"] = "1",
                ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"] =
                    "-noinput +B i +sbwt very_short +sbwtdcpu none +sbwtdio very_short -start_epmd false -kernel inet_dist_use_interface {127,0,0,1}",
                ["ERL_EPMD_PORT"] = $"{_mapperPort}",
                ["ERL_EPMD_ADDRESS"] = "127.0.0.1",
                ["ERL_CRASH_DUMP_BYTES"] = "0",
            },
        };
        return Process.Start(start)!;
    }

    private static async Task UntilAsync(Process process, Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(StartLimit);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!await condition() || process.HasExited)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException($"A program of RabbitMQ ended with {process.ExitCode}; another may have been quicker to listen at its port.");
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static async Task<bool> AnswersAsync(int port, byte[] question)
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            await client.GetStream().WriteAsync(question);
            return await client.GetStream().ReadAsync(new byte[1]) == 1;
        }
        catch (Exception exception) when (exception is SocketException or IOException)
        {
            return false;
        }
    }
}

using System.Diagnostics;
using StackExchange.Redis;

namespace Sure.TestServers;

/// <summary>A real Redis of its own, started by the first test that needs it.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(1);

    private readonly string _folder = Directory.CreateTempSubdirectory("sure-redis-").FullName;
    private readonly int _port = FreePorts.One();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private Process? _process;

    /// <summary>Configuration string of a client.</summary>
    public string ConnectionString => $"127.0.0.1:{_port}";

    /// <summary>Starts it if it is not running, with what it had.</summary>
    public async Task StartAsync()
    {
        await _starting.WaitAsync();
        try
        {
            if (_process is not null)
            {
                return;
            }

            Leash.Hold();
            // What is answered has been handed to the system, and a kill loses nothing of that. With "everysec" a slow disk would have Redis owe its
            // file two seconds and then stand still. The file is never written anew: for the rate of a benchmark that is half a core, at any moment.
            _process = Process.Start(new ProcessStartInfo(Programs.Find("redis-server", "/usr/bin/redis-server", "/usr/local/bin/redis-server"))
            {
                ArgumentList =
                {
                    "--bind", "127.0.0.1", "--port", $"{_port}", "--dir", _folder, "--loglevel", "warning",
                    "--appendonly", "yes", "--appendfsync", "no", "--auto-aof-rewrite-percentage", "0", "--save", "",
                },
                UseShellExecute = false,
                RedirectStandardOutput = true,
            })!;
            Leash.Hold(_process);
            _process.BeginOutputReadLine();
            using var limit = new CancellationTokenSource(StartLimit);
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            while (!await AnswersAsync(_process.Id))
            {
                if (_process.HasExited)
                {
                    throw new InvalidOperationException(
                        $"redis-server at port {_port} ended with {_process.ExitCode}; another may have been quicker to listen there.");
                }

                await timer.WaitForNextTickAsync(limit.Token);
            }
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

    /// <summary>Kills it, as a crash would. What it has answered is in its file.</summary>
    public async Task StopAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            _process = null;
        }
    }

    /// <summary>Forgets everything.</summary>
    public async Task EmptyAsync()
    {
        await using var client = await ConnectionMultiplexer.ConnectAsync($"{ConnectionString},allowAdmin=true");
        await client.GetServer("127.0.0.1", _port).FlushAllDatabasesAsync();
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(_folder, recursive: true);
        _starting.Dispose();
    }

    /// <summary>Whether the process answers, with what it had, and not another one that listens there.</summary>
    private async Task<bool> AnswersAsync(int process)
    {
        try
        {
            await using var client = await ConnectionMultiplexer.ConnectAsync($"{ConnectionString},connectRetry=0,connectTimeout=500,allowAdmin=true");
            // While it reads its file it says who it is and refuses this.
            await client.GetDatabase().PingAsync();
            return (await client.GetServer("127.0.0.1", _port).InfoRawAsync("server"))!.Contains($"process_id:{process}\r\n", StringComparison.Ordinal);
        }
        catch (RedisException)
        {
            return false;
        }
    }
}

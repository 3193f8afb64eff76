using System.Diagnostics;
using System.Text.RegularExpressions;
using Sure.LocalHost.Output;

namespace Sure.LocalHost.Processes;

/// <summary>
/// Keeps one process running: starts it again whenever it ends by itself, each time after a longer wait, until it is told to stop.
/// </summary>
internal sealed partial class SupervisedProcess : IAsyncDisposable
{
    /// <summary>What a process wrote just before its end is still read; what keeps its output open longer is not waited for.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly ProcessSpec _spec;
    private readonly RunFolder _run;
    private readonly ConsoleLog _console;
    private readonly TimeProvider _time;
    private readonly LogFile _log;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Backoff _backoff = new();
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private int _ended;

    public SupervisedProcess(ProcessSpec spec, RunFolder run, string logs, ConsoleLog console, TimeProvider time)
    {
        _spec = spec;
        _run = run;
        _console = console;
        _time = time;
        _log = new LogFile(Path.Combine(logs, $"{spec.Name}.log"));
    }

    /// <summary>Called when the process id has changed.</summary>
    public Action? Changed { get; init; }

    /// <summary>Its name in logs.</summary>
    public string Name => _spec.Name;

    /// <summary>The resource it is, or null.</summary>
    public string? Resource => _spec.Resource;

    /// <summary>Its id while it runs.</summary>
    public int? ProcessId { get; private set; }

    /// <summary>How often it ended by itself.</summary>
    public int Ended => Volatile.Read(ref _ended);

    /// <summary>What it said last and where the rest is.</summary>
    public string LastWord => _log.Telling is { } line ? $"it said \"{line.Trim()}\" ({_log.Path})" : $"it said nothing ({_log.Path})";

    /// <summary>Starts it, and from now on again and again.</summary>
    public void Start() => _running = Task.Run(() => RunAsync(_stopping.Token));

    /// <summary>Asks it to stop, and kills it when it has not within <paramref name="limit"/>.</summary>
    public async Task StopAsync(TimeSpan limit)
    {
        // Cancelled under the lock: a process is either seen here or not started any more.
        lock (_lock)
        {
            _stopping.Cancel();
            if (ProcessId is { } id)
            {
                Posix.Signal(id, _spec.StopSignal);
            }
        }

        try
        {
            await _running.WaitAsync(limit, _time);
        }
        catch (TimeoutException)
        {
            _console.Warn($"{Name} did not stop within {limit.TotalSeconds:0} s and is killed.");
            Kill();
            await _running;
        }
    }

    /// <summary>Ends it at once with all its children; when nothing else was asked, it is started again.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            if (ProcessId is { } id)
            {
                Posix.KillGroup(id);
            }
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero);
        _stopping.Dispose();
        _log.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            var startedAt = _time.GetTimestamp();
            var how = await RunOnceAsync(stopping);
            if (stopping.IsCancellationRequested)
            {
                return;
            }

            Interlocked.Increment(ref _ended);
            var uptime = _time.GetElapsedTime(startedAt);
            var wait = _backoff.After(uptime);
            _console.Warn($"{Name} {how} after {uptime.TotalSeconds:0.0} s; it is started again in {wait.TotalSeconds:0.#} s.");
            try
            {
                await Task.Delay(wait, _time, stopping);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task<string> RunOnceAsync(CancellationToken stopping)
    {
        try
        {
            if (_spec.BeforeStartAsync is { } prepare)
            {
                await prepare(stopping);
            }

            using var process = Begin(stopping);
            if (process is null)
            {
                return "was not started";
            }

            return await FollowAsync(process);
        }
        catch (OperationCanceledException)
        {
            return "was not started";
        }
#pragma warning disable CA1031 // Whatever prevents one start must not end the supervision: it is said, and tried again.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Show($"cannot be started: {exception.Message}");
            return "could not be started";
        }
    }

    private Process? Begin(CancellationToken stopping)
    {
        var info = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            WorkingDirectory = _spec.WorkingDirectory,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList = { "bash", "-p", "-c", Scripts.Launch, "launch.sh", _run.FileOf(Name), $"{Environment.ProcessId}", $"{_spec.StopSignal}", _spec.Program },
        };
        foreach (var argument in _spec.Arguments)
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in _spec.Environment)
        {
            info.Environment[name] = value;
        }

        info.Environment[Scripts.Mark] = _run.Folder;
        lock (_lock)
        {
            if (stopping.IsCancellationRequested)
            {
                return null;
            }

            var process = Process.Start(info)!;
            ProcessId = process.Id;
            process.StandardInput.Close();
            return process;
        }
    }

    private async Task<string> FollowAsync(Process process)
    {
        Changed?.Invoke();
        var output = Task.WhenAll(ReadAsync(process.StandardOutput), ReadAsync(process.StandardError));
        await process.WaitForExitAsync(CancellationToken.None);
        lock (_lock)
        {
            ProcessId = null;
        }

        // What it left in its group would stand in the way of its successor.
        Posix.KillGroup(process.Id);
        await Task.WhenAny(output, Task.Delay(LastWords, _time, CancellationToken.None));
        File.Delete(_run.FileOf(Name));
        Changed?.Invoke();
        return process.ExitCode switch
        {
            0 => "ended",
            > 128 and < 160 and var code => $"was ended by signal {code - 128}",
            var code => $"ended with exit code {code}",
        };
    }

    private async Task ReadAsync(StreamReader reader)
    {
        try
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                Show(line);
            }
        }
        catch (Exception exception) when (exception is ObjectDisposedException or IOException or InvalidOperationException)
        {
            // The process is gone and something of it held the pipe; nothing more is to be read.
        }
    }

    private void Show(string line)
    {
        // Colours are ours, and not everything that writes some asks whether they are wanted.
        var plain = line.Contains('\e', StringComparison.Ordinal) ? EscapeSequences().Replace(line, "") : line;
        _log.Add(plain);
        _console.Line(Name, plain);
    }

    [GeneratedRegex(@"\e\[[0-9;?]*[A-Za-z]", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex EscapeSequences();
}

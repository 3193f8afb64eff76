using System.Diagnostics;

namespace Sure.LocalHost.Processes;

/// <summary>
/// A shell that outlives us for a moment: when the pipe to it closes because we were killed, it ends everything we started. Should
/// it be ended itself, another takes its place.
/// </summary>
internal sealed class Watchdog : IAsyncDisposable
{
    private readonly RunFolder _run;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private Task _running = Task.CompletedTask;
    private Process? _process;

    public Watchdog(RunFolder run, TimeProvider time)
    {
        _run = run;
        _time = time;
    }

    public void Start()
    {
        Begin();
        _running = Task.Run(WatchAsync);
    }

    /// <summary>Says that there is nothing left to end. Only after everything was stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            _stopping.Cancel();
            try
            {
                _process?.StandardInput.WriteLine("done");
                _process?.StandardInput.Close();
            }
            catch (IOException)
            {
                // It was ended a moment ago, which is what was to be said.
            }
        }

        await _running;
        _process?.Dispose();
        _stopping.Dispose();
    }

    private void Begin()
    {
        lock (_lock)
        {
            if (!_stopping.IsCancellationRequested)
            {
                _process?.Dispose();
                _process = Process.Start(_run.Watchdog());
            }
        }
    }

    private async Task WatchAsync()
    {
        var backoff = new Backoff();
        while (!_stopping.IsCancellationRequested && _process is { } process)
        {
            var startedAt = _time.GetTimestamp();
            await process.WaitForExitAsync(CancellationToken.None);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            try
            {
                await Task.Delay(backoff.After(_time.GetElapsedTime(startedAt)), _time, _stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            Begin();
        }
    }
}

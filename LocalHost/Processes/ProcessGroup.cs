using Sure.LocalHost.Output;

namespace Sure.LocalHost.Processes;

/// <summary>All processes of the platform: started one after the other, stopped together.</summary>
internal sealed class ProcessGroup(RunFolder run, string logs, ReadyFile ready, ConsoleLog console, TimeProvider time) : IAsyncDisposable
{
    private readonly List<SupervisedProcess> _processes = [];

    /// <summary>Those started so far.</summary>
    public IReadOnlyList<SupervisedProcess> All => _processes;

    /// <summary>Starts one more.</summary>
    public SupervisedProcess Start(ProcessSpec spec)
    {
        var process = new SupervisedProcess(spec, run, logs, console, time) { Changed = ready.Refresh };
        _processes.Add(process);
        process.Start();
        return process;
    }

    /// <summary>Stops those that <paramref name="which"/> says, side by side.</summary>
    public Task StopAsync(Func<SupervisedProcess, bool> which, TimeSpan limit) =>
        Task.WhenAll(_processes.Where(which).Select(p => p.StopAsync(limit)));

    /// <summary>Ends every process at once.</summary>
    public void Kill()
    {
        foreach (var process in _processes.ToArray())
        {
            process.Kill();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }
}

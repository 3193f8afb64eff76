using System.Runtime.InteropServices;

namespace Sure.RiskService.LossModel;

/// <summary>
/// Work on all cores that steps back for everything else. It runs on threads of its own, so that the pool stays free for requests, and at low priority:
/// below normal where the system knows that, and on Linux – where .NET's thread priorities have no effect – at a nice value of 10, which the scheduler
/// weighs at about a tenth of a request's thread.
/// </summary>
internal static class QuietThreads
{
    private const int Nice = 10;

    /// <summary>Calls <paramref name="body"/> once for each of 0 … <paramref name="count"/> − 1, in no particular order.</summary>
    /// <exception cref="OperationCanceledException">It was cancelled; what was begun is finished.</exception>
    public static void For(int count, int threads, Action<int> body, CancellationToken cancellationToken)
    {
        var next = -1;
        Exception? fault = null;
        var workers = Enumerable.Range(0, Math.Min(count, threads)).Select(i => new Thread(Work)
        {
            IsBackground = true,
            Name = $"loss model {i}",
            Priority = ThreadPriority.BelowNormal,
        }).ToList();
        workers.ForEach(w => w.Start());
        workers.ForEach(w => w.Join());
        cancellationToken.ThrowIfCancellationRequested();
        if (fault is not null)
            throw new InvalidOperationException("A part of the simulation failed.", fault);

        void Work()
        {
            try
            {
                if (OperatingSystem.IsLinux())
                    // Process 0 is the calling thread; refused, it runs on as it is.
                    _ = SetPriority(0, 0, Nice);

                for (var item = Interlocked.Increment(ref next); item < count && !cancellationToken.IsCancellationRequested; item = Interlocked.Increment(ref next))
                    body(item);
            }
#pragma warning disable CA1031 // An exception must not end the process; it is thrown again on the caller's thread.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                Interlocked.CompareExchange(ref fault, exception, comparand: null);
            }
        }
    }

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int priority);
}

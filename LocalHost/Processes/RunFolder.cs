using System.Diagnostics;

namespace Sure.LocalHost.Processes;

/// <summary>
/// Where the processes of one LocalHost write down their ids. Each LocalHost has a folder of its own, so that whoever clears up after
/// an earlier one never touches what belongs to this one.
/// </summary>
internal sealed class RunFolder
{
    private static readonly TimeSpan ClearingLimit = TimeSpan.FromSeconds(20);

    private readonly string _ready;

    public RunFolder(string parent, string readyFile, TimeProvider time)
    {
        _ready = readyFile;
        Folder = DataFolder.MakePrivate(Path.Combine(parent, $"{time.GetUtcNow().ToUnixTimeMilliseconds()}-{Environment.ProcessId}"));
    }

    /// <summary>The folder of this LocalHost.</summary>
    public string Folder { get; }

    /// <summary>The file of the process called <paramref name="name"/>.</summary>
    public string FileOf(string name) => Path.Combine(Folder, $"{name}.pid");

    /// <summary>How the watchdog of this folder is started.</summary>
    public ProcessStartInfo Watchdog() => WatchdogOf(Folder, _ready);

    /// <summary>Ends what earlier LocalHosts left behind in <paramref name="parent"/>; they are dead, since the lock is ours.</summary>
    public static async Task ClearAsync(string parent, string readyFile, TimeProvider time, CancellationToken cancellationToken)
    {
        if (!Directory.Exists(parent))
        {
            return;
        }

        foreach (var folder in Directory.GetDirectories(parent))
        {
            using var clearing = Process.Start(WatchdogOf(folder, readyFile))!;
            clearing.StandardInput.Close();
            await clearing.WaitForExitAsync(cancellationToken).WaitAsync(ClearingLimit, time, cancellationToken);
        }
    }

    private static ProcessStartInfo WatchdogOf(string folder, string readyFile) => new("setsid")
    {
        UseShellExecute = false,
        WorkingDirectory = "/",
        RedirectStandardInput = true,
        ArgumentList = { "sh", "-c", Scripts.Watchdog, "watchdog.sh", folder, readyFile },
    };
}

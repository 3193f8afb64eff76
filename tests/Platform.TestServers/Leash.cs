using System.Diagnostics;

namespace Sure.TestServers;

/// <summary>
/// Nothing that this process starts outlives it, however it ends: the watchdog of LocalHost waits at the other end of a pipe for the end of
/// this process, and then ends whatever carries its mark, also what has left for a session of its own.
/// </summary>
public static class Leash
{
    private const string Mark = "SURE_LOCALHOST";

    private static readonly Lazy<(Process Watchdog, string Folder)> OfThisProcess = new(() =>
    {
        var folder = Directory.CreateTempSubdirectory("sure-leash-").FullName;
        var watchdog = Watch(folder);
        // From now on children inherit it. The watchdog was started before, for it must not end itself.
        Environment.SetEnvironmentVariable(Mark, folder);
        return (watchdog, folder);
    });

    /// <summary>Holds everything that is started from now on.</summary>
    public static void Hold() => _ = OfThisProcess.Value;

    /// <summary>Holds a process by its id too, because it writes over its environment, as Redis does for its title.</summary>
    public static void Hold(Process process) => Hold(process, OfThisProcess.Value.Folder);

    /// <summary>Writes down a process for the watchdog of <paramref name="folder"/>, with when it was started: ids are given again.</summary>
    public static void Hold(Process process, string folder)
    {
        ArgumentNullException.ThrowIfNull(process);
        var stat = File.ReadAllText($"/proc/{process.Id}/stat");
        // The name, which may have spaces, is the second of its fields; the start is the 22nd (proc(5)).
        var start = stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[22 - 3];
        File.WriteAllText(Path.Combine(folder, $"{process.Id}.pid"), $"{process.Id} {start} TERM\n");
    }

    /// <summary>Starts a watchdog of what carries <paramref name="folder"/> as its mark; it begins when its input ends, and removes the folder.</summary>
    public static Process Watch(string folder)
    {
        using var script = new StreamReader(typeof(Leash).Assembly.GetManifestResourceStream("watchdog.sh")!);
        // In a session of its own: Ctrl-C is for us.
        return Process.Start(new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            WorkingDirectory = "/",
            RedirectStandardInput = true,
            ArgumentList = { "sh", "-c", script.ReadToEnd(), "watchdog.sh", folder, Path.Combine(folder, "ready") },
        })!;
    }
}

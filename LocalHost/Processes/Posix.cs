using System.Runtime.InteropServices;

namespace Sure.LocalHost.Processes;

/// <summary>Signals to processes and their groups.</summary>
internal static partial class Posix
{
    public const int Interrupt = 2;
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>Sends <paramref name="signal"/> to the process, or not when it is gone.</summary>
    public static void Signal(int processId, int signal) => _ = SendSignal(processId, signal);

    /// <summary>Ends whatever is left of the group that the process led.</summary>
    public static void KillGroup(int processId) => _ = SendSignal(-processId, Kill);

    /// <summary>Whether we are root.</summary>
    public static bool IsRoot => EffectiveUser() == 0;

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint EffectiveUser();
}

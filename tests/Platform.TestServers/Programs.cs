using System.Diagnostics;

namespace Sure.TestServers;

/// <summary>Starting the programs of the distribution.</summary>
internal static class Programs
{
    private const string SystemUser = "postgres";

    /// <summary>The path of a program.</summary>
    /// <exception cref="InvalidOperationException">It is not installed; the message says how to install it.</exception>
    public static string Find(string package, params IEnumerable<string> candidates) =>
        candidates.FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{package} is not installed: apt-get install -y --no-install-recommends {package}");

    /// <summary>A tool of PostgreSQL, of the newest version.</summary>
    public static string PostgresTool(string tool)
    {
        const string versions = "/usr/lib/postgresql";
        var found = Directory.Exists(versions) ? Directory.GetDirectories(versions).OrderDescending(StringComparer.Ordinal) : Enumerable.Empty<string>();
        return Find("postgresql", found.Select(v => Path.Combine(v, "bin", tool)));
    }

    /// <summary>Runs a program to its end; PostgreSQL refuses root, so for root it runs as its own user.</summary>
    public static Task RunAsPostgresAsync(string program, params string[] arguments) => Environment.IsPrivilegedProcess
        ? RunAsync("setpriv", [$"--reuid={SystemUser}", $"--regid={SystemUser}", "--clear-groups", program, .. arguments])
        : RunAsync(program, arguments);

    /// <summary>Gives a folder to the user PostgreSQL runs as.</summary>
    public static Task GiveToPostgresAsync(string folder) =>
        Environment.IsPrivilegedProcess ? RunAsync("chown", SystemUser, folder) : Task.CompletedTask;

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // Its output goes nowhere, and not into a pipe: what it leaves behind would keep that open for ever.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$0\" \"$@\" >/dev/null", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}

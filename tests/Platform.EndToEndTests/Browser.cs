using System.Diagnostics;
using Sure.TestServers;

namespace Sure.EndToEndTests;

/// <summary>The tests of <c>Dashboard/</c>: in a real browser against a platform that a test has started, and those that need none.</summary>
internal static class Browser
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    private static readonly string Dashboard = Path.Join(RunningPlatform.RepositoryRoot, "Dashboard");

    /// <summary>Runs those in a browser that <paramref name="arguments"/> choose and fails with all that they printed.</summary>
    public static Task RunAsync(RunningPlatform platform, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var runner = Path.Join(Dashboard, "node_modules", "@playwright", "test", "cli.js");
        Assert.True(File.Exists(runner), "The browser tests are not installed: run ./test, or 'npm ci --ignore-scripts && npm run build' in Dashboard/.");
        return RunAsync("node", [runner, "test", .. arguments], new Dictionary<string, string>(environment, StringComparer.Ordinal)
        {
            ["SURE_GATEWAY"] = platform.Gateway.ToString(),
            ["SURE_KEY"] = platform.Key,
            ["SURE_READY_FILE"] = platform.ReadyFile,
            [Chromium.Setting] = Chromium.Find(),
        });
    }

    /// <summary>Runs a script of its <c>package.json</c> with what others leave of the cores.</summary>
    public static Task<ToolRun> RunScriptAsync(string script, CancellationToken cancellationToken) =>
        RunAsync("nice", ["-n", "19", "npm", "run", "--silent", script], [], cancellationToken);

    private static async Task RunAsync(string command, IEnumerable<string> arguments, Dictionary<string, string> environment)
    {
        var run = await RunAsync(command, arguments, environment, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper?.WriteLine(run.ToString());
        Assert.True(run.ExitCode == 0, run.ToString());
    }

    private static Task<ToolRun> RunAsync(string command, IEnumerable<string> arguments, Dictionary<string, string> environment, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command, arguments) { WorkingDirectory = Dashboard, Environment = { ["NO_COLOR"] = "1" } };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Tool.RunAsync(start, Limit, cancellationToken);
    }
}

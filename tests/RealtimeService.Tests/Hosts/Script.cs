using System.Diagnostics;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sure.TestServers;

namespace Sure.RealtimeService.Tests.Hosts;

/// <summary>Somebody else's program that is a client, and says line by line what happens to it.</summary>
internal sealed class Script : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly List<Process> _processes = [];
    private WebApplication? _pages;
    private string? _profile;

    /// <summary>A Node program with the library <c>ws</c>, which is installed where it was not yet.</summary>
    public static async Task<Script> NodeAsync(Uri address)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "Clients", "node-ws");
        var script = new Script();
        if (!File.Exists(Path.Combine(folder, "node_modules", "ws", "package.json")))
        {
            var npm = script.Run(Find("npm", "nodejs npm"), folder, "ci", "--ignore-scripts", "--silent");
            await npm.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience);
            Assert.True(npm.ExitCode == 0, "npm ci failed");
        }

        script.Run(Find("node", "nodejs"), folder, "client.js", address.ToString());
        return script;
    }

    /// <summary>A page in a browser without a window.</summary>
    public static async Task<Script> BrowserAsync(Uri address)
    {
        var script = new Script();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        script._pages = builder.Build();
        var page = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Clients", "browser.html"), TestContext.Current.CancellationToken);
        script._pages.MapGet("/", () => Results.Content(page, "text/html"));
        script._pages.MapPost("/said", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            script._lines.Writer.TryWrite(await reader.ReadToEndAsync());
        });
        await script._pages.StartAsync(TestContext.Current.CancellationToken);
        script._profile = Directory.CreateTempSubdirectory("sure-browser-").FullName;
        script.Run(
            Chromium.Find(),
            script._profile,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            $"--user-data-dir={script._profile}",
            $"{script._pages.Urls.Single()}/?to={Uri.EscapeDataString(address.ToString())}");
        return script;
    }

    /// <summary>The next thing it says.</summary>
    public async Task<string> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        return await _lines.Reader.ReadAsync(limit.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }

            process.Dispose();
        }

        if (_pages is not null)
        {
            await _pages.DisposeAsync();
        }

        if (_profile is not null)
        {
            Directory.Delete(_profile, recursive: true);
        }
    }

    private static string Find(string program, string packages) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException($"{program} is not installed: apt-get install -y --no-install-recommends {packages}");

    private Process Run(string program, string folder, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is { Length: > 0 } said)
            {
                _lines.Writer.TryWrite(said);
            }
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _processes.Add(process);
        return process;
    }
}

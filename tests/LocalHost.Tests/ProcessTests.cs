using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Sure.LocalHost.Processes;

namespace Sure.LocalHost.Tests;

/// <summary>With real processes.</summary>
public sealed class ProcessTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("sure-test-").FullName;
    private readonly RunFolder _run;
    private readonly Quiet _console = new();

    public ProcessTests() => _run = new RunFolder(Path.Combine(_folder, "run"), Path.Combine(_folder, "ready.json"), TimeProvider.System);

    public void Dispose()
    {
        _console.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_process_that_ends_is_started_again_and_that_is_said()
    {
        await using var process = Supervise("echo here I am; exit 3");
        process.Start();

        await UntilAsync(() => process.Ended >= 2);

        Assert.Contains("here I am", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("thing ended with exit code 3", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("started again in 0.5 s", _console.ToString(), StringComparison.Ordinal);
        Assert.Contains("here I am", process.LastWord, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Logging__LogLevel__Microsoft.AspNetCore")]
    [InlineData("stat")]
    [InlineData("file")]
    public async Task A_process_gets_its_settings_whatever_their_names(string name)
    {
        await using var process = Supervise("env; exec sleep 60", (name, "as it was"));
        process.Start();

        await UntilAsync(() => _console.ToString().Contains($"{name}=as it was", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_was_killed_is_another_one_afterwards()
    {
        await using var process = Supervise("echo up; exec sleep 60");
        process.Start();
        await UntilAsync(() => process.ProcessId is not null && _console.ToString().Contains("up", StringComparison.Ordinal));
        var first = process.ProcessId!.Value;

        process.Kill();

        await UntilAsync(() => process.ProcessId is { } id && id != first);
        Assert.Contains("thing was ended by signal 9", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_that_cannot_be_written_is_written_with_the_next_one()
    {
        var file = Path.Combine(_folder, "gone", "ready.json");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var ready = new ReadyFile(file, new Uri("http://127.0.0.1:1"));
        ready.Announce([]);
        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);

        ready.Refresh();
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        ready.Refresh();

        Assert.True(File.Exists(file));
    }

    [Fact]
    public async Task A_process_is_asked_to_stop_and_not_started_again()
    {
        await using var process = Supervise("trap 'echo bye; exit 0' TERM; echo up; while :; do sleep 0.05; done");
        process.Start();
        await UntilAsync(() => _console.ToString().Contains("up", StringComparison.Ordinal));

        await process.StopAsync(Limit);

        Assert.Contains("bye", _console.ToString(), StringComparison.Ordinal);
        Assert.Null(process.ProcessId);
        Assert.Equal(0, process.Ended);
    }

    [Fact]
    public async Task A_process_that_does_not_stop_is_killed_with_its_children()
    {
        await using var process = Supervise("trap '' TERM; (trap '' TERM; sleep 61.25) & echo up; wait; sleep 60");
        process.Start();
        await UntilAsync(() => _console.ToString().Contains("up", StringComparison.Ordinal));

        await process.StopAsync(TimeSpan.FromSeconds(0.2));

        await UntilAsync(() => !Runs("sleep\061.25\0"));
        Assert.Contains("is killed", _console.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_the_pipe_to_the_watchdog_breaks_it_ends_everything()
    {
        var seconds = await OrphanAsync();
        using var watchdog = Process.Start(_run.Watchdog())!;

        watchdog.StandardInput.Close();
        await watchdog.WaitForExitAsync(TestContext.Current.CancellationToken);

        await UntilAsync(() => !Runs($"sleep\0{seconds}\0"));
        Assert.False(Directory.Exists(_run.Folder));
    }

    [Fact]
    public async Task The_watchdog_kills_what_does_not_stop_with_all_its_group()
    {
        const string seconds = "65.25";
        using var hung = Process.Start("setsid", ["bash", "-c", Scripts.Launch, "launch.sh", _run.FileOf("thing"), $"{Environment.ProcessId}", "15", "bash", "-c", $"trap '' TERM; sleep {seconds} & while :; do sleep 0.05; done"]);
        try
        {
            await UntilAsync(() => Runs($"sleep\0{seconds}\0"));
            using var watchdog = Process.Start(_run.Watchdog())!;

            watchdog.StandardInput.Close();
            await watchdog.WaitForExitAsync(TestContext.Current.CancellationToken);

            await UntilAsync(() => hung.HasExited && !Runs($"sleep\0{seconds}\0"));
        }
        finally
        {
            Posix.KillGroup(hung.Id);
        }
    }

    [Fact]
    public async Task What_an_earlier_start_left_behind_is_ended()
    {
        var seconds = await OrphanAsync();

        await RunFolder.ClearAsync(Path.Combine(_folder, "run"), Path.Combine(_folder, "ready.json"), TimeProvider.System, TestContext.Current.CancellationToken);

        await UntilAsync(() => !Runs($"sleep\0{seconds}\0"));
    }

    [Fact]
    public async Task A_process_that_only_has_the_id_of_an_earlier_one_is_left_alone()
    {
        using var stranger = Process.Start("sleep", "63.5");
        await File.WriteAllTextAsync(_run.FileOf("thing"), $"{stranger.Id} 1 15\n", TestContext.Current.CancellationToken);

        await RunFolder.ClearAsync(Path.Combine(_folder, "run"), Path.Combine(_folder, "ready.json"), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.False(stranger.HasExited);
        stranger.Kill();
    }

    [Theory]
    [InlineData("64.25", true)]
    [InlineData("64.75", false)]
    public async Task Of_a_group_whose_leader_has_ended_that_is_ended_which_we_have_started(string seconds, bool isOurs)
    {
        var start = new ProcessStartInfo("setsid", ["bash", "-c", $"sleep {seconds} &"]) { UseShellExecute = false };
        start.Environment[Scripts.Mark] = isOurs ? _run.Folder : null;
        using var leader = Process.Start(start)!;
        await leader.WaitForExitAsync(TestContext.Current.CancellationToken);
        try
        {
            await UntilAsync(() => Runs($"sleep\0{seconds}\0"));
            await File.WriteAllTextAsync(_run.FileOf("thing"), $"{leader.Id} 1 15\n", TestContext.Current.CancellationToken);

            await RunFolder.ClearAsync(Path.Combine(_folder, "run"), Path.Combine(_folder, "ready.json"), TimeProvider.System, TestContext.Current.CancellationToken);

            if (isOurs)
            {
                await UntilAsync(() => !Runs($"sleep\0{seconds}\0"));
            }
            else
            {
                Assert.True(Runs($"sleep\0{seconds}\0"));
            }
        }
        finally
        {
            Posix.KillGroup(leader.Id);
        }
    }

    [Fact]
    public async Task The_log_keeps_the_last_lines()
    {
        await using (var process = Supervise("i=0; while [ $i -lt 2300 ]; do i=$((i + 1)); echo line $i; done; exec sleep 60"))
        {
            process.Start();
            await UntilAsync(() => _console.ToString().Contains("line 2300", StringComparison.Ordinal));
        }

        var kept = await File.ReadAllLinesAsync(Path.Combine(_folder, "thing.log"), TestContext.Current.CancellationToken);
        Assert.InRange(kept.Length, 500, 1000);
        Assert.Equal("line 2300", kept[^1]);
    }

    /// <summary>
    /// A process without a supervisor, as after the death of its LocalHost: the time of this one stands still, so that it never starts it
    /// again. Tells it by how long it sleeps.
    /// </summary>
    private async Task<string> OrphanAsync()
    {
        var seconds = (100 + (Environment.TickCount64 % 10_000 / 1000.0)).ToString(CultureInfo.InvariantCulture);
        var process = Supervise($"setsid sleep {seconds} & exec sleep {seconds}", new FakeTimeProvider());
        process.Start();
        await UntilAsync(() => Runs($"sleep\0{seconds}\0"));
        return seconds;
    }

    private SupervisedProcess Supervise(string script, params (string Name, string Value)[] settings) => Supervise(script, TimeProvider.System, settings);

    private SupervisedProcess Supervise(string script, TimeProvider time, params (string Name, string Value)[] settings) => new(
        new ProcessSpec("thing", "thing", "bash", ["-c", script], "/", settings.ToDictionary(s => s.Name, s => (string?)s.Value)),
        _run,
        _folder,
        _console.Log,
        time);

    private static bool Runs(string commandLine) => Directory.EnumerateFiles("/proc", "cmdline", new EnumerationOptions { MaxRecursionDepth = 1, RecurseSubdirectories = true, IgnoreInaccessible = true })
        .Any(f => Read(f) == commandLine);

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!condition())
        {
            await Task.Delay(20, limit.Token);
        }
    }
}

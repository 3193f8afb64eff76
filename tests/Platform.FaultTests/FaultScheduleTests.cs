using System.Collections.Concurrent;
using Sure.EndToEndTests;

namespace Sure.FaultTests;

/// <summary>The guarantees hold with two of everything while one thing after the other goes wrong under load.</summary>
public sealed class FaultScheduleTests
{
    private const int Followers = 4;

    private static readonly TimeSpan Healed = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Nothing_acknowledged_is_lost_and_nothing_is_done_twice_whatever_breaks()
    {
        await using var platform = await DoubledPlatform.StartAsync(isLong: Schedule.Rounds > 1);
        var faults = Schedule.Make(Schedule.Seed, Schedule.Rounds, platform.Volume is not null);
        var report = new Report(Schedule.Seed, platform.WhyNoVolume);
        var progress = new Progress();
        await TheCapital.DepositAsync(platform);
        await using var load = new MixedLoad(platform, progress);
        var told = new ConcurrentDictionary<(string, long), string>();
        var followers = Enumerable.Range(0, Followers).Select(n => new Follower(platform, progress, told, n)).ToList();
        try
        {
            followers.ForEach(f => f.Start());
            load.Start();
            await report.DuringAsync("everything goes well", progress.GoesWellAsync(Progress.Now, Healed));
            foreach (var fault in faults)
            {
                if (fault.NeedsTwo)
                {
                    await report.DuringAsync("two of everything", WholeAsync(platform));
                }

                report.Add(await fault.HappenAsync(platform, progress));
            }

            await report.DuringAsync("two of everything", WholeAsync(platform));

            await report.DuringAsync("load ended", load.StopAsync());
            await report.DuringAsync("invariants", Invariants.HoldAsync(platform, load, followers));
            report.Say($"{progress}; {load.Policies.Count} policies, {load.Movements.Count} movements of capital, {told.Count} live messages, connections {string.Join(", ", followers.Select(f => f.Connections))}.");
        }
        catch (Exception exception)
        {
            throw new InvalidOperationException($"{report}{string.Join(Environment.NewLine, progress.Violations.Take(10))}{Environment.NewLine}{Tail(platform)}", exception);
        }
        finally
        {
            foreach (var follower in followers)
            {
                await follower.DisposeAsync();
            }

            report.Write();
            platform.KeepLogs();
        }

        Assert.True(progress.Violations.IsEmpty, $"{report}{string.Join(Environment.NewLine, progress.Violations.Take(20))}");
        Assert.True(report.IsWithinLimits, report.ToString());
    }

    /// <summary>What was killed is back, and well.</summary>
    private static async Task WholeAsync(DoubledPlatform platform)
    {
        foreach (var gateway in platform.Gateways)
        {
            await Eventually.HoldsAsync(() => platform.Running.HealthAsync(gateway), h => (string?)h["status"] == "healthy", Healed, "the platform is healthy");
        }

        await Eventually.HoldsAsync(
            () => Task.FromResult(DoubledPlatform.Services.Select(s => platform.Running.ProcessIdsOf(s).Count)), counts => counts.All(c => c == 2), Healed, "there are two of every service");
    }

    private static string Tail(DoubledPlatform platform) => platform.Running.Output[^Math.Min(6000, platform.Running.Output.Length)..];
}

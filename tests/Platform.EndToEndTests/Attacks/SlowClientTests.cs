using System.Diagnostics;
using System.Globalization;
using System.Net;
using Sure.TestServers;

namespace Sure.EndToEndTests.Attacks;

/// <summary>Slow clients are hung up on, and nobody else notices them (API4). <c>slowhttptest</c> plays them.</summary>
public sealed class SlowClientTests(RunningPlatform platform)
{
    private const int Connections = 200;

    /// <summary>
    /// How long it plays at most; it ends with the last of its connections. The gateway waits 10 s for headers and 5 s until a body has to be as
    /// fast as it asks for; a server that was told nothing would wait 30 s for headers.
    /// </summary>
    private const int Seconds = 25;

    [Fact]
    public async Task Slow_headers_and_slow_bodies_are_ended_and_others_are_served_meanwhile()
    {
        var folder = Directory.CreateTempSubdirectory("sure-slow-");
        try
        {
            var quoteUrl = new Uri(platform.Gateway, "/api/v2/quote/multi-dimensional");
            var headers = PlayAsync(folder, "headers", ["-H", "-u", $"{new Uri(platform.Gateway, "/api/v2/pool")}"]);
            var bodies = PlayAsync(folder, "bodies", ["-B", "-u", $"{quoteUrl}", "-s", "8192", "-f", "application/json"]);
            var both = Task.WhenAll(headers, bodies);
            var served = 0;
            var looks = new SortedDictionary<decimal, string?>();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
            while (!both.IsCompleted && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            {
                var health = await platform.Anonymous.GetJsonAsync("/health");
                var quote = await platform.Anonymous.PostJsonAsync("/api/v2/quote/multi-dimensional", Api.Quote("depeg", "Ethereum", "USDT", 1_000m));

                Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (health.Status, quote.Status));
                looks[(decimal)health["timestamp"]] = (string?)health["status"];
                served++;
            }

            // Each time the services are looked at counts once, however often it is read.
            Assert.False(IsMissedTwice(looks.Values.Select(status => status == "healthy")), $"They were ailing: {string.Join(" | ", looks)}");

            foreach (var (output, statistics) in await both)
            {
                Assert.True(output.Contains("No open connections left", StringComparison.Ordinal), $"They were not ended: {output}");
                Assert.Equal("Seconds,Closed,Pending,Connected,Service Available", statistics[0]);
                var rows = statistics.Skip(1).Select(line => line.Split(',').Select(n => int.Parse(n, CultureInfo.InvariantCulture)).ToArray()).ToList();
                Assert.True(rows.Max(r => r[3]) > Connections / 2, $"Never were there many at a time: {string.Join(" | ", statistics)}");
                Assert.False(IsMissedTwice(rows.Select(r => r[4] > 0)), $"It was away: {string.Join(" | ", statistics)}");
            }

            Assert.True(served > 20, $"Others were served only {served} times.");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Busy cores may hold one answer up, but not two in a row.</summary>
    private static bool IsMissedTwice(IEnumerable<bool> isWell) => isWell.Zip(isWell.Skip(1)).Any(pair => pair is (false, false));

    /// <summary>Plays it; what it said, and the lines of its statistics.</summary>
    private static async Task<(string Output, IReadOnlyList<string> Statistics)> PlayAsync(DirectoryInfo folder, string name, string[] mode)
    {
        var prefix = Path.Combine(folder.FullName, name);
        const string player = "/usr/bin/slowhttptest";
        Assert.True(File.Exists(player), "slowhttptest is not installed: apt-get install -y --no-install-recommends slowhttptest");
        var run = await Tool.RunAsync(
            new ProcessStartInfo(
                player, [.. mode, "-c", $"{Connections}", "-r", "100", "-i", "1", "-x", "8", "-l", $"{Seconds}", "-p", "3", "-g", "-o", prefix, "-v", "1"]),
            TimeSpan.FromSeconds(Seconds * 3),
            TestContext.Current.CancellationToken);
        Assert.True(run.ExitCode == 0, run.ToString());
        return (run.Output + run.Errors, await File.ReadAllLinesAsync($"{prefix}.csv", TestContext.Current.CancellationToken));
    }
}

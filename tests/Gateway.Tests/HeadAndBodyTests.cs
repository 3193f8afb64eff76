using System.Net.Sockets;
using System.Text;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>How large heads may be, and how slowly heads and bodies may come.</summary>
public sealed class HeadAndBodyTests(PostgresServer postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Heads_beyond_the_limits_are_refused_and_reach_nobody()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        foreach (var (head, status) in new[]
            {
                ($"GET /api/v2/pool?x={new string('x', 9_000)} HTTP/1.1\r\nHost: x\r\n", 414),
                ($"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\nX-Long: {new string('x', 17_000)}\r\n", 431),
                ($"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 30).Select(i => $"X-{i}: {new string('x', 700)}\r\n"))}", 431),
                ($"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n{string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: x\r\n"))}", 431),
            })
        {
            var answer = await gateway.SendRawAsync($"{head}\r\n");
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
            Assert.DoesNotContain("Server:", answer, StringComparison.OrdinalIgnoreCase);
        }

        Assert.Empty(gateway.Fakes["utilizationservice"].Arrivals);
        var fitting = await gateway.SendRawAsync(
            $"GET /api/v2/pool HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{string.Concat(Enumerable.Range(0, 50).Select(i => $"X-{i}: {new string('x', 200)}\r\n"))}\r\n");
        Assert.StartsWith("HTTP/1.1 200 ", fitting, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n", "X-a: b\r\n")]
    [InlineData("POST /api/v2/quote/multi-dimensional HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n", " ")]
    [InlineData("POST /api/v2/quote/multi-dimensional HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "1\r\n \r\n")]
    [InlineData("POST /api/v2/quote/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 10000\r\n\r\n", " ")]
    public async Task Whoever_only_trickles_is_hung_up_on(string start, string drop)
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Gateway:RequestHeadersTimeout"] = "00:00:01", ["Gateway:SlownessGrace"] = "00:00:01.1" });
        await gateway.ReadyAsync();
        using var client = await gateway.ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start), TestContext.Current.CancellationToken);
        var ended = ReadAsync(stream);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!ended.IsCompleted && TimeProvider.System.GetElapsedTime(startedAt) < Patience)
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            try
            {
                await stream.WriteAsync(Encoding.Latin1.GetBytes(drop), TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                break;
            }
        }

        var answer = await ended.WaitAsync(Patience, TestContext.Current.CancellationToken);
        Assert.Matches("^(HTTP/1.1 408 .*)?$", answer.Split('\r')[0]);
    }

    [Theory]
    [InlineData("POST /api/v2/quote/batch HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", "{0}")]
    [InlineData("POST /api/v2/claims/backtest HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n", "{0}")]
    [InlineData("POST /api/v2/quote/multi-dimensional HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", "64\r\n{0}\r\n")]
    public async Task A_body_that_comes_fast_enough_but_takes_too_long_is_refused(string start, string drop)
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Gateway:BodyTimeout"] = "00:00:01" });
        await gateway.ReadyAsync();
        using var client = await gateway.ConnectAsync();
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(start), TestContext.Current.CancellationToken);
        var answer = ReadBeginningAsync(stream);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!answer.IsCompleted && TimeProvider.System.GetElapsedTime(startedAt) < Patience)
        {
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            try
            {
                // 100 bytes, 2 000 a second: the server asks for 240.
                await stream.WriteAsync(Encoding.Latin1.GetBytes(drop.Replace("{0}", new string(' ', 100), StringComparison.Ordinal)), TestContext.Current.CancellationToken);
            }
            catch (IOException)
            {
                // It has answered and hung up.
                break;
            }
        }

        Assert.StartsWith("HTTP/1.1 408 ", await answer.WaitAsync(Patience, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("application/problem+json", await answer, StringComparison.Ordinal);
    }

    private static async Task<string> ReadBeginningAsync(NetworkStream stream)
    {
        var buffer = new byte[4096];
        var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken);
        return Encoding.Latin1.GetString(buffer, 0, read);
    }

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var read = new StringBuilder();
        var buffer = new byte[4096];
        try
        {
            for (int count; (count = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken)) > 0;)
            {
                read.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (IOException)
        {
            // It was hung up on.
        }

        return read.ToString();
    }
}

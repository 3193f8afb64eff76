using System.Net.WebSockets;
using System.Text;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Tests.Hosts;

namespace Sure.RealtimeService.Tests;

/// <summary>What clients may not do, and what becomes of those who do.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task A_message_that_is_too_big_closes_with_1009()
    {
        await using var host = await ReadyAsync(("Realtime:MessageBytes", "1000"));
        using var client = await Listener.ConnectAsync(host.Address);

        await client.SendAsync(new string('x', 1001));

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, await client.UntilClosedAsync());
    }

    [Fact]
    public async Task Too_many_messages_are_an_error_and_then_the_end()
    {
        await using var host = await ReadyAsync(("Realtime:MessagesPerSecond", "5"));
        using var client = await Listener.ConnectAsync(host.Address);
        var answers = new List<string?>();
        try
        {
            for (var i = 0; i < 100; i++)
            {
                await client.SendAsync("""{"action":"ping"}""");
            }
        }
        catch (WebSocketException)
        {
            // The server has closed already.
        }

        while (await client.NextAsync() is { } answer)
        {
            answers.Add((string?)answer["code"] ?? (string?)answer["type"]);
        }

        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
        Assert.Equal(5, answers.Count(a => a == "pong"));
        Assert.Contains("rate_limited", answers);
    }

    [Fact]
    public async Task A_client_that_is_silent_to_pings_is_closed_with_1001_and_one_that_answers_is_not()
    {
        await using var host = await ReadyAsync(("Realtime:Heartbeat", "00:00:01"), ("Realtime:IdleTimeout", "00:00:03"));
        using var alive = await Listener.ConnectAsync(host.Address);
        // Its pongs are sent while it reads.
        var reading = alive.NextAsync();
        using var silent = await RawClient.ConnectAsync(host.Address);

        Assert.Equal(1001, await silent.UntilClosedAsync());

        Assert.False(reading.IsCompleted);
        await alive.SendAsync("""{"action":"ping"}""");
        Assert.Equal("pong", (string?)(await reading)!["type"]);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_closed_with_4008_and_holds_nobody_up()
    {
        await using var host = await ReadyAsync(("Realtime:HistoryLength", "10000"));
        using var slow = await RawClient.ConnectAsync(host.Address, receiveBuffer: 4096);
        using var quick = await Listener.ConnectAsync(host.Address);
        await slow.SendFrameAsync(0x81, Encoding.UTF8.GetBytes("""{"action":"subscribe","channel":"tranche_apy"}"""));
        await quick.SubscribeAsync("tranche_apy");
        await quick.NextAsync();
        const int many = 8000;

        host.Producers.Tell("utilizationservice", Enumerable.Range(0, many).Select(i => Producers.Tranches(0.2m)));
        for (var i = 0; i < many; i++)
        {
            Assert.Equal(i + 2, (long)(await quick.NextAsync())!["offset"]!);
        }

        Assert.Equal(4008, await slow.UntilClosedAsync());
    }

    /// <summary>
    /// RFC 6455: an unmasked frame (5.1), a reserved bit (5.2), an unknown opcode (5.2) and a fragmented control frame (5.5) are 1002, text
    /// that is not UTF-8 is 1007 (8.1).
    /// </summary>
    [Theory]
    [InlineData(new byte[] { 0x81, 0x05, 0x48, 0x65, 0x6C, 0x6C, 0x6F }, 1002)]
    [InlineData(new byte[] { 0xC1, 0x81, 0, 0, 0, 0, 0x41 }, 1002)]
    [InlineData(new byte[] { 0x83, 0x81, 0, 0, 0, 0, 0x41 }, 1002)]
    [InlineData(new byte[] { 0x09, 0x80, 0, 0, 0, 0 }, 1002)]
    [InlineData(new byte[] { 0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28 }, 1007)]
    public async Task A_frame_that_breaks_the_protocol_is_answered_with_a_close_frame(byte[] frame, int status)
    {
        await using var host = await ReadyAsync();
        using var client = await RawClient.ConnectAsync(host.Address);

        await client.SendAsync(frame);

        Assert.Equal(status, await client.UntilClosedAsync());
    }

    [Fact]
    public async Task More_connections_than_an_address_may_have_are_refused_before_the_upgrade()
    {
        await using var host = await ReadyAsync(("Realtime:ConnectionsPerAddress", "2"));
        using var one = await Listener.ConnectAsync(host.Address);
        using (await Listener.ConnectAsync(host.Address))
        {
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => Listener.ConnectAsync(host.Address));
            Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        }

        // A place that was given back can be taken again.
        await Waiting.UntilAsync(() => TryConnect(host.Address), "there is room again");
    }

    private static bool TryConnect(Uri address)
    {
        try
        {
            Listener.ConnectAsync(address).GetAwaiter().GetResult().Dispose();
            return true;
        }
        catch (WebSocketException)
        {
            return false;
        }
    }

    private static async Task<RealtimeHost> ReadyAsync(params (string, string)[] settings)
    {
        var host = await RealtimeHost.StartAsync(instances: 1, settings);
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.1m));
        await host.ReachedAsync(Channel.TrancheApy, 1);
        return host;
    }
}

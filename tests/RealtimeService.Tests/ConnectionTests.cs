using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Tests.Hosts;
using Sure.Rfc6455;

namespace Sure.RealtimeService.Tests;

/// <summary>What clients may not do, and what becomes of those who do.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task A_message_that_is_too_big_closes_with_1009()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:MessageBytes", "1000"));
        using var client = await Listener.ConnectAsync(host.Address);

        await client.SendAsync(new string('x', 1001));

        Assert.Equal(WebSocketCloseStatus.MessageTooBig, await client.UntilClosedAsync());
    }

    [Fact]
    public async Task Too_many_messages_are_an_error_and_then_the_end()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:MessagesPerSecond", "5"));
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
        // More where a second went by meanwhile, after which it is counted anew; but the six that were too many got none.
        Assert.InRange(answers.Count(a => a == "pong"), 5, 94);
        Assert.Contains("rate_limited", answers);
    }

    [Fact]
    public async Task A_client_that_is_silent_to_pings_is_closed_with_1001_and_one_that_answers_is_not()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:Heartbeat", "00:00:01"), ("Realtime:IdleTimeout", "00:00:10"));
        using var alive = await Listener.ConnectAsync(host.Address);
        // Its pongs are sent while it reads.
        var reading = alive.NextAsync();
        using var silent = await RawSocket.ConnectAsync(host.Address);

        Assert.Equal("ping frame", (await silent.ReadAsync()).Describe());
        Assert.Equal(1001, await silent.UntilClosedAsync());

        Assert.False(reading.IsCompleted);
        await alive.SendAsync("""{"action":"ping"}""");
        Assert.Equal("pong", (string?)(await reading)!["type"]);
    }

    [Fact]
    public async Task A_client_that_does_not_read_is_closed_with_4008_and_holds_nobody_up()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var slow = await RawSocket.ConnectAsync(host.Address, receiveBuffer: 4096);
        using var quick = await Listener.ConnectAsync(host.Address);
        await slow.SendAsync(RawSocket.Text("""{"action":"subscribe","channel":"risk_alerts"}"""));
        await quick.SubscribeAsync("risk_alerts");
        var offset = 0;

        // Less at a time than may wait, and only when the quick one has it all.
        while (!host.IsEvicted)
        {
            host.Producers.Tell("riskservice", Enumerable.Range(0, 200).Select(_ => Producers.Alert(new string('m', 4000))));
            for (var i = 0; i < 200; i++)
            {
                Assert.Equal(++offset, (long)(await quick.NextAsync())!["offset"]!);
            }

            // 256 wait, and what the system itself holds for the slow one.
            Assert.InRange(offset, 0, 600);
        }

        // What waited was dropped; what the system held comes before the close frame.
        var read = 0;
        ReceivedFrame frame;
        while ((frame = await slow.ReadAsync()).CloseStatus is null)
        {
            read += frame.Payload.Length;
            Assert.InRange(read, 0, 600_000);
        }

        Assert.Equal(4008, frame.CloseStatus);
        await quick.SendAsync("""{"action":"ping"}""");
        Assert.Equal("pong", (string?)(await quick.NextAsync())!["type"]);
    }

    /// <summary>Fifty events are appended at once.</summary>
    [Fact]
    public async Task Who_reads_is_not_closed_though_more_comes_at_once_than_may_wait()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:WaitingMessages", "40"));
        using var slow = await host.StalledAsync();
        using var quick = await Listener.ConnectAsync(host.Address);
        var offset = (long)(await quick.SubscribeAsync("risk_alerts"))["offset"]!;
        Assert.True((bool?)(await quick.NextAsync())!["snapshot"]);

        for (var i = 0; i < 3; i++)
        {
            host.Producers.Tell("riskservice", Enumerable.Range(0, 50).Select(_ => Producers.Alert("m")));
            for (var n = 0; n < 50; n++)
            {
                Assert.Equal(++offset, (long?)(await quick.NextAsync())?["offset"]);
            }
        }

        // The other one was given up with what came second.
        slow.Dispose();
        await Waiting.UntilAsync(() => host.Ended.All.Any(e => e.Status == 4008), "its end is logged");
    }

    [Fact]
    public async Task A_client_that_is_slow_to_read_how_it_was_closed_still_can()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var slow = await RawSocket.ConnectAsync(host.Address, receiveBuffer: 4096);
        await slow.SendAsync(RawSocket.Text("""{"action":"subscribe","channel":"risk_alerts"}"""));
        Assert.Equal("subscribed", (await slow.ReadAsync()).Describe());
        // More than it takes without reading, less than the system holds for it.
        host.Producers.Tell("riskservice", Enumerable.Range(0, 10).Select(_ => Producers.Alert(new string('m', 4000))));
        await host.ReachedAsync(Channel.RiskAlerts, 10);

        await slow.SendAsync(RawSocket.Text(new string('x', 70_000)));
        await Waiting.UntilAsync(() => host.Ended.All.Count == 1, "it is not waited for any longer");

        var heard = new List<string>();
        do
        {
            heard.Add((await slow.ReadAsync()).Describe());
        }
        while (heard[^1] is not ("end" or "reset"));
        Assert.Equal([.. Enumerable.Repeat("new_alert", 10), "close 1009", "end"], heard);
    }

    [Fact]
    public async Task A_subscription_begins_when_the_client_has_read_what_the_one_before_began_with()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var slow = await host.StalledAsync(subscriptions: 2);
        host.Producers.Tell("riskservice", Producers.Alert("later"));
        await host.ReachedAsync(Channel.RiskAlerts, 2001);

        var offsets = new List<long>();
        while (offsets.Count < 2)
        {
            var frame = await slow.ReadAsync();
            Assert.False(frame.IsEnd);
            if (frame.Describe() == "subscribed" && JsonNode.Parse(frame.Payload) is { } message)
            {
                offsets.Add((long)message["offset"]!);
            }
        }

        Assert.Equal([2000, 2001], offsets);
    }

    [Fact]
    public async Task More_connections_than_an_address_may_have_are_refused_before_the_upgrade()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:ConnectionsPerAddress", "2"));
        using var one = await Listener.ConnectAsync(host.Address);
        using (await Listener.ConnectAsync(host.Address))
        {
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => Listener.ConnectAsync(host.Address));
            Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        }

        // A place that was given back can be taken again.
        await Waiting.UntilAsync(() => TryConnect(host.Address), "there is room again");
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", true)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", false)]
    [InlineData("::ffff:192.0.2.1", "::ffff:192.0.2.2", true)]
    public async Task Connections_of_IPv6_are_counted_by_the_network_of_64_bits(string one, string other, bool hasRoom)
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:ConnectionsPerAddress", "1"));
        using var first = await ConnectAsync(one);

        if (hasRoom)
        {
            (await ConnectAsync(other)).Dispose();
        }
        else
        {
            var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(other));
            Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        }

        Task<Listener> ConnectAsync(string address) => Listener.ConnectAsync(host.Address, o => o.SetRequestHeader("X-Forwarded-For", $"198.51.100.1, {address}"));
    }

    [Fact]
    public async Task A_client_keeps_nothing_that_was_made_for_its_request()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var client = await Listener.ConnectAsync(host.Address);

        await Waiting.UntilAsync(() => host.Requests == 0, "the services of the request are let go of");

        await client.SendAsync("""{"action":"ping"}""");
        Assert.Equal("pong", (string?)(await client.NextAsync())!["type"]);
    }

    [Fact]
    public async Task A_connection_of_which_something_else_was_asked_before_becomes_a_client_that_does_not_wait_for_the_answer()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var client = await RawSocket.AskAsync(host.Address, $"HEAD /nothing HTTP/1.1\r\nHost: {host.Address.Authority}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 404", client.Head, StringComparison.Ordinal);

        await client.AskAsync((byte[])[.. Encoding.ASCII.GetBytes(RawSocket.Handshake(host.Address)), .. RawSocket.Text("""{"action":"ping"}""")]);

        Assert.StartsWith("HTTP/1.1 101", client.Head, StringComparison.Ordinal);
        Assert.Equal("welcome", (await client.ReadAsync()).Describe());
        Assert.Equal("pong", (await client.ReadAsync()).Describe());
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
}

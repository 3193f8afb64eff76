using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Sure.RealtimeService.Tests.Hosts;
using Sure.Rfc6455;

namespace Sure.RealtimeService.Tests;

/// <summary>One line of the log says how a connection ended, and nothing that a client sent is in it but its close code.</summary>
public sealed class EndedConnectionTests
{
    [Fact]
    public async Task A_client_that_closes_is_told_of_with_its_code_and_what_it_was_sent()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        string? id = null;
        using var client = await Listener.ConnectAsync(host.Address, check: m => id ??= (string?)m["client_id"]);
        await client.SendAsync("""{"action":"ping"}""");
        await client.NextAsync();

        await client.CloseAsync(WebSocketCloseStatus.NormalClosure, "token=secret");

        // The welcome and one pong.
        var end = await EndAsync(host);
        Assert.Equal((LogLevel.Information, id, "client", 1000, "", 2), (end.Level, end.ConnectionId.ToString(), end.EndedBy, end.Status, end.Reason, end.MessagesSent));
        Assert.DoesNotContain("secret", end.Line, StringComparison.Ordinal);
    }

    /// <summary>
    /// The codes of RFC 6455, 7.4.1: 1006 for no close frame at all, 1002 for an opcode that is reserved. A close frame without a code is an
    /// ordinary end, 1000.
    /// </summary>
    [Fact]
    public async Task What_ends_without_a_code_of_the_clients_has_the_one_that_stands_for_it()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using (var silent = await RawSocket.ConnectAsync(host.Address))
        {
            await silent.SendAsync(RawSocket.Frame(0x88, []));
            Assert.Equal(("client", 1000, "", 1), Told(await EndAsync(host)));
        }

        (await RawSocket.ConnectAsync(host.Address)).Dispose();
        Assert.Equal(("loss", 1006, "", 1), Told(await EndAsync(host, number: 2)));

        using var wrong = await RawSocket.ConnectAsync(host.Address);
        await wrong.SendAsync(RawSocket.Frame(0x83, []));
        Assert.Equal(1002, await wrong.UntilClosedAsync());
        Assert.Equal(("server", 1002, "", 1), Told(await EndAsync(host, number: 3)));
    }

    /// <summary>
    /// RFC 7692: what is no deflate at all, and the example of 7.2.3.4, which is allowed but ends with a final block, and the framework reads none
    /// of those.
    /// </summary>
    [Theory]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF })]
    [InlineData(new byte[] { 0xF3, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x00 })]
    public async Task What_cannot_be_inflated_is_closed_with_1007(byte[] payload)
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var client = await RawSocket.ConnectAsync(host.Address, "Sec-WebSocket-Extensions: permessage-deflate\r\n");

        await client.SendAsync(RawSocket.Frame(0xC1, payload));

        Assert.Equal(1007, await client.UntilClosedAsync());
        Assert.Equal(("server", 1007, "A message cannot be inflated.", 1), Told(await EndAsync(host)));
    }

    [Fact]
    public async Task A_client_that_is_silent_was_open_as_long_as_it_may_be()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:Heartbeat", "00:00:01"), ("Realtime:IdleTimeout", "00:00:03"));
        using var silent = await RawSocket.ConnectAsync(host.Address);
        Assert.Equal(1001, await silent.UntilClosedAsync());
        silent.Dispose();

        var end = await EndAsync(host);
        Assert.Equal(("server", 1001, "Nothing was heard of you.", 1), Told(end));
        Assert.InRange(end.DurationMs, 3_000, 600_000);
    }

    [Fact]
    public async Task Who_is_too_slow_and_who_is_sent_away_end_by_the_server()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using (var slow = await host.StalledAsync())
        {
            host.Producers.Tell("riskservice", Enumerable.Range(0, 400).Select(_ => Producers.Alert("m")));
            await Waiting.UntilAsync(() => host.IsEvicted, "the slow client is evicted");
        }

        // The other one has only asked where the channel stands.
        await Waiting.UntilAsync(() => host.Ended.All.Count == 2, "both ends are logged");
        var evicted = Assert.Single(host.Ended.All, e => e.Status == 4008);
        Assert.Equal(("server", "slow_consumer"), (evicted.EndedBy, evicted.Reason));
        // The welcome and the answer to the subscription at least; not all 2 000 that it asked for.
        Assert.InRange(evicted.MessagesSent, 2, 1_999);

        using var client = await Listener.ConnectAsync(host.Address);
        var closed = client.UntilClosedAsync();
        await host.StopAsync(0);
        Assert.Equal((WebSocketCloseStatus)1012, await closed);
        Assert.Equal(("server", 1012, "reconnect_in=0ms", 1), Told(await EndAsync(host, number: 3)));
    }

    private static async Task<EndedConnections.End> EndAsync(RealtimeHost host, int number = 1)
    {
        await Waiting.UntilAsync(() => host.Ended.All.Count >= number, $"end {number} is logged");
        return Assert.Single(host.Ended.All.Skip(number - 1));
    }

    private static (string EndedBy, int Status, string Reason, long MessagesSent) Told(EndedConnections.End end) => (end.EndedBy, end.Status, end.Reason, end.MessagesSent);
}

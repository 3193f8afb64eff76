using System.IO.Compression;
using Sure.RealtimeService.Tests.Hosts;
using Sure.Rfc6455;

namespace Sure.RealtimeService.Tests;

/// <summary>The service by a client that knows no library, case by case of RFC 6455; through the gateway the same cases are end-to-end tests.</summary>
public sealed class ConformanceTests(ConformanceTests.Host host) : IClassFixture<ConformanceTests.Host>
{
    private const string Request = "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    [Fact]
    public async Task Frames_are_answered_as_the_standard_says()
    {
        var faults = await Task.WhenAll(ConformanceCase.All.Select(c => c.FindFaultAsync(host.Address)));

        Assert.Equal("", string.Join(Environment.NewLine, faults.OfType<string>()));
    }

    [Fact]
    public async Task Bytes_that_come_one_by_one_are_the_same_message()
    {
        using var socket = await RawSocket.ConnectAsync(host.Address);
        foreach (var octet in RawSocket.Text("""{"action":"ping"}"""))
        {
            await socket.SendAsync(new[] { octet });
        }

        Assert.Equal("pong", (await socket.ReadAsync()).Describe());
    }

    /// <summary>RFC 6455, 4.2.1 and 4.2.2.</summary>
    [Theory]
    [InlineData("Sec-WebSocket-Version: 13", "Sec-WebSocket-Version: 8", "426")]
    [InlineData("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", "400")]
    [InlineData("dGhlIHNhbXBsZSBub25jZQ==", "dG9vIHNob3J0", "400")]
    [InlineData("Upgrade: websocket", "Upgrade: telnet", "400")]
    [InlineData("GET", "POST", "405")]
    public async Task A_handshake_that_is_none_is_refused(string good, string bad, string status)
    {
        using var socket = await RawSocket.AskAsync(host.Address, Request.Replace(good, bad, StringComparison.Ordinal));

        Assert.StartsWith($"HTTP/1.1 {status} ", socket.Head, StringComparison.Ordinal);
        Assert.Equal(status == "426", socket.Head.Contains("Sec-WebSocket-Version: 13", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Compression_is_agreed_to_and_used_where_it_saves_something()
    {
        using var socket = await RawSocket.ConnectAsync(host.Address, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n");
        Assert.Matches("Sec-WebSocket-Extensions: permessage-deflate;.*server_no_context_takeover", socket.Head);

        await socket.SendAsync(RawSocket.Frame(0xC1, Deflate("""{"action":"subscribe","channel":"tranche_apy"}""")));

        Assert.Equal("subscribed", (await socket.ReadAsync()).Describe());
        // Each is compressed without the one before.
        for (var i = 0; i < 2; i++)
        {
            var update = await socket.ReadAsync();
            Assert.True(update.IsCompressed);
            Assert.Equal("apy_update", update.Describe());
            await socket.SendAsync(RawSocket.Frame(0xC1, Deflate("""{"action":"subscribe","channel":"tranche_apy"}""")));
            Assert.Equal("subscribed", (await socket.ReadAsync()).Describe());
        }
    }

    /// <summary>RFC 7692: 5.1 (what is not understood is declined), 6 (compressed or not is the sender's choice), 6.1 (the bit is the first frame's).</summary>
    [Fact]
    public async Task Compression_that_was_not_offered_like_that_is_not_used()
    {
        using var unknown = await RawSocket.ConnectAsync(host.Address, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99, x-unknown\r\n");
        Assert.DoesNotContain("Sec-WebSocket-Extensions", unknown.Head, StringComparison.OrdinalIgnoreCase);

        using var small = await RawSocket.ConnectAsync(host.Address, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\r\n");
        await small.SendAsync(RawSocket.Text("""{"action":"subscribe","channel":"tranche_apy"}"""));
        Assert.Equal(("subscribed", "apy_update"), ((await small.ReadAsync()).Describe(), (await small.ReadAsync()).Describe()));

        using var late = await RawSocket.ConnectAsync(host.Address, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        await late.SendAsync((byte[])[.. RawSocket.Frame(0x01, "{"u8), .. RawSocket.Frame(0xC0, "}"u8)]);
        Assert.Equal(1002, await late.UntilClosedAsync());
    }

    private static byte[] Deflate(string text)
    {
        using var compressed = new MemoryStream();
        using var deflate = new DeflateStream(compressed, CompressionLevel.Optimal);
        deflate.Write(System.Text.Encoding.UTF8.GetBytes(text));
        deflate.Flush();
        return compressed.ToArray()[..^4];
    }

    /// <summary>One instance for all cases.</summary>
    public sealed class Host : IAsyncLifetime
    {
        private RealtimeHost? _host;

        public Uri Address => _host!.Address;

        public async ValueTask InitializeAsync() => _host = await RealtimeHost.ReadyAsync();

        public ValueTask DisposeAsync() => _host?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}

using System.Net.WebSockets;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService.Tests;

/// <summary>What RFC 7692, 7.1 lets be agreed.</summary>
public sealed class CompressionTests
{
    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("x-webkit-deflate-frame")]
    public void Nothing_else_compresses(string? extensions) => Assert.Null(Compression.Of(extensions));

    [Fact]
    public void What_is_not_said_is_as_the_RFC_has_it()
    {
        var agreed = Compression.Of("permessage-deflate");

        Assert.Equivalent(new WebSocketDeflateOptions { ClientContextTakeover = true, ServerContextTakeover = true, ClientMaxWindowBits = 15, ServerMaxWindowBits = 15 }, agreed, strict: true);
    }

    [Fact]
    public void What_is_said_holds()
    {
        var agreed = Compression.Of("permessage-deflate; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=12");

        Assert.Equivalent(new WebSocketDeflateOptions { ClientContextTakeover = false, ServerContextTakeover = false, ClientMaxWindowBits = 12, ServerMaxWindowBits = 10 }, agreed, strict: true);
    }

    [Fact]
    public void What_nobody_knows_was_not_agreed() => Assert.Throws<FormatException>(() => Compression.Of("permessage-deflate; level=9"));
}

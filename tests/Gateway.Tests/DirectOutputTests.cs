using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Sure.Gateway.Listeners;
using Sure.Gateway.Tests.Hosts;

namespace Sure.Gateway.Tests;

/// <summary>What is written to a client arrives once and in order, by whichever way.</summary>
public sealed class DirectOutputTests : IAsyncLifetime
{
    private readonly Pipe _transport = new();
    private Socket _near = null!;
    private Socket _client = null!;
    private DirectOutput _output = null!;

    public async ValueTask InitializeAsync()
    {
        (_near, _client) = await SocketPair.ConnectAsync();
        _output = new DirectOutput(_transport.Writer, _near);
    }

    [Fact]
    public async Task Before_it_goes_direct_all_is_the_transports()
    {
        await WriteAsync("an answer");

        Assert.Equal("an answer", await TransportedAsync());
        Assert.Equal(0, _client.Available);
    }

    [Fact]
    public async Task After_it_went_direct_nothing_is_the_transports()
    {
        _output.GoDirect();

        await WriteAsync("switching");
        await WriteAsync(" protocols");

        Assert.Equal("switching protocols", await ReceivedAsync("switching protocols".Length));
        Assert.False(_transport.Reader.TryRead(out _));
    }

    [Fact]
    public async Task What_follows_something_that_the_transport_was_given_is_given_to_it_too()
    {
        await WriteAsync("an answer");
        _output.GoDirect();
        await WriteAsync(", and more");

        Assert.Equal("an answer, and more", await TransportedAsync());
        Assert.Equal(0, _client.Available);
    }

    [Fact]
    public async Task Pieces_written_before_a_flush_are_sent_together_however_long_they_become()
    {
        _output.GoDirect();
        var text = new StringBuilder();
        foreach (var length in new[] { 1, 5_000, 3, 40_000, 2 })
        {
            var piece = new string((char)('a' + (length % 26)), length);
            Encoding.ASCII.GetBytes(piece).CopyTo(_output.GetSpan(length));
            _output.Advance(length);
            text.Append(piece);
        }

        Assert.Equal(text.Length, _output.UnflushedBytes);
        Assert.Equal(0, _client.Available);
        var flush = _output.FlushAsync(TestContext.Current.CancellationToken);

        Assert.Equal(text.ToString(), await ReceivedAsync(text.Length));
        Assert.False((await flush).IsCompleted);
        Assert.Equal(0, _output.UnflushedBytes);
    }

    [Fact]
    public async Task A_flush_waits_for_a_client_that_does_not_take_more()
    {
        _output.GoDirect();
        var said = new StringBuilder();
        ValueTask<FlushResult> flush;
        do
        {
            // Until neither side's buffers take any more.
            var text = string.Concat(Enumerable.Range(said.Length / 8, 8 * 1024).Select(i => $"{i,8}"));
            said.Append(text);
            flush = Write(text);
        }
        while (flush.IsCompleted);

        Assert.Equal(said.ToString(), await ReceivedAsync(said.Length));
        Assert.False((await flush).IsCompleted);
        Assert.Equal(0, _client.Available);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_that_is_gone_completes_it(bool isCutHere)
    {
        _output.GoDirect();
        if (isCutHere)
        {
            _near.Dispose();
        }
        else
        {
            // Reset, not closed.
            _client.LingerState = new LingerOption(enable: true, seconds: 0);
            _client.Dispose();
        }

        await Eventually.HoldsAsync(async () => (await Write("to nobody")).IsCompleted, "it is known");
        Assert.True((await Write("again")).IsCompleted);
    }

    [Fact]
    public async Task A_flush_that_waits_ends_when_the_connection_is_cut()
    {
        _output.GoDirect();
        ValueTask<FlushResult> flush;
        do
        {
            flush = Write(new string('x', 64 * 1024));
        }
        while (flush.IsCompleted);

        _near.Dispose();

        Assert.True((await flush).IsCompleted);
    }

    public ValueTask DisposeAsync()
    {
        _near.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private ValueTask<FlushResult> Write(string text) => _output.WriteAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    private async Task WriteAsync(string text) => await Write(text);

    private async Task<string> TransportedAsync()
    {
        var read = await _transport.Reader.ReadAsync(TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(read.Buffer);
    }

    private async Task<string> ReceivedAsync(int length)
    {
        var buffer = new byte[length];
        await using var stream = new NetworkStream(_client, ownsSocket: false);
        await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(buffer);
    }
}

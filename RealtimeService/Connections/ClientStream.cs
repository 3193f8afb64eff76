using System.Net.WebSockets;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService.Connections;

/// <summary>
/// What lies between a connection and the WebSocket that reads from it. It sees every byte a client sends, pongs included, which the
/// WebSocket keeps to itself: the only way to know how long a client has been silent. What the WebSocket writes by itself – pongs, and the
/// close frame for a client that breaks the protocol – takes its turn in the client's queue. It outlives the WebSocket, which disposes of its
/// stream where a client breaks the protocol; the server ends the connection.
/// </summary>
internal sealed class ClientStream(Stream inner, Stream output, TimeProvider time) : ConnectionStream
{
    private long _seenAt = time.GetTimestamp();

    /// <summary>Where what is sent goes, past the WebSocket.</summary>
    public Stream Output => output;

    /// <summary>Where control frames go.</summary>
    public SendQueue? Queue { get; set; }

    /// <summary>The status with which the WebSocket closed by itself; null where it did not.</summary>
    public WebSocketCloseStatus? ClosedWith { get; private set; }

    /// <summary>How long the read that waits has waited: nothing has come since.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _seenAt));

    public override bool CanRead => true;

    /// <summary>
    /// Reads and forgets what still comes, until the client has closed or the limit is over. A connection that is closed with bytes unread
    /// is reset, and a reset overtakes the close frame that was sent before it.
    /// </summary>
    public async Task DrainAsync(TimeSpan limit)
    {
        using var over = new CancellationTokenSource(limit, time);
        var buffer = new byte[4096];
        try
        {
            while (await inner.ReadAsync(buffer, over.Token) > 0)
            {
                // Nobody wants it.
            }
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone, or takes too long.
        }
    }

    /// <summary>Whoever reads on has been given something: the time is noted then, so that a read that waits keeps nothing of ours.</summary>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        Volatile.Write(ref _seenAt, time.GetTimestamp());
        return inner.ReadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>The WebSocket writes whole frames.</summary>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ClosedWith ??= Frame.CloseStatusOf(buffer.Span);
        return new(Queue!.SendControlAsync(buffer.Span));
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
}

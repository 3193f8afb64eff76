namespace Sure.RealtimeService.Connections;

/// <summary>
/// Sees every byte a client sends, pongs included, which the WebSocket keeps to itself: the only way to know how long a client has been
/// silent. It outlives the WebSocket, which disposes of its stream where a client breaks the protocol; the server ends the connection.
/// </summary>
internal sealed class ActivityStream(Stream inner, TimeProvider time) : Stream
{
    private long _seenAt = time.GetTimestamp();

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

    /// <summary>How long ago the last byte came.</summary>
    public TimeSpan Silence => time.GetElapsedTime(Volatile.Read(ref _seenAt));

    public override bool CanRead => inner.CanRead;

    public override bool CanSeek => false;

    public override bool CanWrite => inner.CanWrite;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(buffer, cancellationToken);
        if (count > 0)
        {
            Volatile.Write(ref _seenAt, time.GetTimestamp());
        }

        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous reading.");

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
        inner.WriteAsync(buffer, cancellationToken);

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        inner.WriteAsync(buffer, offset, count, cancellationToken);

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Only asynchronous writing.");

    public override void Flush() => inner.Flush();

    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}

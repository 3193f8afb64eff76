using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Sure.Gateway.Listeners;

/// <summary>
/// What is written to a client in the clear. It goes to the server's transport, which copies it and has another thread send it; or, once
/// <see cref="GoDirect"/> was called, to the socket at once. For a message that is passed on the way through the transport costs about as
/// much as sending it; for an answer to a request it costs less than a client that is woken earlier.
/// </summary>
/// <param name="transport">The transport's own.</param>
/// <param name="socket">The client's.</param>
internal sealed class DirectOutput(PipeWriter transport, Socket socket) : PipeWriter
{
    private const int LeastBuffer = 4096;

    private byte[] _buffer = [];
    private int _written;
    private bool _hasWritten;
    private bool _isDirect;
    private bool _hasEnded;

    public override bool CanGetUnflushedBytes => transport.CanGetUnflushedBytes;

    public override long UnflushedBytes => _isDirect ? _written : transport.UnflushedBytes;

    /// <summary>Has what is written to a connection go through this.</summary>
    public static Task OfferAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var output = new DirectOutput(connection.Transport.Output, connection.Features.GetRequiredFeature<IConnectionSocketFeature>().Socket);
        connection.Features.Set(output);
        connection.Transport = new Transport(connection.Transport.Input, output);
        return next(connection);
    }

    /// <summary>
    /// From now on to the socket, unless something was written before: the transport may still have to send that. Clients ask for a WebSocket
    /// on a connection of its own, so it is nearly always the first that is written.
    /// </summary>
    public void GoDirect()
    {
        if (!_hasWritten)
        {
            _isDirect = true;
            // What the client does not take at once is awaited, not waited for.
            socket.Blocking = false;
        }
    }

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (!_isDirect)
        {
            return transport.GetMemory(sizeHint);
        }

        MakeRoom(Math.Max(sizeHint, 1));
        return _buffer.AsMemory(_written);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => _isDirect ? GetMemory(sizeHint).Span : transport.GetSpan(sizeHint);

    public override void Advance(int bytes)
    {
        if (_isDirect)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes, _buffer.Length - _written);
            _written += bytes;
            return;
        }

        _hasWritten = true;
        transport.Advance(bytes);
    }

    /// <summary>
    /// Completed where the client is gone. Where the client does not take it, it ends when the connection is cut: what is on its way cannot be
    /// cancelled.
    /// </summary>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (!_isDirect)
        {
            return transport.FlushAsync(cancellationToken);
        }

        if (_written == 0)
        {
            return Flushed();
        }

        var sent = 0;
        try
        {
            sent = socket.Send(_buffer.AsSpan(0, _written), SocketFlags.None, out var error);
            _hasEnded |= error is not (SocketError.Success or SocketError.WouldBlock);
        }
        catch (ObjectDisposedException)
        {
            _hasEnded = true;
        }

        return _hasEnded || sent == _written ? Flushed() : SendRestAsync(Math.Max(sent, 0));
    }

    /// <summary>
    /// Tells the client, where it is direct, that nothing follows: all was flushed, and nothing is written any more. What it still says can be
    /// read.
    /// </summary>
    public void End()
    {
        if (_isDirect)
        {
            try
            {
                socket.Shutdown(SocketShutdown.Send);
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
            {
                _hasEnded = true;
            }
        }
    }

    public override void CancelPendingFlush() => transport.CancelPendingFlush();

    public override void Complete(Exception? exception = null) => transport.Complete(exception);

    public override ValueTask CompleteAsync(Exception? exception = null) => transport.CompleteAsync(exception);

    private async ValueTask<FlushResult> SendRestAsync(int sent)
    {
        try
        {
            while (sent < _written)
            {
                sent += await socket.SendAsync(_buffer.AsMemory(sent, _written - sent), SocketFlags.None);
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            _hasEnded = true;
        }

        return await Flushed();
    }

    /// <summary>While nothing is written no buffer is held.</summary>
    private ValueTask<FlushResult> Flushed()
    {
        Return();
        _written = 0;
        return ValueTask.FromResult(new FlushResult(isCanceled: false, _hasEnded));
    }

    private void MakeRoom(int bytes)
    {
        if (_buffer.Length - _written < bytes)
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_written + bytes, LeastBuffer));
            _buffer.AsSpan(0, _written).CopyTo(larger);
            Return();
            _buffer = larger;
        }
    }

    private void Return()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    private sealed record Transport(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}

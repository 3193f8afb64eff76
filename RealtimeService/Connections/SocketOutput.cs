using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Sure.RealtimeService.Connections;

/// <summary>
/// Writes to a client's socket itself. By way of the server each write would be copied and handed to another thread, which costs about as
/// much as the write. Once this writes, the server must not: what it has written is sent before (<see cref="Prepare"/>), and after an upgrade
/// it writes nothing by itself.
/// </summary>
internal sealed class SocketOutput : ConnectionStream
{
    /// <summary>
    /// What the system keeps for a client that does not take it, which by itself grows to megabytes: a client is slow when too much waits
    /// here, and its close frame comes after all that waits there.
    /// </summary>
    private const int SendBuffer = 128 * 1024;

    private readonly Socket _socket;

    /// <param name="socket">Of a connection that was upgraded, in the clear.</param>
    public SocketOutput(Socket socket)
    {
        _socket = socket;
        // What the client does not take at once is awaited, not waited for.
        _socket.Blocking = false;
        _socket.SendBufferSize = SendBuffer;
    }

    /// <summary>
    /// Has the server send everything before it says that it is written: the answer to the upgrade comes before the first frame. And take in no
    /// more of a client than one message: one that is not read for now, because it does not read itself, costs no more.
    /// </summary>
    public static void Prepare(SocketTransportOptions transport) => (transport.MaxWriteBufferSize, transport.MaxReadBufferSize) = (1, 64 * 1024);

    public override bool CanRead => false;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var sent = _socket.Send(buffer.Span, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.Success when sent == buffer.Length => ValueTask.CompletedTask,
            SocketError.Success => SendRestAsync(buffer[sent..], cancellationToken),
            SocketError.WouldBlock => SendRestAsync(buffer, cancellationToken),
            _ => throw new IOException("The client is gone.", new SocketException((int)error)),
        };
    }

    private async ValueTask SendRestAsync(ReadOnlyMemory<byte> rest, CancellationToken cancellationToken)
    {
        try
        {
            while (rest.Length > 0)
            {
                rest = rest[await _socket.SendAsync(rest, SocketFlags.None, cancellationToken)..];
            }
        }
        catch (SocketException exception)
        {
            throw new IOException("The client is gone.", exception);
        }
    }
}

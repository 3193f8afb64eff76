using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sure.Bench.Fanout;

/// <summary>
/// A client that costs little: it asks for the upgrade, sends what it is told and finds the frames in what comes. It answers no pings, so it
/// must not live longer than a server's patience.
/// </summary>
/// <param name="heard">Told of every text frame and every continuation of one: the first bytes of its payload and the whole length.</param>
internal sealed class RawListener(RawListener.Heard heard) : IDisposable
{
    private const int HeadLength = 32;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[4096];
    private int _start;
    private int _end;
    private int _toSkip;

    public delegate void Heard(ReadOnlySpan<byte> head, int length);

    /// <summary>Status of the close frame that came; null while none did.</summary>
    public int? ClosedWith { get; private set; }

    public async Task ConnectAsync(Uri address, string? firstMessage, int? receiveBuffer = null)
    {
        if (receiveBuffer is { } size)
        {
            _socket.ReceiveBufferSize = size;
        }

        await _socket.ConnectAsync(IPAddress.Loopback, address.Port);
        await _socket.SendAsync(Encoding.ASCII.GetBytes(
            $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        await ReadHeadAsync();
        if (firstMessage is not null)
        {
            await SayAsync(firstMessage);
        }
    }

    /// <summary>Sends a text of at most 125 bytes, with a mask of zeros.</summary>
    public async Task SayAsync(string text)
    {
        var payload = Encoding.UTF8.GetBytes(text);
        await _socket.SendAsync((byte[])[0x81, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]);
    }

    /// <summary>Listens until the connection ends.</summary>
    public async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                Take();
                await FillAsync();
            }
        }
        catch (Exception exception) when (exception is SocketException or EndOfStreamException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadHeadAsync()
    {
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)await ReadAsync());
        }

        if (!head.ToString().StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
        {
            throw new InvalidOperationException($"The upgrade was refused: {head}");
        }
    }

    /// <summary>
    /// Takes every frame whose head has come. The clients share the cores with the server that is measured: nothing is awaited for less
    /// than what one receive brings.
    /// </summary>
    private void Take()
    {
        while (true)
        {
            var skipped = Math.Min(_toSkip, _end - _start);
            _start += skipped;
            _toSkip -= skipped;
            var come = _buffer.AsSpan(_start, _end - _start);
            if (!TryReadLength(come, out var length, out var at) || come.Length < at + Math.Min(length, HeadLength))
            {
                return;
            }

            var head = come.Slice(at, Math.Min(length, HeadLength));
            switch (come[0] & 0x0F)
            {
                case 0 or 1:
                    heard(head, length);
                    break;
                case 8 when head.Length >= 2:
                    ClosedWith = BinaryPrimitives.ReadUInt16BigEndian(head);
                    break;
                default:
                    break;
            }

            _start += at + head.Length;
            _toSkip = length - head.Length;
        }
    }

    /// <summary>The length of a frame's payload, and where it begins; false where not all of that has come yet.</summary>
    private static bool TryReadLength(ReadOnlySpan<byte> frame, out int length, out int at)
    {
        length = frame.Length < 2 ? 0 : frame[1];
        at = length switch { 126 => 4, 127 => 10, _ => 2 };
        if (frame.Length < at)
        {
            return false;
        }

        length = at switch
        {
            4 => BinaryPrimitives.ReadUInt16BigEndian(frame[2..]),
            10 => checked((int)BinaryPrimitives.ReadUInt64BigEndian(frame[2..])),
            _ => length,
        };
        return true;
    }

    private async ValueTask<byte> ReadAsync()
    {
        if (_start == _end)
        {
            await FillAsync();
        }

        return _buffer[_start++];
    }

    /// <summary>Receives more behind what has not been taken yet.</summary>
    private async ValueTask FillAsync()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var received = await _socket.ReceiveAsync(_buffer.AsMemory(_end));
        if (received == 0)
        {
            throw new EndOfStreamException();
        }

        _end += received;
    }
}

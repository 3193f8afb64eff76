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
    private readonly byte[] _head = new byte[HeadLength];
    private int _start;
    private int _end;

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
                var (first, length) = await ReadFrameHeadAsync();
                var kept = Math.Min(length, HeadLength);
                for (var i = 0; i < kept; i++)
                {
                    _head[i] = await ReadAsync();
                }

                await SkipAsync(length - kept);
                switch (first & 0x0F)
                {
                    case 0 or 1:
                        heard(_head.AsSpan(0, kept), length);
                        break;
                    case 8 when kept >= 2:
                        ClosedWith = (_head[0] << 8) | _head[1];
                        break;
                    default:
                        break;
                }
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

    private async ValueTask<(byte First, int Length)> ReadFrameHeadAsync()
    {
        var first = await ReadAsync();
        var length = (int)await ReadAsync();
        var more = length switch { 126 => 2, 127 => 8, _ => 0 };
        if (more > 0)
        {
            length = 0;
            for (var i = 0; i < more; i++)
            {
                length = (length << 8) | await ReadAsync();
            }
        }

        return (first, length);
    }

    private ValueTask<byte> ReadAsync() => _start < _end ? new ValueTask<byte>(_buffer[_start++]) : ReadMoreAsync();

    private async ValueTask<byte> ReadMoreAsync()
    {
        await FillAsync();
        return _buffer[_start++];
    }

    private async ValueTask SkipAsync(int count)
    {
        while (count > 0)
        {
            if (_start == _end)
            {
                await FillAsync();
            }

            var skipped = Math.Min(count, _end - _start);
            _start += skipped;
            count -= skipped;
        }
    }

    private async ValueTask FillAsync()
    {
        _start = 0;
        _end = await _socket.ReceiveAsync(_buffer.AsMemory());
        if (_end == 0)
        {
            throw new EndOfStreamException();
        }
    }
}

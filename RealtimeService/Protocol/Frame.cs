using System.Buffers.Binary;
using System.IO.Compression;
using System.Net.WebSockets;
using System.Text;

namespace Sure.RealtimeService.Protocol;

/// <summary>
/// One or more messages as they go over the wire (RFC 6455, 5.2). The frames of a server carry no mask, so the same bytes serve every
/// client; those that negotiated <c>permessage-deflate</c> share a second form, which is compressed once and only where somebody wants it.
/// Immutable.
/// </summary>
internal sealed class Frame
{
    private const byte Final = 0x80;
    private const byte Compressed = 0x40;
    private const byte TextOpcode = 0x1;
    private const byte CloseOpcode = 0x8;
    private const byte PingOpcode = 0x9;

    /// <summary>A control frame's payload has at most 125 bytes (5.5), of which a close frame's status takes two.</summary>
    private const int LongestReason = 123;

    /// <summary>Shorter payloads gain nothing.</summary>
    private const int LeastDeflated = 128;

    private readonly IReadOnlyList<Frame>? _parts;

    private Frame(byte[] plain, IReadOnlyList<Frame>? parts = null)
    {
        Plain = plain;
        _parts = parts;
    }

    /// <summary>A ping without payload.</summary>
    public static Frame Ping { get; } = new([Final | PingOpcode, 0]);

    /// <summary>The bytes for clients without compression.</summary>
    public byte[] Plain { get; }

    /// <summary>
    /// The bytes for clients with it: each message compressed on its own, without reference to those before (RFC 7692, 7.1.1.1), or left as
    /// it is where that is not longer.
    /// </summary>
    public byte[] Deflated => field ??= _parts is null ? Deflate(Plain) : Join(_parts, p => p.Deflated);

    /// <summary>How many messages these are.</summary>
    public int Messages => _parts?.Count ?? 1;

    /// <summary>A text message.</summary>
    public static Frame Text(ReadOnlySpan<byte> payload) => new(Encode(Final | TextOpcode, payload));

    /// <summary>A close frame; without a status its payload is empty.</summary>
    /// <param name="status">Why.</param>
    /// <param name="reason">In words, ASCII, at most 123 characters.</param>
    public static Frame Close(WebSocketCloseStatus? status, string reason)
    {
        if (status is not { } code)
        {
            return new([Final | CloseOpcode, 0]);
        }

        if (reason.Length > LongestReason)
        {
            throw new ArgumentException($"A reason has at most {LongestReason} characters.", nameof(reason));
        }

        var payload = new byte[2 + Encoding.ASCII.GetByteCount(reason)];
        BinaryPrimitives.WriteUInt16BigEndian(payload, (ushort)code);
        Encoding.ASCII.GetBytes(reason, payload.AsSpan(2));
        return new(Encode(Final | CloseOpcode, payload));
    }

    /// <summary>Several messages that are sent at once; at least one.</summary>
    public static Frame Of(IReadOnlyList<Frame> parts) => parts is [var only] ? only : new(Join(parts, p => p.Plain), parts);

    /// <summary>The status in the bytes of a close frame; null for another frame or one without.</summary>
    public static WebSocketCloseStatus? CloseStatusOf(ReadOnlySpan<byte> frame) =>
        IsClose(frame) && frame is [_, >= 2, var high, var low, ..] ? (WebSocketCloseStatus)((high << 8) | low) : null;

    /// <summary>Whether these are the bytes of a close frame.</summary>
    public static bool IsClose(ReadOnlySpan<byte> frame) => frame is [Final | CloseOpcode, ..];

    private static byte[] Encode(byte first, ReadOnlySpan<byte> payload)
    {
        var header = payload.Length switch { <= 125 => 2, <= ushort.MaxValue => 4, _ => 10 };
        var frame = new byte[header + payload.Length];
        frame[0] = first;
        switch (header)
        {
            case 2:
                frame[1] = (byte)payload.Length;
                break;
            case 4:
                frame[1] = 126;
                BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
                break;
            default:
                frame[1] = 127;
                BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
                break;
        }

        payload.CopyTo(frame.AsSpan(header));
        return frame;
    }

    private static byte[] Deflate(byte[] plain)
    {
        var payload = plain.AsSpan(plain[1] switch { 126 => 4, 127 => 10, _ => 2 });
        if (payload.Length < LeastDeflated)
        {
            return plain;
        }

        using var compressed = new MemoryStream(payload.Length);
        using var deflate = new DeflateStream(compressed, CompressionLevel.Fastest);
        deflate.Write(payload);
        deflate.Flush();
        // A flush ends with an empty block, whose last four bytes both sides leave out (RFC 7692, 7.2.1).
        var length = (int)compressed.Length - 4;
        return length < payload.Length ? Encode(Final | Compressed | TextOpcode, compressed.GetBuffer().AsSpan(0, length)) : plain;
    }

    private static byte[] Join(IReadOnlyList<Frame> parts, Func<Frame, byte[]> bytesOf)
    {
        var bytes = parts.Select(bytesOf).ToList();
        var joined = new byte[bytes.Sum(b => b.Length)];
        var at = 0;
        foreach (var part in bytes)
        {
            part.CopyTo(joined, at);
            at += part.Length;
        }

        return joined;
    }
}

using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sure.Rfc6455;

/// <summary>A client that sends bytes as it likes, reads frames as they come and answers nothing by itself.</summary>
internal sealed class RawSocket : IDisposable
{
    /// <summary>The key of RFC 6455, 1.3, and what a server answers to it.</summary>
    private const string SampleKey = "dGhlIHNhbXBsZSBub25jZQ==";
    private const string SampleAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly byte[] Mask = [0x37, 0xFA, 0x21, 0x3D];

    private readonly TcpClient _client = new() { NoDelay = true };
    private NetworkStream _stream = null!;

    /// <summary>The head of the server's answer.</summary>
    public string Head { get; private set; } = "";

    /// <summary>Connects and is welcomed.</summary>
    /// <param name="address">Of the WebSocket.</param>
    /// <param name="headers">Further header lines of the handshake, each with its end.</param>
    /// <param name="receiveBuffer">Size of the buffer of what was not read yet.</param>
    public static async Task<RawSocket> ConnectAsync(Uri address, string headers = "", int? receiveBuffer = null)
    {
        var raw = await AskAsync(address, Handshake(address, headers), receiveBuffer);
        if (!raw.Head.Contains($"Sec-WebSocket-Accept: {SampleAccept}", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException($"The handshake failed: {raw.Head}");
        }

        var welcome = await raw.ReadAsync();
        return welcome.Describe() == "welcome" ? raw : throw new InvalidOperationException($"Not welcomed but {welcome.Describe()}.");
    }

    /// <summary>The request that opens a WebSocket.</summary>
    public static string Handshake(Uri address, string headers = "") =>
        $"GET {address.PathAndQuery} HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {SampleKey}\r\n{headers}\r\n";

    /// <summary>Sends any request and reads the head of the answer.</summary>
    public static async Task<RawSocket> AskAsync(Uri address, string request, int? receiveBuffer = null)
    {
        var raw = new RawSocket();
        if (receiveBuffer is { } size)
        {
            raw._client.ReceiveBufferSize = size;
        }

        await raw._client.ConnectAsync(address.Host, address.Port);
        raw._stream = raw._client.GetStream();
        await raw.AskAsync(Encoding.ASCII.GetBytes(request));
        return raw;
    }

    /// <summary>Sends a request, and what is to go with it, and reads the head of the answer.</summary>
    public async Task AskAsync(ReadOnlyMemory<byte> request)
    {
        await SendAsync(request);
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await ReadBytesAsync(1))[0]);
        }

        Head = head.ToString();
    }

    /// <summary>A frame as clients send it.</summary>
    /// <param name="first">FIN, reserved bits and opcode.</param>
    /// <param name="payload">Its payload before masking.</param>
    public static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        var frame = new List<byte> { first };
        switch (payload.Length)
        {
            case <= 125:
                frame.Add((byte)(0x80 | payload.Length));
                break;
            case <= ushort.MaxValue:
                frame.AddRange([0x80 | 126, (byte)(payload.Length >> 8), (byte)(payload.Length & 0xFF)]);
                break;
            default:
                frame.Add(0x80 | 127);
                var length = new byte[8];
                BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
                frame.AddRange(length);
                break;
        }

        frame.AddRange(Mask);
        for (var i = 0; i < payload.Length; i++)
        {
            frame.Add((byte)(payload[i] ^ Mask[i % 4]));
        }

        return [.. frame];
    }

    /// <summary>A text message in one frame.</summary>
    public static byte[] Text(string text) => Frame(0x81, Encoding.UTF8.GetBytes(text));

    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        using var limit = new CancellationTokenSource(Patience);
        await _stream.WriteAsync(bytes, limit.Token);
    }

    /// <summary>The next frame; one with opcode −1 when the connection has ended instead, and −2 when it was reset.</summary>
    public async Task<ReceivedFrame> ReadAsync()
    {
        try
        {
            var head = await ReadBytesAsync(2);
            var length = head[1] switch
            {
                126 => BinaryPrimitives.ReadUInt16BigEndian(await ReadBytesAsync(2)),
                127 => (int)BinaryPrimitives.ReadUInt64BigEndian(await ReadBytesAsync(8)),
                var small => small,
            };
            var payload = await ReadBytesAsync(length);
            var isCompressed = (head[0] & 0x40) != 0;
            return new ReceivedFrame(head[0] & 0x0F, isCompressed, isCompressed ? Inflate(payload) : payload);
        }
        catch (EndOfStreamException)
        {
            return ReceivedFrame.End;
        }
        catch (IOException)
        {
            return ReceivedFrame.Reset;
        }
    }

    /// <summary>Reads frames until a close frame and answers its status; 1005 where it has none.</summary>
    public async Task<int> UntilClosedAsync()
    {
        while (true)
        {
            var frame = await ReadAsync();
            if (frame.IsEnd)
            {
                throw new InvalidOperationException("The connection ended without a close frame.");
            }

            if (frame.CloseStatus is { } status)
            {
                return status;
            }
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>A message that was compressed without those before (RFC 7692, 7.2.2).</summary>
    private static byte[] Inflate(byte[] payload)
    {
        using var inflated = new MemoryStream();
        using var deflate = new DeflateStream(new MemoryStream([.. payload, 0, 0, 0xFF, 0xFF]), CompressionMode.Decompress);
        var buffer = new byte[4096];
        // The stream has no final block: reading ends where the input does.
        int read;
        while ((read = deflate.Read(buffer)) > 0)
        {
            inflated.Write(buffer, 0, read);
        }

        return inflated.ToArray();
    }

    private async Task<byte[]> ReadBytesAsync(int count)
    {
        using var limit = new CancellationTokenSource(Patience);
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, limit.Token);
        return bytes;
    }
}

/// <summary>A frame of the server.</summary>
/// <param name="Opcode">What it is; −1 for the end of the connection, −2 for its reset.</param>
/// <param name="IsCompressed">Whether it came compressed: the bit RSV1.</param>
/// <param name="Payload">What it says.</param>
internal sealed record ReceivedFrame(int Opcode, bool IsCompressed, byte[] Payload)
{
    /// <summary>The connection has ended.</summary>
    public static ReceivedFrame End { get; } = new(-1, IsCompressed: false, []);

    /// <summary>The connection was reset: what was on its way may be lost.</summary>
    public static ReceivedFrame Reset { get; } = new(-2, IsCompressed: false, []);

    /// <summary>Nothing more comes.</summary>
    public bool IsEnd => Opcode < 0;

    /// <summary>The status of a close frame, 1005 where it has none; null for other frames.</summary>
    public int? CloseStatus => Opcode != 8 ? null : Payload.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(Payload) : 1005;

    /// <summary>The reason of a close frame.</summary>
    public string CloseReason => Encoding.UTF8.GetString(Payload.AsSpan(Math.Min(2, Payload.Length)));

    /// <summary>In a word: <c>close 1002</c>, <c>pong frame abc</c>, an error by its code and any other message by its type.</summary>
    public string Describe() => Opcode switch
    {
        -1 => "end",
        -2 => "reset",
        1 => JsonNode.Parse(Payload) is { } message && (string?)message["type"] == "error" ? (string)message["code"]! : (string?)JsonNode.Parse(Payload)?["type"] ?? "no type",
        8 => string.Create(CultureInfo.InvariantCulture, $"close {CloseStatus}"),
        9 => "ping frame",
        10 => $"pong frame {Encoding.UTF8.GetString(Payload)}",
        _ => string.Create(CultureInfo.InvariantCulture, $"opcode {Opcode}"),
    };
}

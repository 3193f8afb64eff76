using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Sure.RealtimeService.Tests.Hosts;

/// <summary>A client that sends bytes as it likes, and does not answer pings.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TcpClient _client = new();
    private NetworkStream _stream = null!;

    public static async Task<RawClient> ConnectAsync(Uri address, int? receiveBuffer = null)
    {
        var raw = new RawClient();
        if (receiveBuffer is { } size)
        {
            raw._client.ReceiveBufferSize = size;
        }

        await raw._client.ConnectAsync(IPAddress.Loopback, address.Port, TestContext.Current.CancellationToken);
        raw._stream = raw._client.GetStream();
        await raw.SendAsync(Encoding.ASCII.GetBytes(
            "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        var head = new StringBuilder();
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head.Append((char)(await raw.ReadAsync(1))[0]);
        }

        // RFC 6455, 1.3: the answer to the sample key.
        Assert.Contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", head.ToString(), StringComparison.OrdinalIgnoreCase);
        return raw;
    }

    public ValueTask SendAsync(ReadOnlyMemory<byte> bytes) => _stream.WriteAsync(bytes, TestContext.Current.CancellationToken);

    /// <summary>A frame as clients send it, with a mask of zeros.</summary>
    public ValueTask SendFrameAsync(byte first, ReadOnlySpan<byte> payload) =>
        SendAsync((byte[])[first, (byte)(0x80 | payload.Length), 0, 0, 0, 0, .. payload]);

    /// <summary>Reads frames until a close frame and answers its status.</summary>
    public async Task<int> UntilClosedAsync()
    {
        while (true)
        {
            var head = await ReadAsync(2);
            var length = head[1] switch
            {
                126 => await ReadNumberAsync(2),
                127 => await ReadNumberAsync(8),
                var small => small,
            };
            var payload = await ReadAsync(length);
            if ((head[0] & 0x0F) == 8)
            {
                return payload.Length >= 2 ? (payload[0] << 8) | payload[1] : 1005;
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<int> ReadNumberAsync(int bytes) => (await ReadAsync(bytes)).Aggregate(0, (number, b) => (number << 8) | b);

    private async Task<byte[]> ReadAsync(int count)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes, limit.Token);
        return bytes;
    }
}

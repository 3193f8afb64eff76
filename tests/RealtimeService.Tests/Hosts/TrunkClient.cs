using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Sure.Contracts.Calls;
using Sure.TestServers;

namespace Sure.RealtimeService.Tests.Hosts;

/// <summary>The trunk of a gateway.</summary>
internal sealed class TrunkClient : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TcpClient _client = new() { NoDelay = true };
    private readonly Queue<(uint Stream, byte[] Bytes, int Shared)> _heard = new();

    private readonly Dictionary<uint, int> _received = [];

    public Guid Id { get; } = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    /// <summary>The head of the answer.</summary>
    public string Head { get; private set; } = "";

    /// <summary>Asks for a trunk as a service does, or with another token.</summary>
    public static async Task<TrunkClient> OpenAsync(RealtimeHost host, string? token = null, string protocol = Trunk.Protocol)
    {
        var trunk = new TrunkClient();
        await trunk._client.ConnectAsync(host.Address.Host, host.Address.Port);
        await trunk._client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"GET {Trunk.Path} HTTP/1.1\r\nHost: {host.Address.Authority}\r\nConnection: Upgrade\r\nUpgrade: {protocol}\r\n{Trunk.Header}: {trunk.Id:N}\r\n"
            + $"X-Sure-Service: {token ?? TestIdentity.TokenFor("realtimeservice", "gateway")}\r\n\r\n"));
        while (!trunk.Head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            trunk.Head += (char)(await trunk.BytesAsync(1))[0];
        }

        return trunk;
    }

    /// <summary>The handshake's header for a stream.</summary>
    public string HeaderOf(uint stream) => $"{Trunk.Header}: {Trunk.NameOf(Id, stream)}\r\n";

    /// <summary>The next bytes for a stream, and for how many they came at once; none where the stream has ended.</summary>
    public async Task<(uint Stream, byte[] Bytes, int Shared)> NextAsync()
    {
        while (_heard.Count == 0)
        {
            var head = await BytesAsync(Trunk.HeadLength);
            var (length, streams) = Trunk.ReadHead(head);
            byte[] part = [.. head, .. await BytesAsync(length - Trunk.HeadLength)];
            for (var i = 0; i < streams; i++)
            {
                _heard.Enqueue((Trunk.ReadStream(part, i), part[Trunk.LengthOf(streams, 0)..], streams));
            }
        }

        var next = _heard.Dequeue();
        _received[next.Stream] = ReceivedBy(next.Stream) + next.Bytes.Length;
        return next;
    }

    /// <summary>Bytes that came for a stream.</summary>
    public int ReceivedBy(uint stream) => _received.GetValueOrDefault(stream);

    /// <summary>The text messages that come next, all for one stream.</summary>
    public async Task<IReadOnlyList<JsonNode>> MessagesAsync(uint stream, int count)
    {
        var messages = new List<JsonNode>();
        while (messages.Count < count)
        {
            var (of, bytes, _) = await NextAsync();
            Assert.Equal(stream, of);
            messages.AddRange(MessagesIn(bytes));
        }

        Assert.Equal(count, messages.Count);
        return messages;
    }

    /// <summary>The text messages that these are. A server's frame: two bytes of head, or four from 126 bytes on.</summary>
    public static IEnumerable<JsonNode> MessagesIn(byte[] frames)
    {
        for (var at = 0; at < frames.Length;)
        {
            Assert.Equal(0x81, frames[at]);
            var (head, length) = frames[at + 1] < 126 ? (2, frames[at + 1]) : (4, (frames[at + 2] << 8) | frames[at + 3]);
            yield return JsonNode.Parse(frames.AsSpan(at + head, length))!;
            at += head + length;
        }
    }

    public async Task CreditAsync(uint stream, int taken)
    {
        var credit = new byte[Trunk.CreditLength];
        Trunk.WriteCredit(credit, stream, taken);
        await _client.GetStream().WriteAsync(credit);
    }

    public void Dispose() => _client.Dispose();

    private async Task<byte[]> BytesAsync(int count)
    {
        var bytes = new byte[count];
        await _client.GetStream().ReadExactlyAsync(bytes).AsTask().WaitAsync(Patience);
        return bytes;
    }
}

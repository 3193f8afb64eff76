using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Sure.RealtimeService.Tests.Hosts;

/// <summary>A client of the WebSocket.</summary>
internal sealed class Listener : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private Action<JsonNode>? _check;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public static async Task<Listener> ConnectAsync(Uri address, Action<ClientWebSocketOptions>? configure = null, Action<JsonNode>? check = null)
    {
        var listener = new Listener { _check = check };
        configure?.Invoke(listener._socket.Options);
        await listener._socket.ConnectAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal("welcome", (string?)(await listener.NextAsync())!["type"]);
        return listener;
    }

    public Task SendAsync(string text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    public async Task<JsonNode> SubscribeAsync(string channel, string more = "")
    {
        await SendAsync($$"""{"action":"subscribe","channel":"{{channel}}"{{more}}}""");
        var answer = (await NextAsync())!;
        Assert.Equal("subscribed", (string?)answer["type"]);
        return answer;
    }

    /// <summary>The next message; null when the server closed, whose reason is in <see cref="CloseStatus"/>.</summary>
    public async Task<JsonNode?> NextAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                var message = JsonNode.Parse(text.ToArray());
                _check?.Invoke(message!);
                return message;
            }
        }
    }

    /// <summary>Reads to the end and answers how the server closed.</summary>
    public async Task<WebSocketCloseStatus?> UntilClosedAsync()
    {
        while (await NextAsync() is not null)
        {
            // Only the end matters.
        }

        return CloseStatus;
    }

    /// <summary>Closes, and waits for the server's answer.</summary>
    public Task CloseAsync(WebSocketCloseStatus status, string reason) => _socket.CloseAsync(status, reason, TestContext.Current.CancellationToken);

    public void Dispose() => _socket.Dispose();
}

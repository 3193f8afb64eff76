using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sure.EndToEndTests;

/// <summary>A WebSocket client as anybody would write one; remembers what it has not been asked for yet.</summary>
internal sealed class LiveClient : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ClientWebSocket _socket = new();
    private readonly List<JsonObject> _waiting = [];

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<LiveClient> ConnectAsync(Uri gateway)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Patience);
        var client = new LiveClient();
        try
        {
            await client._socket.ConnectAsync(new UriBuilder(gateway) { Scheme = "ws", Path = "/ws" }.Uri, limit.Token);
            return client;
        }
        catch
        {
            client._socket.Dispose();
            throw;
        }
    }

    public Task SendAsync(string text, WebSocketMessageType type = WebSocketMessageType.Text) =>
        _socket.SendAsync(Encoding.UTF8.GetBytes(text), type, endOfMessage: true, TestContext.Current.CancellationToken);

    public Task SendAsync(object message) => SendAsync(JsonSerializer.Serialize(message));

    /// <summary>The next message that matches, whatever came between; those stay for later questions.</summary>
    public async Task<JsonObject> NextAsync(Func<JsonObject, bool> matches, string what, TimeSpan? patience = null)
    {
        if (_waiting.Find(m => matches(m)) is { } kept)
        {
            _waiting.Remove(kept);
            return kept;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(patience ?? Patience);
        try
        {
            while (true)
            {
                var message = await ReceiveAsync(limit.Token);
                if (matches(message))
                {
                    return message;
                }

                _waiting.Add(message);
            }
        }
        catch (OperationCanceledException exception) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"No {what} came. What came: {string.Join(Environment.NewLine, _waiting.Select(m => m.ToJsonString()))}", exception);
        }
    }

    public Task<JsonObject> NextOfTypeAsync(string type) => NextAsync(m => (string?)m["type"] == type, type);

    public async ValueTask DisposeAsync()
    {
        if (_socket.State == WebSocketState.Open)
        {
            using var limit = new CancellationTokenSource(Patience);
            await _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, limit.Token);
        }

        _socket.Dispose();
    }

    private async Task<JsonObject> ReceiveAsync(CancellationToken cancellationToken)
    {
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer.AsMemory(), cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                throw new InvalidOperationException($"The server closed with {_socket.CloseStatus} {_socket.CloseStatusDescription}.");
            }

            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return JsonNode.Parse(text.ToArray())!.AsObject();
            }
        }
    }
}

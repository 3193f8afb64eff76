using System.Net.WebSockets;

namespace Sure.RealtimeService.Protocol;

/// <summary>How the server ends connections, beside what RFC 6455 has names for.</summary>
internal static class CloseStatus
{
    /// <summary>4008: the client let too much wait. It can come back with <c>since</c>.</summary>
    public const WebSocketCloseStatus SlowConsumer = (WebSocketCloseStatus)4008;

    /// <summary>1012: the server goes away, or its history began anew. The reason says when to come back: <c>reconnect_in=1234ms</c>.</summary>
    public const WebSocketCloseStatus ServiceRestart = (WebSocketCloseStatus)1012;
}

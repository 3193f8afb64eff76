using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Identity;
using Sure.RealtimeService.Streams;

namespace Sure.RealtimeService.Connections;

/// <summary>What all connections share.</summary>
/// <param name="Feeds">The channels.</param>
/// <param name="Options">The limits.</param>
/// <param name="MessagesPerSecond">What a client may send.</param>
/// <param name="Tokens">Who knows callers.</param>
/// <param name="Metrics">What is measured.</param>
/// <param name="Logger">Told how each ended.</param>
/// <param name="Time">The clock.</param>
internal sealed record ClientSurroundings(
    ChannelFeeds Feeds,
    RealtimeOptions Options,
    long MessagesPerSecond,
    TokenCheck Tokens,
    RealtimeMetrics Metrics,
    ILogger<ClientConnection> Logger,
    TimeProvider Time);

using System.Text.Json;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Protocol;

/// <summary>What the server says of itself or in answer to a client.</summary>
internal static class Answers
{
    public static Frame Welcome(string clientId, TimeSpan heartbeat, DateTimeOffset now) =>
        Write(new WelcomeMessage("welcome", clientId, Words<Channel>.All, (int)heartbeat.TotalSeconds, now));

    /// <param name="channel">Which.</param>
    /// <param name="offset">Where it stands.</param>
    /// <param name="epoch">Of the offset.</param>
    /// <param name="recovered">Whether what was missed follows; null for who did not ask for it.</param>
    /// <param name="now">When.</param>
    public static Frame Subscribed(Channel channel, long offset, string epoch, bool? recovered, DateTimeOffset now) => recovered is { } known
        ? Write(new RecoveredMessage("subscribed", channel, offset, epoch, known, now))
        : Write(new SubscribedMessage("subscribed", channel, offset, epoch, now));

    public static Frame Unsubscribed(Channel channel, DateTimeOffset now) => Write(new UnsubscribedMessage("unsubscribed", channel, now));

    public static Frame Pong(DateTimeOffset now) => Write(new PongMessage("pong", now));

    public static Frame Authenticated(DateTimeOffset now) => Write(new AuthenticatedMessage("authenticated", now));

    public static Frame Error(string code, string message, DateTimeOffset now) => Write(new ErrorMessage("error", code, message, now));

    public static Frame InvalidChannel(string channel, DateTimeOffset now) =>
        Write(new InvalidChannelMessage("error", "invalid_channel", $"Invalid channel: {channel}", Words<Channel>.All, now));

    private static Frame Write<T>(T message) => Frame.Text(JsonSerializer.SerializeToUtf8Bytes(message, SureJson.Internal));

    private sealed record WelcomeMessage(
        string Type, string ClientId, IReadOnlyList<string> AvailableChannels, int HeartbeatSeconds, DateTimeOffset Timestamp);

    private sealed record SubscribedMessage(string Type, Channel Channel, long Offset, string Epoch, DateTimeOffset Timestamp);

    private sealed record RecoveredMessage(string Type, Channel Channel, long Offset, string Epoch, bool Recovered, DateTimeOffset Timestamp);

    private sealed record UnsubscribedMessage(string Type, Channel Channel, DateTimeOffset Timestamp);

    private sealed record PongMessage(string Type, DateTimeOffset Timestamp);

    private sealed record AuthenticatedMessage(string Type, DateTimeOffset Timestamp);

    private sealed record ErrorMessage(string Type, string Code, string Message, DateTimeOffset Timestamp);

    private sealed record InvalidChannelMessage(
        string Type, string Code, string Message, IReadOnlyList<string> ValidChannels, DateTimeOffset Timestamp);
}

using StackExchange.Redis;
using Sure.Contracts.Calls;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Streams;

/// <summary>Where the channels' history is kept. One hash tag: a script may touch all of it on a cluster too.</summary>
internal static class StreamKeys
{
    /// <summary>How far the events of each producer were applied.</summary>
    public static readonly RedisKey Positions = "{realtime}:positions";

    /// <summary>Changes when the history begins anew; offsets of another epoch mean nothing.</summary>
    public static readonly RedisKey Epoch = "{realtime}:epoch";

    /// <summary>The last offset of each channel.</summary>
    public static readonly RedisKey Offsets = "{realtime}:offsets";

    /// <summary>Told what was appended (<see cref="Streams.News"/>).</summary>
    public static readonly RedisChannel News = RedisChannel.Literal("{realtime}:news");

    /// <summary>Told by a gateway that stops.</summary>
    public static readonly RedisChannel LeavingGateways = RedisChannel.Literal(LeavingGateway.Channel);

    /// <summary>The messages of a channel; the id is <c>offset-0</c>.</summary>
    public static RedisKey Stream(Channel channel) => $"{{realtime}}:stream:{channel.Word()}";

    /// <summary>The last message of each subject of a channel, as <c>offset body</c>.</summary>
    public static RedisKey Last(Channel channel) => $"{{realtime}}:last:{channel.Word()}";
}

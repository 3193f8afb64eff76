using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Connections;

namespace Sure.RealtimeService.Streams;

/// <summary>All channels of this instance.</summary>
public sealed class ChannelFeeds(IOptions<RealtimeOptions> options)
{
    private readonly Dictionary<Channel, ChannelFeed> _feeds =
        Words<Channel>.Members.ToDictionary(c => c, c => new ChannelFeed(c, options.Value.HistoryLength));

    private volatile bool _loaded;

    /// <summary>Whether the history was read; before that nobody can be told where a channel stands.</summary>
    public bool IsLoaded => _loaded;

    /// <summary>Each of them.</summary>
    public IEnumerable<ChannelFeed> All => _feeds.Values;

    /// <summary>One of them.</summary>
    public ChannelFeed this[Channel channel] => _feeds[channel];

    /// <summary>Says that every feed was loaded.</summary>
    public void MarkLoaded() => _loaded = true;

    /// <summary>Ends every subscription of a client that is gone.</summary>
    public void Forget(Subscriber subscriber)
    {
        foreach (var feed in All)
        {
            feed.Unsubscribe(subscriber);
        }
    }
}

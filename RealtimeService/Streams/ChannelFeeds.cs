using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Connections;

namespace Sure.RealtimeService.Streams;

/// <summary>All channels of this instance.</summary>
internal sealed class ChannelFeeds
{
    private readonly Dictionary<Channel, ChannelFeed> _feeds;

    private volatile bool _loaded;

    public ChannelFeeds(IOptions<RealtimeOptions> options, RealtimeMetrics metrics)
    {
        _feeds = Words<Channel>.Members.ToDictionary(c => c, c => new ChannelFeed(c, options.Value.HistoryLength, options.Value.HistoryAge));
        metrics.ObserveSubscriptions(() => All.Select(f => new Measurement<int>(f.Subscriptions, RealtimeMetrics.Of(f.Channel))));
    }

    /// <summary>Whether the history was read; before that nobody can be told where a channel stands.</summary>
    public bool IsLoaded => _loaded;

    /// <summary>Each of them.</summary>
    public IEnumerable<ChannelFeed> All => _feeds.Values;

    /// <summary>One of them.</summary>
    public ChannelFeed this[Channel channel] => _feeds[channel];

    /// <summary>Says that every feed was loaded.</summary>
    public void MarkLoaded() => _loaded = true;

    /// <summary>Ends every subscription of a client that is gone.</summary>
    public void Forget(SendQueue client)
    {
        foreach (var feed in All)
        {
            feed.Unsubscribe(client);
        }
    }
}

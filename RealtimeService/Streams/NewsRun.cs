using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Streams;

/// <summary>What was told and not yet delivered, by channel, as far as it follows what this instance knows without a gap.</summary>
/// <param name="feeds">What it knows.</param>
/// <param name="epoch">Of which history; null while none is known.</param>
internal sealed class NewsRun(ChannelFeeds feeds, string? epoch)
{
    private readonly Dictionary<Channel, List<StreamedMessage>> _messages = Words<Channel>.Members.ToDictionary(c => c, _ => new List<StreamedMessage>());

    /// <summary>How many messages these are.</summary>
    public int Count { get; private set; }

    /// <summary>Those of each channel, in order.</summary>
    public IEnumerable<(Channel Channel, IReadOnlyList<StreamedMessage> Messages)> All =>
        _messages.Where(c => c.Value.Count > 0).Select(c => (c.Key, (IReadOnlyList<StreamedMessage>)c.Value));

    /// <summary>
    /// Adds what is not known yet; false where something is missing before it, where it is of another history, or where it does not say
    /// what there is: only the streams can tell then.
    /// </summary>
    public bool TryAdd(News? news)
    {
        if (news is null || news.Epoch != epoch)
        {
            return false;
        }

        foreach (var (channel, message) in news.Messages)
        {
            var run = _messages[channel];
            var known = run is [.., var last] ? last.Offset : feeds[channel].Offset;
            if (message.Offset > known + 1)
            {
                return false;
            }

            if (message.Offset == known + 1)
            {
                run.Add(message);
                Count++;
            }
        }

        return true;
    }
}

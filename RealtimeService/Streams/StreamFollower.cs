using System.Threading.Channels;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Connections;
using Sure.ServiceDefaults.Problems;

namespace Sure.RealtimeService.Streams;

/// <summary>
/// Hands what is appended to the streams to the feeds: as it is told, and from the streams where that does not follow what is known, and every
/// second whether told or not. A history that began anew is another epoch: its offsets mean something else, so clients are sent away to come
/// back and learn it. So are those whose gateway says there that it stops.
/// </summary>
internal sealed partial class StreamFollower(
    IConnectionMultiplexer redis,
    ChannelFeeds feeds,
    ConnectionRegistry connections,
    RealtimeMetrics metrics,
    IOptions<RealtimeOptions> options,
    TimeProvider time,
    ILogger<StreamFollower> logger) : BackgroundService
{
    /// <summary>
    /// Handed out at once; well below what may wait for a client, so that a history which is caught up with is not taken for a client's slowness.
    /// </summary>
    private const int ReadSize = News.Limit;

    /// <summary>Between two full runs: time for clients to take the first.</summary>
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(5);

    /// <summary>What was told and is not taken yet. What finds no place is missed like what was never heard.</summary>
    private readonly Channel<byte[]> _told = System.Threading.Channels.Channel.CreateBounded<byte[]>(
        new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, AllowSynchronousContinuations = true });

    private string? _epoch;
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = false;
        var isDue = true;
        using var timer = new PeriodicTimer(options.Value.PollInterval, time);
        var tick = timer.WaitForNextTickAsync(stoppingToken).AsTask();
        var told = _told.Reader.WaitToReadAsync(stoppingToken).AsTask();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!listening)
                {
                    await ListenAsync();
                    listening = true;
                }

                if (isDue || !await TakeNewsAsync(stoppingToken))
                {
                    await ReadAsync(stoppingToken);
                }

                if (_failing)
                {
                    _failing = false;
                    Log.ReadingAgain(logger);
                }
            }
            catch (Exception exception) when (RedisFailure.Is(exception))
            {
                if (!_failing)
                {
                    _failing = true;
                    Log.NotReadable(logger, exception.Message);
                }
            }

            await Task.WhenAny(tick, told);
            isDue = tick.IsCompleted;
            tick = tick.IsCompleted ? timer.WaitForNextTickAsync(stoppingToken).AsTask() : tick;
            told = told.IsCompleted ? _told.Reader.WaitToReadAsync(stoppingToken).AsTask() : told;
        }
    }

    private static IEnumerable<StreamedMessage> Messages(IEnumerable<StreamEntry> entries) => entries.Select(e => new StreamedMessage(
        OffsetOf(e), e["k"] == "1" ? (string?)e["s"] : null, (string)e["b"]!, DateTimeOffset.FromUnixTimeMilliseconds(e["a"].IsNull ? 0 : (long)e["a"]), (string?)e["t"]));

    private static long OffsetOf(StreamEntry entry)
    {
        var id = (string)entry.Id!;
        return long.Parse(id.AsSpan(0, id.IndexOf('-', StringComparison.Ordinal)));
    }

    private async Task ListenAsync()
    {
        var subscriber = redis.GetSubscriber();
        try
        {
            // In order, which a handler of its own would not be given them in.
            (await subscriber.SubscribeAsync(StreamKeys.News)).OnMessage(news => _told.Writer.TryWrite(news.Message!));
            await subscriber.SubscribeAsync(StreamKeys.LeavingGateways, (_, gateway) => SendAway(gateway));
        }
        catch
        {
            // Or what is told would be kept where nobody takes it.
            await subscriber.UnsubscribeAsync(StreamKeys.News, flags: CommandFlags.FireAndForget);
            throw;
        }
    }

    private void SendAway(string? gateway)
    {
        if (Guid.TryParse(gateway, out var leaving))
        {
            connections.SendAway(leaving);
        }
    }

    /// <summary>Delivers what was told; false where the streams must be read.</summary>
    private async Task<bool> TakeNewsAsync(CancellationToken cancellationToken)
    {
        while (_told.Reader.TryPeek(out _))
        {
            var run = new NewsRun(feeds, _epoch);
            var (follows, isFull) = (true, false);
            while (follows && _told.Reader.TryPeek(out var told))
            {
                var news = News.Read(told);
                if (run.Count > 0 && run.Count + news?.Messages.Count > ReadSize)
                {
                    isFull = true;
                    break;
                }

                _told.Reader.TryRead(out _);
                follows = run.TryAdd(news);
            }

            foreach (var (channel, messages) in run.All)
            {
                Deliver(feeds[channel], messages);
            }

            if (!follows)
            {
                return false;
            }

            if (isFull)
            {
                await Task.Delay(Pace, time, cancellationToken);
            }
        }

        return true;
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        var database = redis.GetDatabase();
        while (true)
        {
            // One transaction: what is read belongs to the epoch that is read with it.
            var transaction = database.CreateTransaction();
            var current = transaction.StringGetAsync(StreamKeys.Epoch);
            var reads = feeds.All
                .Select(feed => (Feed: feed, Entries: transaction.StreamRangeAsync(StreamKeys.Stream(feed.Channel), $"{feed.Offset + 1}-0", "+", ReadSize)))
                .ToList();
            await transaction.ExecuteAsync();
            if ((string?)await current is not { } epoch)
            {
                // Nothing was appended yet; who makes the history begins an epoch with its first message.
                return;
            }

            if (epoch != _epoch)
            {
                await LoadAsync(database, epoch);
                return;
            }

            var more = false;
            foreach (var (feed, read) in reads)
            {
                var entries = await read;
                if (entries.Length > 0 && OffsetOf(entries[0]) != feed.Offset + 1)
                {
                    // More was appended than is kept before this instance has read it: clients cannot be told what they missed.
                    await LoadAsync(database, epoch);
                    return;
                }

                Deliver(feed, [.. Messages(entries)]);
                more |= entries.Length == ReadSize;
            }

            if (!more)
            {
                return;
            }

            await Task.Delay(Pace, time, cancellationToken);
        }
    }

    private void Deliver(ChannelFeed feed, IReadOnlyList<StreamedMessage> messages)
    {
        feed.Append(messages);
        var now = time.GetUtcNow();
        foreach (var message in messages)
        {
            metrics.Delivered(feed.Channel, now - message.AppendedAt);
        }
    }

    private async Task LoadAsync(IDatabase database, string epoch)
    {
        foreach (var feed in feeds.All)
        {
            // One transaction: the last messages, the history and the offset are of the same moment.
            var transaction = database.CreateTransaction();
            var offset = transaction.HashGetAsync(StreamKeys.Offsets, feed.Channel.Word());
            var history = transaction.StreamRangeAsync(StreamKeys.Stream(feed.Channel), "-", "+", options.Value.HistoryLength, Order.Descending);
            var last = transaction.HashGetAllAsync(StreamKeys.Last(feed.Channel));
            await transaction.ExecuteAsync();
            feed.Load(epoch, (long)await offset, Messages((await history).Reverse()), (await last).Select(SnapshotOf));
        }

        var before = _epoch;
        _epoch = epoch;
        feeds.MarkLoaded();
        if (before is null)
        {
            return;
        }

        if (before == epoch)
        {
            Log.Missed(logger);
        }
        else
        {
            Log.BegunAnew(logger, before, epoch);
        }

        connections.SendAway();
    }

    private static StreamedMessage SnapshotOf(HashEntry entry)
    {
        var text = (string)entry.Value!;
        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return new StreamedMessage(long.Parse(text.AsSpan(0, space)), (string)entry.Name!, text[(space + 1)..], DateTimeOffset.UnixEpoch);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Warning, Message = "The channels' history cannot be read; trying again: {Reason}")]
        public static partial void NotReadable(ILogger logger, string reason);

        [LoggerMessage(Level = LogLevel.Information, Message = "The channels' history is read again")]
        public static partial void ReadingAgain(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "More was appended than is kept before it was read; clients are asked to come back")]
        public static partial void Missed(ILogger logger);

        [LoggerMessage(Level = LogLevel.Warning, Message = "The history begins anew (epoch {Before}, now {After}); clients are asked to come back")]
        public static partial void BegunAnew(ILogger logger, string before, string after);
    }
}

using System.Reflection;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Intake;
using Sure.Coordination.Outbox;
using Sure.Coordination.Telemetry;
using Sure.RealtimeService.Channels;

using ChannelMessage = Sure.RealtimeService.Channels.ChannelMessage;

namespace Sure.RealtimeService.Streams;

/// <summary>
/// Appends what clients are told of events to the channels' streams. Messages and the position in the producer's events change in one
/// script, so each event is told once, whoever receives it how often.
/// </summary>
internal sealed class StreamSink(IConnectionMultiplexer redis, IHttpClientFactory clients, IOptions<RealtimeOptions> options, TimeProvider time) : IEventSink
{
    public const string ClientName = "snapshot";

    private const string Missing = "-";
    private const int PageSize = 1000;

    private static readonly string Script = ReadScript("append.lua");

    private static readonly RedisKey[] Keys =
    [
        StreamKeys.Positions, StreamKeys.Epoch, StreamKeys.Offsets,
        .. Words<Channel>.Members.SelectMany(c => new[] { StreamKeys.Stream(c), StreamKeys.Last(c) }),
    ];

    private static readonly RedisValue[] ChannelNames = [Words<Channel>.All.Count, .. Words<Channel>.All.Select(c => (RedisValue)c)];

    public async Task<long?> GetLastAppliedAsync(string producer, CancellationToken cancellationToken)
    {
        var position = await redis.GetDatabase().HashGetAsync(StreamKeys.Positions, producer).WaitAsync(cancellationToken);
        return position.IsNull ? null : (long)position;
    }

    public Task<bool> TryApplyAsync(string producer, IReadOnlyList<EventEnvelope> events, CancellationToken cancellationToken) =>
        AppendAsync(
            producer,
            events[0].Sequence - 1,
            events[^1].Sequence,
            [.. events.Select(Translate).OfType<ChannelMessage>()],
            cancellationToken);

    /// <summary>
    /// Only the last message of each subject is told: clients learn what is so, not again what was. One page of the newest events says it,
    /// for services tell their whole state in every cycle.
    /// </summary>
    public async Task RebuildAsync(string producer, long? seen, long firstKept, long last, CancellationToken cancellationToken)
    {
        var events = firstKept > last ? [] : await ReadNewestAsync(producer, firstKept, last, cancellationToken);
        var newestFirst = events.Reverse().Select(e => e.Open()).OfType<IPlatformEvent>().SelectMany(Translation.ForSnapshot);
        ChannelMessage[] latest = [.. newestFirst.DistinctBy(m => (m.Channel, m.Subject)).Reverse()];

        // Where another instance was faster, its result stands.
        await AppendAsync(
            producer, seen is { } applied ? applied : Missing, events is [.., var newest] ? newest.Sequence : last, latest, cancellationToken);
    }

    private async Task<IReadOnlyList<EventEnvelope>> ReadNewestAsync(string producer, long firstKept, long last, CancellationToken cancellationToken)
    {
        using var client = clients.CreateClient(ClientName);
        var uri = new Uri($"http://{producer}{OutboxEndpoints.Path}?after={Math.Max(firstKept - 1, last - PageSize)}&limit={PageSize}");
        var page = await client.GetFromJsonAsync<EventPage>(uri, SureJson.Internal, cancellationToken);
        return page?.Events ?? throw new InvalidOperationException($"{producer} answered no page of events.");
    }

    /// <summary>The message goes on with the trace of the event: from the present work where that is part of it.</summary>
    private static ChannelMessage? Translate(EventEnvelope told)
    {
        if (told.Open() is not { } known || Translation.Of(known) is not { } message)
        {
            return null;
        }

        var cause = told.Traces().FirstOrDefault(Causes.IsRecorded);
        return message with { Trace = Causes.Write(Causes.Current.TraceId == cause.TraceId ? Causes.Current : cause) };
    }

    private async Task<bool> AppendAsync(
        string producer, RedisValue expected, long position, IReadOnlyCollection<ChannelMessage> messages, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        RedisValue[] arguments =
        [
            producer,
            expected,
            position,
            Guid.CreateVersion7(now).ToString("N"),
            options.Value.HistoryLength,
            now.ToUnixTimeMilliseconds(),
            (now - options.Value.HistoryAge).ToUnixTimeMilliseconds(),
            StreamKeys.News.ToString(),
            News.Limit,
            .. ChannelNames,
            .. messages.SelectMany(m => new RedisValue[] { (int)m.Channel + 1, m.Subject is null ? 0 : 1, m.Subject ?? "", m.Body, m.Trace ?? "" }),
        ];
        return (int)await redis.GetDatabase().ScriptEvaluateAsync(Script, Keys, arguments).WaitAsync(cancellationToken) >= 0;
    }

    private static string ReadScript(string name)
    {
        var assembly = Assembly.GetExecutingAssembly();
        var resource = assembly.GetManifestResourceNames().Single(n => n.EndsWith(name, StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }
}

using System.Diagnostics.Metrics;
using System.Net.WebSockets;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Protocol;

namespace Sure.RealtimeService;

/// <summary>What this instance measures, meter <c>Sure.Realtime</c>.</summary>
internal sealed class RealtimeMetrics
{
    private readonly Meter _meter;
    private readonly Counter<long> _messages;
    private readonly Counter<long> _bytes;
    private readonly Counter<long> _closed;
    private readonly Counter<long> _evictions;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _recoveries;
    private readonly Histogram<double> _delivery;

    public RealtimeMetrics(IMeterFactory meters)
    {
        _meter = meters.Create("Sure.Realtime");
        _messages = _meter.CreateCounter<long>("sure.realtime.messages.sent", "{message}", "Messages written to clients.");
        _bytes = _meter.CreateCounter<long>("sure.realtime.bytes.sent", "By", "Bytes written to clients, frame headers included.");
        _closed = _meter.CreateCounter<long>("sure.realtime.closed", "{connection}", "Connections closed by the server, by status.");
        _evictions = _meter.CreateCounter<long>("sure.realtime.evictions", "{connection}", "Connections closed because the client did not keep up (4008).");
        _refused = _meter.CreateCounter<long>("sure.realtime.refused", "{connection}", "Connections refused because there were too many: of the instance, or of their address.");
        _recoveries = _meter.CreateCounter<long>("sure.realtime.recoveries", "{subscription}", "Subscriptions with since, by channel and whether what was missed could be had.");
        _delivery = _meter.CreateHistogram(
            "sure.realtime.delivery.duration",
            "s",
            "From when a message got its place in the channel until it was handed to every connection of this instance, by channel.",
            advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60] });
        // Of a counter that begins with its first 1 no increase is seen.
        _evictions.Add(0);
        foreach (var channel in Words<Channel>.Members)
        {
            _recoveries.Add(0, Of(channel), Outcome(hit: true));
            _recoveries.Add(0, Of(channel), Outcome(hit: false));
        }
    }

    /// <summary>The tag of a channel.</summary>
    public static KeyValuePair<string, object?> Of(Channel channel) => new("sure.channel", channel.Word());

    public void ObserveConnections(Func<int> connections, Func<long> waiting, Func<long> longest)
    {
        _meter.CreateObservableUpDownCounter("sure.realtime.connections", connections, "{connection}", "Connected clients.");
        _meter.CreateObservableUpDownCounter("sure.realtime.queue.messages", waiting, "{message}", "Messages that wait for clients.");
        _meter.CreateObservableGauge("sure.realtime.queue.longest", longest, "{message}", "Messages that wait for the client for which most wait.");
    }

    public void ObserveSubscriptions(Func<IEnumerable<Measurement<int>>> subscriptions) =>
        _meter.CreateObservableUpDownCounter("sure.realtime.subscriptions", subscriptions, "{subscription}", "Subscriptions, by channel.");

    public void Sent(int messages, int bytes)
    {
        _messages.Add(messages);
        _bytes.Add(bytes);
    }

    public void Closed(WebSocketCloseStatus status)
    {
        _closed.Add(1, new KeyValuePair<string, object?>("sure.status", (int)status));
        if (status == CloseStatus.SlowConsumer)
        {
            _evictions.Add(1);
        }
    }

    /// <summary>There is no place for a client: of the instance, or of its address.</summary>
    public void Refused(bool isFull) => _refused.Add(1, new KeyValuePair<string, object?>("sure.limit", isFull ? "instance" : "address"));

    public void Recovered(Channel channel, bool hit) =>
        _recoveries.Add(1, Of(channel), Outcome(hit));

    public void Delivered(Channel channel, TimeSpan duration) => _delivery.Record(Math.Max(0, duration.TotalSeconds), Of(channel));

    private static KeyValuePair<string, object?> Outcome(bool hit) => new("sure.outcome", hit ? "hit" : "miss");
}

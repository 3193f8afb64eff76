using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.WebSockets;
using Sure.RealtimeService.Tests.Hosts;
using Sure.Rfc6455;

namespace Sure.RealtimeService.Tests;

public sealed class MetricsTests
{
    /// <summary>An instance that is full needs others beside it; an address that wants too much does not.</summary>
    [Theory]
    [InlineData("Realtime:Connections", "instance")]
    [InlineData("Realtime:ConnectionsPerAddress", "address")]
    public async Task Who_finds_no_place_is_counted_by_the_limit_that_it_met(string setting, string limit)
    {
        await using var host = await RealtimeHost.ReadyAsync((setting, "1"));
        var refused = new ConcurrentQueue<string?>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name == "sure.realtime.refused" && ReferenceEquals(instrument.Meter.Scope, host.Instance(0).Services.GetService(typeof(IMeterFactory))))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => refused.Enqueue((string?)Assert.Single(tags.ToArray()).Value));
        meters.Start();

        using var one = await Listener.ConnectAsync(host.Address);
        await Assert.ThrowsAsync<WebSocketException>(() => Listener.ConnectAsync(host.Address));

        Assert.Equal([limit], refused);
    }

    [Fact]
    public async Task What_happens_on_connections_is_measured()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:WaitingMessages", "40"));
        var seen = new ConcurrentDictionary<string, double>(StringComparer.Ordinal);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Meter.Name == "Sure.Realtime" && instrument.Meter.Scope is IMeterFactory scope && ReferenceEquals(scope, host.Instance(0).Services.GetService(typeof(IMeterFactory))))
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        listener.Start();

        using var client = await Listener.ConnectAsync(host.Address);
        var epoch = (string)(await client.SubscribeAsync("tranche_apy"))["epoch"]!;
        await client.NextAsync();
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.2m));
        await client.NextAsync();
        await client.SubscribeAsync("tranche_apy", $$""","since":1,"epoch":"{{epoch}}" """);
        await client.NextAsync();
        await client.SubscribeAsync("tranche_apy", ""","since":1,"epoch":"another" """);

        using var slow = await RawSocket.ConnectAsync(host.Address, receiveBuffer: 4096);
        await slow.SendAsync(RawSocket.Text("""{"action":"subscribe","channel":"tranche_apy"}"""));
        await slow.ReadAsync();
        listener.RecordObservableInstruments();
        Assert.Equal((2, 2), (seen["sure.realtime.connections"], seen["sure.realtime.subscriptions tranche_apy"]));
        Assert.Equal((1, 1), (seen["sure.realtime.recoveries tranche_apy hit"], seen["sure.realtime.recoveries tranche_apy miss"]));
        Assert.Contains("sure.realtime.queue.messages", seen.Keys);
        Assert.Contains("sure.realtime.queue.longest", seen.Keys);
        Assert.InRange(seen["sure.realtime.delivery.duration tranche_apy"], 0, 60);
        // Welcome, three answers, a snapshot, a live message, a recovered one, and a snapshot; to the other one at least the first three.
        Assert.True(seen["sure.realtime.messages.sent"] >= 11, $"{seen["sure.realtime.messages.sent"]} messages");
        Assert.True(seen["sure.realtime.bytes.sent"] > 100 * seen["sure.realtime.messages.sent"], $"{seen["sure.realtime.bytes.sent"]} bytes");

        host.Producers.Tell("utilizationservice", Enumerable.Range(0, 4000).Select(_ => Producers.Tranches(0.2m)));
        await Waiting.UntilAsync(() => seen.ContainsKey("sure.realtime.evictions"), "the slow client is evicted");
        Assert.Equal(4008, await slow.UntilClosedAsync());
        await Waiting.UntilAsync(() => seen.ContainsKey("sure.realtime.closed 4008"), "and counted by its status");

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = instrument.Name + string.Concat(tags.ToArray().Select(t => $" {t.Value}"));
            _ = instrument is ObservableInstrument<int> or ObservableInstrument<long>
                ? seen[name] = value
                : seen.AddOrUpdate(name, value, (_, before) => before + value);
        }
    }
}

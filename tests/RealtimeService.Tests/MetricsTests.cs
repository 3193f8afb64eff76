using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net.WebSockets;
using Sure.RealtimeService.Tests.Hosts;

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

    /// <summary>Of a counter that begins with its first 1 no increase is seen.</summary>
    [Fact]
    public async Task What_happens_seldom_is_counted_from_the_start()
    {
        var zeros = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, l) =>
            {
                if (instrument.Name is "sure.realtime.evictions" or "sure.realtime.recoveries")
                {
                    l.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (value == 0)
            {
                zeros[instrument.Name + string.Concat(tags.ToArray().Select(t => $" {t.Value}"))] = 0;
            }
        });
        meters.Start();

        await using var host = await RealtimeHost.ReadyAsync();

        string[] expected = ["sure.realtime.evictions", "sure.realtime.recoveries tranche_apy hit", "sure.realtime.recoveries risk_alerts miss"];
        Assert.Empty(expected.Except(zeros.Keys, StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_happens_on_connections_is_measured()
    {
        await using var host = await RealtimeHost.ReadyAsync();
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
        var toldAt = TimeProvider.System.GetTimestamp();
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.2m));
        await client.NextAsync();
        await Waiting.UntilAsync(() => seen.ContainsKey("sure.realtime.delivery.duration tranche_apy"), "its delivery is measured");
        // Of one message, in seconds; its place was given by the millisecond.
        Assert.InRange(
            seen["sure.realtime.delivery.duration tranche_apy"], double.Epsilon, TimeProvider.System.GetElapsedTime(toldAt).TotalSeconds + 0.001);
        await client.SubscribeAsync("tranche_apy", $$""","since":1,"epoch":"{{epoch}}" """);
        await client.NextAsync();
        await client.SubscribeAsync("tranche_apy", ""","since":1,"epoch":"another" """);

        using var slow = await host.StalledAsync();
        await Waiting.UntilAsync(() => Observe("sure.realtime.connections") == 2, "who asked where the channel stands is gone");
        Assert.Equal((1, 1), (seen["sure.realtime.subscriptions tranche_apy"], seen["sure.realtime.subscriptions risk_alerts"]));
        Assert.Equal((1, 1), (seen["sure.realtime.recoveries tranche_apy hit"], seen["sure.realtime.recoveries tranche_apy miss"]));
        // Most of the 2 000 that it asked for and does not read.
        Assert.InRange(seen["sure.realtime.queue.longest"], 1_000, 2_001);
        Assert.Equal(seen["sure.realtime.queue.longest"], seen["sure.realtime.queue.messages"]);
        // Welcome, three answers, a snapshot, a live message, a recovered one, and a snapshot; to the two others at least three.
        Assert.True(seen["sure.realtime.messages.sent"] >= 11, $"{seen["sure.realtime.messages.sent"]} messages");
        Assert.True(seen["sure.realtime.bytes.sent"] > 100 * seen["sure.realtime.messages.sent"], $"{seen["sure.realtime.bytes.sent"]} bytes");

        host.Producers.Tell("riskservice", Enumerable.Range(0, 400).Select(_ => Producers.Alert("m")));
        await Waiting.UntilAsync(() => host.IsEvicted, "the slow client is evicted");
        slow.Dispose();
        await Waiting.UntilAsync(() => seen.ContainsKey("sure.realtime.evictions"), "that is counted");
        await Waiting.UntilAsync(() => seen.ContainsKey("sure.realtime.closed 4008"), "and counted by its status");

        double Observe(string gauge)
        {
            listener.RecordObservableInstruments();
            return seen[gauge];
        }

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var name = instrument.Name + string.Concat(tags.ToArray().Select(t => $" {t.Value}"));
            _ = instrument is ObservableInstrument<int> or ObservableInstrument<long>
                ? seen[name] = value
                : seen.AddOrUpdate(name, value, (_, before) => before + value);
        }
    }
}

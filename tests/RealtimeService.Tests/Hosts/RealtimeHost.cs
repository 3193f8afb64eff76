using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Sure.Contracts.Events;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Connections;
using Sure.RealtimeService.Streams;
using Sure.Rfc6455;
using Sure.TestServers;

namespace Sure.RealtimeService.Tests.Hosts;

/// <summary>RealtimeService as it runs, on a Redis of its own, with producers that tests speak for.</summary>
internal sealed class RealtimeHost : IAsyncDisposable
{
    private readonly List<TestService> _instances = [];
    private readonly ConcurrentDictionary<ServiceOfRequest, bool> _requests = new();

    private RealtimeHost(Producers producers)
    {
        Producers = producers;
    }

    public RedisServer Redis { get; } = new();

    public Producers Producers { get; }

    /// <summary>What is logged of connections that ended.</summary>
    public EndedConnections Ended { get; } = new();

    /// <summary>What is logged at all.</summary>
    public LoggedLines Lines { get; } = new();

    public Uri Address => AddressOf(0);

    /// <summary>Requests whose services have not been let go of.</summary>
    public int Requests => _requests.Count;

    public static Task<RealtimeHost> StartAsync(int instances = 1, params IEnumerable<(string Name, string Value)> settings) =>
        StartAsync(TimeProvider.System, instances, settings);

    private static async Task<RealtimeHost> StartAsync(TimeProvider time, int instances, IEnumerable<(string Name, string Value)> settings)
    {
        var host = new RealtimeHost(await Producers.StartAsync());
        await host.Redis.StartAsync();
        for (var i = 0; i < instances; i++)
        {
            host._instances.Add(await TestService.StartAsync(
                "RealtimeService",
                new Dictionary<string, string?>(host.Producers.Settings.Concat(settings.Select(s => KeyValuePair.Create(s.Name, (string?)s.Value))))
                {
                    ["ConnectionStrings:cache"] = host.Redis.ConnectionString,
                    ["Intake:CatchUpInterval"] = "00:00:00.1",
                    ["Realtime:PollInterval"] = Given("Realtime:PollInterval") ?? "00:00:00.2",
                    ["Realtime:DrainDelay"] = Given("Realtime:DrainDelay") ?? "00:00:00",
                },
                b =>
                {
                    b.AddRealtimeService();
                    b.Services.AddSingleton(time);
                    b.Logging.AddProvider(host.Ended);
                    b.Logging.AddProvider(host.Lines);
                    b.Services.AddScoped(_ => new ServiceOfRequest(host));
                },
                a =>
                {
                    a.Use((context, next) =>
                    {
                        context.RequestServices.GetRequiredService<ServiceOfRequest>();
                        return next(context);
                    });
                    a.MapRealtimeService();
                }));
        }

        return host;

        string? Given(string name) => settings.FirstOrDefault(s => s.Name == name).Value;
    }

    /// <summary>One instance with one message in <c>tranche_apy</c>, which lets clients in.</summary>
    public static Task<RealtimeHost> ReadyAsync(params IEnumerable<(string Name, string Value)> settings) => ReadyAsync(TimeProvider.System, settings);

    /// <inheritdoc cref="ReadyAsync(IEnumerable{ValueTuple{string, string}})" />
    public static async Task<RealtimeHost> ReadyAsync(TimeProvider time, params IEnumerable<(string Name, string Value)> settings)
    {
        var host = await StartAsync(time, instances: 1, settings);
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.1m));
        await host.ReachedAsync(Channel.TrancheApy, 1);
        return host;
    }

    /// <summary>Whether a client of the first instance was given up.</summary>
    public bool IsEvicted => _instances[0].Services.GetRequiredService<ConnectionRegistry>().Clients.Any(c => c.Queue.IsGivenUp);

    public TestService Instance(int instance) => _instances[instance];

    public Uri AddressOf(int instance) => new UriBuilder(_instances[instance].Client.BaseAddress!) { Scheme = "ws", Path = "/ws" }.Uri;

    public ChannelFeed Feed(Channel channel, int instance = 0) => _instances[instance].Services.GetRequiredService<ChannelFeeds>()[channel];

    /// <summary>Waits until an instance knows a channel up to an offset, and all of them well enough to let clients in.</summary>
    public Task ReachedAsync(Channel channel, long offset, int instance = 0) => Waiting.UntilAsync(
        () => Feed(channel, instance).Offset >= offset && _instances[instance].Services.GetRequiredService<ChannelFeeds>().IsLoaded,
        $"{channel} reaches {offset}");

    /// <summary>
    /// A client that reads nothing, for which 2 000 messages of <c>risk_alerts</c> wait that it has asked for: 16 MB, more than the system itself
    /// holds for a client.
    /// </summary>
    /// <param name="subscriptions">How often it asks for them, in one go.</param>
    public async Task<RawSocket> StalledAsync(int subscriptions = 1)
    {
        using var other = await Listener.ConnectAsync(Address);
        var epoch = (string)(await other.SubscribeAsync("tranche_apy"))["epoch"]!;
        Producers.Tell("riskservice", Enumerable.Range(0, 2000).Select(_ => Producers.Alert(new string('m', 8000))));
        await ReachedAsync(Channel.RiskAlerts, 2000);

        var stalled = await RawSocket.ConnectAsync(Address, receiveBuffer: 4096);
        var subscribe = RawSocket.Text($$"""{"action":"subscribe","channel":"risk_alerts","since":0,"epoch":"{{epoch}}"}""");
        await stalled.SendAsync(Enumerable.Repeat(subscribe, subscriptions).SelectMany(s => s).ToArray());
        await Waiting.UntilAsync(() => Feed(Channel.RiskAlerts).Subscriptions == 1, "it is subscribed");
        return stalled;
    }

    /// <summary>Appends messages to <c>tranche_apy</c> of which no instance is told.</summary>
    /// <param name="count">How many.</param>
    /// <param name="kept">How many its history keeps.</param>
    public async Task AppendUnheardAsync(int count, int kept)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Redis.ConnectionString);
        var append = redis.GetDatabase().CreateTransaction();
        for (var offset = Feed(Channel.TrancheApy).Offset + 1; count > 0; offset++, count--)
        {
            _ = append.HashIncrementAsync(StreamKeys.Offsets, "tranche_apy");
            _ = append.StreamAddAsync(
                StreamKeys.Stream(Channel.TrancheApy),
                [new("a", TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()), new("k", 1), new("s", ""), new("b", """{"channel":"tranche_apy"}""")],
                $"{offset}-0",
                kept);
        }

        await append.ExecuteAsync();
    }

    /// <summary>Appends what a producer of which the instances know nothing tells, all at once, as an instance does.</summary>
    public async Task AppendElsewhereAsync(IEnumerable<IPlatformEvent> events)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Redis.ConnectionString);
        var sink = new StreamSink(redis, null!, Options.Create(new RealtimeOptions()), TimeProvider.System);
        await sink.RebuildAsync("elsewhere", seen: null, firstKept: 1, last: 0, CancellationToken.None);
        Assert.True(await sink.TryApplyAsync("elsewhere", [.. events.Select((e, i) => Producers.Envelope("elsewhere", i + 1, e))], CancellationToken.None));
    }

    /// <summary>Tells the instances of news as an append does, which nobody has appended.</summary>
    public Task PublishAsync(params string[] news) => PublishAsync([news]);

    /// <summary>Tells them of several, one after the other.</summary>
    public async Task PublishAsync(IEnumerable<string[]> news)
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(Redis.ConnectionString);
        var heard = await Task.WhenAll(news.Select(n => redis.GetSubscriber().PublishAsync(StreamKeys.News, JsonSerializer.Serialize(n))));
        Assert.All(heard, count => Assert.True(count > 0));
    }

    /// <summary>Stops an instance as an operator would.</summary>
    public async Task StopAsync(int instance)
    {
        await _instances[instance].DisposeAsync();
        _instances.RemoveAt(instance);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await Producers.DisposeAsync();
        await Redis.DisposeAsync();
    }

    /// <summary>Counts as long as it lives.</summary>
    private sealed class ServiceOfRequest : IDisposable
    {
        private readonly RealtimeHost _host;

        public ServiceOfRequest(RealtimeHost host)
        {
            _host = host;
            host._requests[this] = true;
        }

        public void Dispose() => _host._requests.TryRemove(this, out _);
    }
}

/// <summary>Waits for what happens in the background.</summary>
internal static class Waiting
{
    public static Task UntilAsync(Func<bool> condition, string what) =>
        Eventually.HoldsAsync(() => Task.FromResult(condition()), what, TestContext.Current.CancellationToken);
}

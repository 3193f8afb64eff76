using System.Net;
using System.Net.WebSockets;
using StackExchange.Redis;
using Sure.Contracts.Calls;
using Sure.RealtimeService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.RealtimeService.Tests;

public sealed class DrainTests
{
    [Fact]
    public async Task Before_it_stops_it_is_not_ready_and_then_sends_its_clients_away_one_after_the_other()
    {
        var time = new HeldTime(TimeSpan.FromSeconds(7));
        await using var host = await RealtimeHost.ReadyAsync(time, ("Realtime:DrainDelay", "00:00:07"), ("Realtime:ReconnectsPerSecond", "2"));
        var clients = new List<Listener>();
        for (var i = 0; i < 3; i++)
        {
            clients.Add(await Listener.ConnectAsync(host.Address));
        }

        var health = new Uri("/health", UriKind.Relative);
        Assert.Equal(HttpStatusCode.OK, (await host.Instance(0).Client.GetAsync(health, TestContext.Current.CancellationToken)).StatusCode);
        var closed = clients.Select(async c => (Status: await c.UntilClosedAsync(), Reason: c.CloseReason)).ToList();
        using var http = new HttpClient { BaseAddress = host.Instance(0).Client.BaseAddress };
        var address = host.Address;
        var stopping = host.StopAsync(0);

        // Those who are connected stay until whoever sends clients here has had time to learn that it is not ready.
        await Waiting.UntilAsync(() => http.GetAsync(health).GetAwaiter().GetResult().StatusCode == HttpStatusCode.ServiceUnavailable, "it is not ready");
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => Listener.ConnectAsync(address));
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(closed, c => c.IsCompleted);
        await time.GoOnAsync();

        var ends = await Task.WhenAll(closed);
        await stopping;
        Assert.All(ends, e => Assert.Equal((WebSocketCloseStatus)1012, e.Status));
        Assert.Equal(["reconnect_in=0ms", "reconnect_in=1000ms", "reconnect_in=500ms"], ends.Select(e => e.Reason).Order(StringComparer.Ordinal));
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Before_it_knows_where_the_channels_stand_it_has_not_started()
    {
        await using var producers = await Producers.StartAsync();
        await using var service = await TestService.StartAsync(
            "RealtimeService",
            // Nobody listens there.
            new Dictionary<string, string?>(producers.Settings) { ["ConnectionStrings:cache"] = "127.0.0.1:1,connectTimeout=100" },
            b => b.AddRealtimeService(),
            a => a.MapRealtimeService());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (await StatusAsync("/started"), await StatusAsync("/alive")));
        await using var ready = await RealtimeHost.ReadyAsync();
        using var started = await ready.Instance(0).Client.GetAsync(new Uri("/started", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, started.StatusCode);

        async Task<HttpStatusCode> StatusAsync(string path)
        {
            using var answer = await service.Client.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task When_a_gateway_stops_the_clients_that_came_by_it_are_sent_away_and_no_others()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:ReconnectsPerSecond", "2"));
        var (leaving, staying) = (Guid.CreateVersion7(Producers.Noon), Guid.CreateVersion7(Producers.Noon));
        using var first = await ComeByAsync(leaving);
        using var second = await ComeByAsync(leaving);
        using var other = await ComeByAsync(staying);
        using var direct = await Listener.ConnectAsync(host.Address);

        await using (var redis = await ConnectionMultiplexer.ConnectAsync(host.Redis.ConnectionString))
        {
            await redis.GetSubscriber().PublishAsync(RedisChannel.Literal(LeavingGateway.Channel), "nonsense");
            await redis.GetSubscriber().PublishAsync(RedisChannel.Literal(LeavingGateway.Channel), leaving.ToString());
        }

        Assert.Equal((WebSocketCloseStatus)1012, await first.UntilClosedAsync());
        Assert.Equal((WebSocketCloseStatus)1012, await second.UntilClosedAsync());
        Assert.Equal(["reconnect_in=0ms", "reconnect_in=500ms"], new[] { first.CloseReason, second.CloseReason }.Order(StringComparer.Ordinal));
        await other.SubscribeAsync("tranche_apy");
        await direct.SubscribeAsync("tranche_apy");

        Task<Listener> ComeByAsync(Guid gateway) => Listener.ConnectAsync(host.Address, o => o.SetRequestHeader(LeavingGateway.Header, gateway.ToString()));
    }

    /// <summary>The system's time, but that one wait, known by its length, ends when a test says so.</summary>
    private sealed class HeldTime(TimeSpan length) : TimeProvider
    {
        private readonly TaskCompletionSource<ITimer> _held = new();

        public async Task GoOnAsync() => (await _held.Task.WaitAsync(TimeSpan.FromSeconds(60))).Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            if (dueTime != length || !_held.TrySetResult(timer))
            {
                timer.Change(dueTime, period);
            }

            return timer;
        }
    }
}

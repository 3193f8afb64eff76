using System.Net;
using System.Net.WebSockets;
using Sure.RealtimeService.Tests.Hosts;

namespace Sure.RealtimeService.Tests;

public sealed class DrainTests
{
    [Fact]
    public async Task Before_it_stops_it_is_not_ready_and_then_sends_its_clients_away_one_after_the_other()
    {
        await using var host = await RealtimeHost.ReadyAsync(("Realtime:DrainDelay", "00:00:05"), ("Realtime:ReconnectsPerSecond", "2"));
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

        // Those who are connected are served until whoever sends clients here has had time to learn that it is not ready.
        await Waiting.UntilAsync(() => http.GetAsync(health).GetAwaiter().GetResult().StatusCode == HttpStatusCode.ServiceUnavailable, "it is not ready");
        Assert.DoesNotContain(closed, c => c.IsCompleted);
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => Listener.ConnectAsync(address));
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);

        var ends = await Task.WhenAll(closed);
        await stopping;
        Assert.All(ends, e => Assert.Equal((WebSocketCloseStatus)1012, e.Status));
        Assert.Equal(["reconnect_in=0ms", "reconnect_in=1000ms", "reconnect_in=500ms"], ends.Select(e => e.Reason).Order(StringComparer.Ordinal));
        clients.ForEach(c => c.Dispose());
    }
}

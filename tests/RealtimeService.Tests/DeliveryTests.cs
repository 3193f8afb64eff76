using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;
using Sure.RealtimeService.Streams;
using Sure.RealtimeService.Tests.Hosts;

namespace Sure.RealtimeService.Tests;

/// <summary>From events of other services to clients, through a real Redis.</summary>
public sealed class DeliveryTests
{
    /// <summary>Streams are not looked at but for a reason.</summary>
    private static readonly (string Name, string Value) Unasked = ("Realtime:PollInterval", "00:01:00");

    [Fact]
    public async Task What_a_service_tells_reaches_clients_in_order_whichever_instance_they_are_on()
    {
        await using var host = await RealtimeHost.StartAsync(instances: 2);
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.1m));
        await host.ReachedAsync(Channel.TrancheApy, 1);
        await host.ReachedAsync(Channel.TrancheApy, 1, instance: 1);
        using var one = await Listener.ConnectAsync(host.AddressOf(0));
        using var other = await Listener.ConnectAsync(host.AddressOf(1));
        foreach (var client in new[] { one, other })
        {
            Assert.Equal(1, (long)(await client.SubscribeAsync("tranche_apy"))["offset"]!);
            Assert.True((bool?)(await client.NextAsync())!["snapshot"]);
        }

        host.Producers.Tell("utilizationservice", Enumerable.Range(2, 50).Select(i => Producers.Tranches(i / 100m)));

        foreach (var client in new[] { one, other })
        {
            for (var i = 2; i <= 51; i++)
            {
                var message = (await client.NextAsync())!;
                Assert.Equal((i, i / 100m), ((long)message["offset"]!, (decimal)message["tranches"]![0]!["utilization"]!));
            }
        }
    }

    [Fact]
    public async Task An_instance_that_starts_later_tells_the_same_history()
    {
        await using var host = await RealtimeHost.StartAsync();
        host.Producers.Tell("bridgeservice", Producers.Health("a", 1m), Producers.Health("b", 0.9m), Producers.Health("a", 0.8m));
        await host.ReachedAsync(Channel.BridgeHealth, 2);
        using var client = await Listener.ConnectAsync(host.Address);

        await client.SubscribeAsync("bridge_health");

        // What was told before anybody kept it is a snapshot: the last message of each subject.
        var snapshot = new[] { (await client.NextAsync())!, (await client.NextAsync())! };
        Assert.Equal([("b", 0.9m), ("a", 0.8m)], snapshot.Select(m => ((string)m["bridge_id"]!, (decimal)m["current_score"]!)));
    }

    [Fact]
    public async Task While_Redis_is_away_messages_wait_and_then_arrive_in_order()
    {
        await using var host = await RealtimeHost.StartAsync();
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.1m));
        await host.ReachedAsync(Channel.TrancheApy, 1);
        using var client = await Listener.ConnectAsync(host.Address);
        await client.SubscribeAsync("tranche_apy");
        await client.NextAsync();

        await host.Redis.StopAsync();
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.2m), Producers.Tranches(0.3m));
        await client.SendAsync("""{"action":"ping"}""");
        Assert.Equal("pong", (string?)(await client.NextAsync())!["type"]);
        await host.Redis.StartAsync();

        Assert.Equal(2, (long)(await client.NextAsync())!["offset"]!);
        Assert.Equal(3, (long)(await client.NextAsync())!["offset"]!);
    }

    [Fact]
    public async Task A_history_that_was_emptied_is_another_epoch_with_the_same_snapshot()
    {
        await using var host = await RealtimeHost.StartAsync();
        host.Producers.Tell("bridgeservice", Producers.Health("a", 1m), Producers.Health("b", 0.9m), Producers.Health("b", 0.9m, announce: false));
        await host.ReachedAsync(Channel.BridgeHealth, 2);
        using var before = await Listener.ConnectAsync(host.Address);
        var epoch = (string)(await before.SubscribeAsync("bridge_health"))["epoch"]!;

        await host.Redis.EmptyAsync();

        Assert.Equal((WebSocketCloseStatus)1012, await before.UntilClosedAsync());
        Assert.Equal("reconnect_in=0ms", before.CloseReason);
        using var after = await Listener.ConnectAsync(host.Address);
        var subscribed = await after.SubscribeAsync("bridge_health", $$""","since":1,"epoch":"{{epoch}}" """);
        Assert.False((bool)subscribed["recovered"]!);
        Assert.NotEqual(epoch, (string?)subscribed["epoch"]);
        Assert.Equal(["a", "b"], new[] { (await after.NextAsync())!, (await after.NextAsync())! }.Select(m => (string)m["bridge_id"]!).Order());
    }

    /// <summary>The ranking and the alerts were told once, by events that are not kept any more; each snapshot of risk says them again.</summary>
    [Fact]
    public async Task A_history_that_was_emptied_has_what_lasts_however_long_ago_it_was_told()
    {
        await using var host = await RealtimeHost.StartAsync();
        var (raised, ended) = (Producers.Alert("LTV critical: 90.00% >= 75.00%"), Guid.CreateVersion7(Producers.Noon));
        ProductExposure[] ranking = [new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC, 1000m, 1)];
        host.Producers.Tell("riskservice", new TopProductsChanged(Guid.CreateVersion7(Producers.Noon), Producers.Noon, ranking), raised);
        await host.ReachedAsync(Channel.RiskAlerts, 1);
        host.Producers.Tell("riskservice", new RiskSnapshotTaken(
            Guid.CreateVersion7(Producers.Noon),
            Producers.Noon.AddDays(8),
            Producers.Noon.AddDays(8),
            "many-coins",
            0,
            CorrelationRegime.Low,
            [
                new AlertState(raised.AlertId, raised.AlertType, raised.Subject, raised.Severity, raised.Message, raised.CurrentValue, raised.LimitValue, Producers.Noon, ClearedAt: null),
                new AlertState(ended, "Concentration_High", "USDC", Severity.High, "Concentration: 20.00%", 0.2m, 0.25m, Producers.Noon, Producers.Noon.AddDays(1)),
            ],
            [ranking[0] with { ExposureUsd = 2000m }]));
        host.Producers.Forget("riskservice", kept: 1);

        await host.Redis.EmptyAsync();

        await host.ReachedAsync(Channel.TopProducts, 1);
        await host.ReachedAsync(Channel.RiskAlerts, 2);
        using var client = await Listener.ConnectAsync(host.Address);
        await client.SubscribeAsync("risk_alerts");
        var alerts = new[] { (await client.NextAsync())!, (await client.NextAsync())! };
        Assert.All(alerts, a => Assert.True((bool?)a["snapshot"]));
        Assert.Equal(
            [
                ("alert_cleared", ended, "Concentration: 20.00%", 1767700800m),
                ("new_alert", raised.AlertId, "LTV critical: 90.00% >= 75.00%", 1767614400m),
            ],
            alerts.Select(a => ((string)a["type"]!, (Guid)a["alert_id"]!, (string)a["message"]!, (decimal)a["timestamp"]!)).Order());
        await client.SubscribeAsync("top_products");
        Assert.Equal(2000m, (decimal)(await client.NextAsync())!["products"]![0]!["exposure_usd"]!);
    }

    /// <summary>Of ten thousand events the first page says that nothing of them was ever applied, and another has the newest thousand.</summary>
    [Fact]
    public async Task A_history_is_made_anew_from_one_page_however_much_is_kept()
    {
        await using var host = await RealtimeHost.StartAsync();
        host.Producers.Tell("bridgeservice", Producers.Health("a", 1m));
        await host.ReachedAsync(Channel.BridgeHealth, 1);
        host.Producers.Tell("bridgeservice", Enumerable.Range(2, 9_999).Select(i => Producers.Health(i % 2 == 0 ? "b" : "a", i % 2 == 0 ? 0.9m : 0.99m, announce: false)));
        await Waiting.UntilAsync(() => host.Producers.Pages.Any(p => p.After >= 9_500), "all is fetched");
        host.Producers.Pages.Clear();

        await host.Redis.EmptyAsync();

        await host.ReachedAsync(Channel.BridgeHealth, 2);
        using var client = await Listener.ConnectAsync(host.Address);
        await client.SubscribeAsync("bridge_health");
        Assert.Equal([("a", 0.99m), ("b", 0.9m)], new[] { (await client.NextAsync())!, (await client.NextAsync())! }.Select(m => ((string)m["bridge_id"]!, (decimal)m["current_score"]!)).Order());
        Assert.Equal([("bridgeservice", 0L), ("bridgeservice", 9_000L)], host.Producers.Pages);
    }

    [Fact]
    public async Task What_was_not_heard_of_is_read_before_what_follows()
    {
        await using var host = await RealtimeHost.StartAsync(instances: 1, Unasked);
        using var client = await OnTranchesAsync(host);

        await host.AppendUnheardAsync(2, kept: 10);
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.2m));

        Assert.Equal([2L, 3L, 4L], new[] { (await client.NextAsync())!, (await client.NextAsync())!, (await client.NextAsync())! }.Select(m => (long)m["offset"]!));
    }

    [Fact]
    public async Task What_is_told_again_or_of_another_history_is_not_delivered()
    {
        await using var host = await RealtimeHost.StartAsync(instances: 1, Unasked);
        using var client = await OnTranchesAsync(host);
        var epoch = (string)(await client.SubscribeAsync("tranche_apy"))["epoch"]!;
        await client.NextAsync();

        await host.PublishAsync(epoch, "tranche_apy", "1", "1767614400000", "1", "", """{"told":"again"}""", "");
        await host.PublishAsync("another", "tranche_apy", "2", "1767614400000", "1", "", """{"told":"otherwise"}""", "");
        await host.PublishAsync(epoch, "of_a_newer_version", "1", "1767614400000", "1", "", """{"told":"elsewhere"}""", "");
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.2m));

        var message = (await client.NextAsync())!;
        Assert.Equal((2L, 0.2m), ((long)message["offset"]!, (decimal)message["tranches"]![0]!["utilization"]!));
    }

    /// <summary>The streams have none of it: what does not come in order would be missing.</summary>
    [Fact]
    public async Task What_is_told_in_order_is_delivered_in_order()
    {
        await using var host = await RealtimeHost.StartAsync(instances: 1, Unasked);
        using var client = await OnTranchesAsync(host);
        var epoch = (string)(await client.SubscribeAsync("tranche_apy"))["epoch"]!;
        await client.NextAsync();

        await host.PublishAsync(Enumerable.Range(2, 500).Select(i => new[] { epoch, "tranche_apy", $"{i}", "1767614400000", "1", "", """{"told":true}""", "" }));

        for (var i = 2; i <= 501; i++)
        {
            Assert.Equal(i, (long)(await client.NextAsync())!["offset"]!);
        }
    }

    [Fact]
    public async Task More_than_is_told_at_once_is_read()
    {
        await using var host = await RealtimeHost.StartAsync(instances: 1, Unasked);
        using var client = await OnTranchesAsync(host);

        await host.AppendElsewhereAsync(Enumerable.Range(2, News.Limit + 1).Select(i => Producers.Tranches(i / 1000m)));

        for (var i = 2; i <= News.Limit + 2; i++)
        {
            var message = (await client.NextAsync())!;
            Assert.Equal((i, i / 1000m), ((long)message["offset"]!, (decimal)message["tranches"]![0]!["utilization"]!));
        }
    }

    [Fact]
    public async Task Clients_for_whom_messages_are_gone_are_asked_to_come_back()
    {
        await using var host = await RealtimeHost.StartAsync(instances: 1, ("Realtime:HistoryLength", "10"));
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.1m));
        await host.ReachedAsync(Channel.TrancheApy, 1);
        using var client = await Listener.ConnectAsync(host.Address);
        await client.SubscribeAsync("tranche_apy");
        await client.NextAsync();

        await host.AppendUnheardAsync(400, kept: 10);

        Assert.Equal((WebSocketCloseStatus)1012, await client.UntilClosedAsync());
        Assert.Contains((LogLevel.Warning, "More was appended than is kept before it was read; clients are asked to come back"), host.Lines.Of<StreamFollower>());
        Assert.DoesNotContain(host.Lines.Of<StreamFollower>(), l => l.Text.StartsWith("The history begins anew", StringComparison.Ordinal));
        await host.ReachedAsync(Channel.TrancheApy, 401);
        using var again = await Listener.ConnectAsync(host.Address);
        Assert.Equal(401, (long)(await again.SubscribeAsync("tranche_apy"))["offset"]!);
    }

    [Fact]
    public async Task Who_comes_back_to_another_instance_misses_nothing()
    {
        await using var host = await RealtimeHost.StartAsync(instances: 2);
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.1m));
        await host.ReachedAsync(Channel.TrancheApy, 1);
        string epoch;
        using (var first = await Listener.ConnectAsync(host.AddressOf(0)))
        {
            epoch = (string)(await first.SubscribeAsync("tranche_apy"))["epoch"]!;
            await host.StopAsync(0);
            Assert.Equal((WebSocketCloseStatus)1012, await first.UntilClosedAsync());
        }

        host.Producers.Tell("utilizationservice", Producers.Tranches(0.2m), Producers.Tranches(0.3m));
        await host.ReachedAsync(Channel.TrancheApy, 3);
        using var second = await Listener.ConnectAsync(host.AddressOf(0));
        var subscribed = await second.SubscribeAsync("tranche_apy", $$""","since":1,"epoch":"{{epoch}}" """);

        Assert.True((bool)subscribed["recovered"]!);
        Assert.Equal([2L, 3L], new[] { (await second.NextAsync())!, (await second.NextAsync())! }.Select(m => (long)m["offset"]!));
    }

    /// <summary>A client that has the first message of <c>tranche_apy</c>.</summary>
    private static async Task<Listener> OnTranchesAsync(RealtimeHost host)
    {
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.1m));
        await host.ReachedAsync(Channel.TrancheApy, 1);
        var client = await Listener.ConnectAsync(host.Address);
        await client.SubscribeAsync("tranche_apy");
        await client.NextAsync();
        return client;
    }
}

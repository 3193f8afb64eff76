using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Sure.Contracts.Calls;
using Sure.Gateway.Tests.Hosts;
using Sure.Gateway.Trunks;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>A gateway has a trunk to each instance of RealtimeService, whether it is told of each or of one address for all.</summary>
public sealed class TrunksOfInstancesTests(PostgresServer postgres)
{
    private const string Setting = "services:realtimeservice:http:0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Clients_of_every_instance_behind_one_address_are_sent_to_by_its_trunk_in_order()
    {
        var (one, other) = (new FakeTrunks(), new FakeTrunks());
        await using var first = await FakeService.StartAsync("first", one);
        await using var second = await FakeService.StartAsync("second", other);
        await using var balancer = new RoundRobin(first.Address, second.Address);
        await using var gateway = await StartAsync(balancer.Address);

        await BothHaveOneAsync(gateway);
        var without = one.Others + other.Others;
        var clients = new List<Client>();
        for (var i = 0; i < 12 || clients.Select(c => c.Instance).Distinct().Count() < 2; i++)
        {
            clients.Add(await Client.ComeAsync(gateway));
        }

        await Task.WhenAll(clients.Select(async client =>
        {
            // All at once: they may not overtake each other.
            for (var i = 0; i < 100; i++)
            {
                await client.SayAsync(i.ToString(CultureInfo.InvariantCulture));
            }

            for (var i = 0; i < 100; i++)
            {
                Assert.Equal($"{client.Instance}:{i}", await client.HearAsync());
            }
        }));
        Assert.Equal(without, one.Others + other.Others);
        Assert.Equal((1, 1), (one.Opened, other.Opened));
        clients.ForEach(c => c.Dispose());
    }

    [Fact]
    public async Task Where_an_instance_goes_its_clients_come_back_by_another_whose_clients_notice_nothing()
    {
        var (one, other) = (new FakeTrunks(), new FakeTrunks());
        await using var first = await FakeService.StartAsync("first", one);
        await using var second = await FakeService.StartAsync("second", other);
        await using var balancer = new RoundRobin(first.Address, second.Address);
        await using var gateway = await StartAsync(balancer.Address);
        await BothHaveOneAsync(gateway);
        using var leaving = await Client.ComeToAsync(gateway, "first");
        using var staying = await Client.ComeToAsync(gateway, "second");

        await first.DisposeAsync();

        Assert.IsNotType<TimeoutException>(await Assert.ThrowsAnyAsync<Exception>(leaving.HearAsync));
        var (without, with) = (other.Others, other.Clients);
        using var back = await Client.ComeAsync(gateway);
        foreach (var client in new[] { back, staying })
        {
            await client.SayAsync("still here");
            Assert.Equal("second:still here", await client.HearAsync());
        }

        Assert.Equal((without, with + 1, 1), (other.Others, other.Clients, other.Opened));
        await Eventually.HoldsAsync(
            async () =>
            {
                using var next = await Client.ComeAsync(gateway);
                return !second.Arrivals.Last().Headers[Trunk.Header].Contains(',', StringComparison.Ordinal);
            },
            "the trunk that has ended is not named any more");
    }

    [Fact]
    public async Task An_instance_with_an_address_of_its_own_has_one_trunk_which_is_all_that_its_clients_name()
    {
        var trunks = new FakeTrunks();
        await using var service = await FakeService.StartAsync("only", trunks);
        await using var gateway = await StartAsync(service.Address);

        for (var i = 0; i < 5; i++)
        {
            using var client = await Client.ComeAsync(gateway);
        }

        Assert.Equal((5, 0, 1), (trunks.Clients, trunks.Others, trunks.Opened));
        Assert.All(service.Arrivals, a => Assert.True(Trunk.TryParse(a.Headers[Trunk.Header], out _, out _)));
    }

    [Fact]
    public async Task To_an_instance_that_does_not_know_its_trunk_no_other_is_opened()
    {
        var trunks = new FakeTrunks { Forgets = true };
        await using var service = await FakeService.StartAsync("only", trunks);
        await using var gateway = await StartAsync(service.Address);

        for (var i = 0; i < 5; i++)
        {
            using var client = await Client.ComeAsync(gateway, isByTrunk: false);
        }

        Assert.Equal((0, 5, 1), (trunks.Clients, trunks.Others, trunks.Opened));
    }

    [Fact]
    public async Task A_second_trunk_to_an_instance_is_closed_at_once()
    {
        // It is asked by 127.0.0.1 and says so when it is asked for a trunk; to clients it says another name of the same place.
        var trunks = new FakeTrunks { Forgets = true, Place = c => $"[::ffff:127.0.0.1]:{c.Connection.LocalPort}" };
        await using var service = await FakeService.StartAsync("only", trunks);
        await using var gateway = await StartAsync(service.Address);

        using var client = await Client.ComeAsync(gateway, isByTrunk: false);

        await Eventually.HoldsAsync(() => Task.FromResult(trunks is { Opened: 2, Open: 1 }), "the second was opened and closed");
    }

    /// <summary>So that the request of a client stays small.</summary>
    [Fact]
    public async Task One_address_has_no_more_than_32_trunks()
    {
        var (places, said) = (0, new LoggedLines());
        // Each client meets an instance of another address; all of 127.0.0.0/8 is this machine's (RFC 1122, 3.2.1.3).
        var trunks = new FakeTrunks { Forgets = true, Place = c => PlaceOf(Interlocked.Increment(ref places), c.Connection.LocalPort) };
        await using var service = await FakeService.StartAsync("many", trunks, "0.0.0.0");
        await using var gateway = await StartAsync(service.Address.Replace("0.0.0.0", "127.0.0.1", StringComparison.Ordinal), said);

        await Eventually.HoldsAsync(
            async () =>
            {
                // One that comes while a trunk is being opened has none opened.
                using var client = await Client.ComeAsync(gateway, isByTrunk: false);
                return said.Of<ServiceTrunks>().Any(l => l.Text.StartsWith("There is no trunk to 127.0.", StringComparison.Ordinal));
            },
            "no further one is opened");

        Assert.Equal((32, 32), (trunks.Opened, trunks.Open));
        Assert.Equal(32, service.Arrivals.Last().Headers[Trunk.Header].Split(',').Length);

        static string PlaceOf(int number, int port) => $"127.0.{1 + (number / 250)}.{1 + (number % 250)}:{port}";
    }

    [Fact]
    public async Task Where_an_instance_has_none_to_offer_another_of_the_address_is_asked_five_seconds_later()
    {
        var trunks = new FakeTrunks();
        await using var without = await FakeService.StartAsync("without");
        await using var with = await FakeService.StartAsync("with", trunks);
        await using var balancer = new RoundRobin(with.Address, without.Address);
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        var (time, address) = (new FakeTimeProvider(TimeProvider.System.GetUtcNow()), new Uri(balancer.Address));
        using var opened = new ServiceTrunks(gateway.Services.GetRequiredService<ServiceTokens>(), time, NullLogger<ServiceTrunks>.Instance);

        Assert.Empty(await opened.OpenAsync(address));
        time.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.Empty(await opened.OpenAsync(address));
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single(await opened.OpenAsync(address));
        Assert.Equal(1, trunks.Opened);
    }

    private static async Task BothHaveOneAsync(GatewayHost gateway)
    {
        var heard = new HashSet<string>(StringComparer.Ordinal);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var client = await Client.ComeAsync(gateway, isByTrunk: null);
                heard.Add(client.Instance);
                return heard.Count(i => i.Length > 0) == 2;
            },
            "clients of both instances are sent to by a trunk");
    }

    private async Task<GatewayHost> StartAsync(string realtime, LoggedLines? logger = null) =>
        await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { [Setting] = realtime }, logger: logger);

    /// <summary>A client of the gateway that has learned which instance it has come to.</summary>
    private sealed class Client : IDisposable
    {
        private readonly ClientWebSocket _socket = new();

        /// <summary>The name of the instance; empty where it is not said because no trunk leads there.</summary>
        public string Instance { get; private set; } = "";

        /// <param name="gateway">The gateway.</param>
        /// <param name="isByTrunk">Whether a trunk must lead to its instance; null where that does not matter.</param>
        public static async Task<Client> ComeAsync(GatewayHost gateway, bool? isByTrunk = true)
        {
            var client = new Client();
            client._socket.Options.CollectHttpResponseDetails = true;
            await client._socket.ConnectAsync(new Uri(new UriBuilder(gateway.PublicAddress) { Scheme = "ws" }.Uri, "/ws"), TestContext.Current.CancellationToken);
            // What instances and gateway say to each other is nothing to clients.
            Assert.DoesNotContain(client._socket.HttpResponseHeaders!.Keys, k => k is Trunk.Header or Trunk.InstanceHeader);
            await client.SayAsync("who");
            var answer = await client.HearAsync();
            client.Instance = answer[..^"who".Length].TrimEnd(':');
            Assert.True(isByTrunk is null || isByTrunk == (client.Instance.Length > 0), answer);
            return client;
        }

        public static async Task<Client> ComeToAsync(GatewayHost gateway, string instance)
        {
            for (var i = 0; ; i++)
            {
                var client = await ComeAsync(gateway);
                if (client.Instance == instance)
                {
                    return client;
                }

                client.Dispose();
                Assert.True(i < 100);
            }
        }

        public Task SayAsync(string text) =>
            _socket.SendAsync(Encoding.ASCII.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

        public async Task<string> HearAsync()
        {
            var buffer = new byte[1024];
            var received = await _socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience);
            return received.MessageType is WebSocketMessageType.Text
                ? Encoding.ASCII.GetString(buffer, 0, received.Count)
                : throw new EndOfStreamException("The server has closed.");
        }

        public void Dispose() => _socket.Dispose();
    }
}

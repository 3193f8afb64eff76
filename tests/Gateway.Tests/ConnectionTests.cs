using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Sure.Gateway.Limits;
using Sure.Gateway.Listeners;
using Sure.Gateway.Tests.Hosts;
using Sure.ServiceDefaults;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>Which connections are let in, and what the address they come from decides.</summary>
public sealed class ConnectionTests(PostgresServer postgres)
{
    private const string Keys = "/api/v2/admin/api-keys";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("10.0.0.0/8", null, null, false)]
    [InlineData("10.0.0.0/8", null, "10.1.2.3", false)]
    [InlineData("10.0.0.0/8", "127.0.0.0/8", null, false)]
    [InlineData("10.0.0.0/8", "127.0.0.0/8", "192.0.2.1", false)]
    [InlineData("10.0.0.0/8", "127.0.0.0/8", "10.1.2.3", true)]
    // Only the last one was written by the proxy; whoever is before it wrote the rest himself.
    [InlineData("10.0.0.0/8", "127.0.0.0/8", "10.1.2.3, 192.0.2.1", false)]
    [InlineData("127.0.0.1", null, null, true)]
    [InlineData("::1", null, null, false)]
    public async Task Administration_is_for_its_networks(string networks, string? proxies, string? forwarded, bool isAllowed)
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), WithProxies(proxies, new() { ["Gateway:AdminNetworks:0"] = networks }));
        var key = await gateway.IssueKeyAsync("root", [Scope.Admin, Scope.Read]);
        var headers = forwarded is null ? [] : new[] { ("X-Forwarded-For", forwarded) };

        using var administration = await gateway.GetAsync(Keys, key, headers);
        using var elsewhere = await gateway.GetAsync("/api/v2/risk/limits", key, headers);

        Assert.Equal(isAllowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden, administration.StatusCode);
        // What services are told is the same: without the scope they refuse. What else the key allows counts from everywhere.
        Assert.Equal(HttpStatusCode.OK, elsewhere.StatusCode);
        var told = new JsonWebToken(gateway.Fakes["riskservice"].Arrivals.Last().Headers[InternalToken.Header]);
        Assert.Equal(isAllowed ? "admin read" : "read", string.Join(' ', told.GetPayloadValue<string>("scope").Split(' ').Order()));
    }

    [Theory]
    [InlineData("Limits:ConnectionsPerAddress", null, 3)]
    [InlineData("Limits:Connections", null, 3)]
    [InlineData("Limits:Connections", "127.0.0.0/8", 3)]
    [InlineData("Limits:ConnectionsPerAddress", "127.0.0.0/8", int.MaxValue)]
    public async Task Connections_beyond_the_limit_are_hung_up_on_until_others_end(string limit, string? proxies, int most)
    {
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), WithProxies(proxies, new() { [limit] = "3", ["Limits:Scale"] = "1" }));
        await LetsInAsync(gateway, most);
    }

    /// <summary>An instance that is full needs others beside it; an address that wants too much does not.</summary>
    [Theory]
    [InlineData("Limits:Connections", "instance")]
    [InlineData("Limits:ConnectionsPerAddress", "address")]
    public async Task Who_is_hung_up_on_is_counted_by_the_limit_that_it_met(string setting, string limit)
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { [setting] = "1", ["Limits:Scale"] = "1" });
        var refused = new ConcurrentQueue<string?>();
        using var meters = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "sure.gateway.connections.refused" && ReferenceEquals(instrument.Meter.Scope, gateway.Services.GetService(typeof(IMeterFactory))))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        meters.SetMeasurementEventCallback<long>((_, _, tags, _) => refused.Enqueue((string?)Assert.Single(tags.ToArray()).Value));
        meters.Start();

        using var open = await gateway.ConnectAsync();
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(open), StringComparison.Ordinal);
        Assert.Equal("", await AskAnewAsync(gateway));

        Assert.Equal([limit], refused);
    }

    /// <summary>Of twelve files half are kept for what is no connection of a client; three clients and what is asked for them fit into the others.</summary>
    [Fact]
    public async Task No_more_connections_are_let_in_than_the_process_may_have_open()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), files: new OpenFiles(12));
        await LetsInAsync(gateway, most: 3);
    }

    [Theory]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", false)]
    [InlineData("2001:db8:1:2::1", "2001:db8:1:3::1", true)]
    [InlineData("::ffff:192.0.2.1", "192.0.2.1", false)]
    [InlineData("192.0.2.1", "192.0.2.2", true)]
    // Proxies have as many as they like, and take none from others of their network.
    [InlineData("2001:db8::1", "2001:db8::1", true)]
    [InlineData("2001:db8::1", "2001:db8::2", true)]
    [InlineData("2001:db8::2", "2001:db8::1", true)]
    [InlineData("2001:db8::2", "2001:db8::3", false)]
    public async Task Connections_of_IPv6_are_counted_by_the_network_of_64_bits(string one, string other, bool hasRoom)
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var limit = new ConnectionLimit(
            Options.Create(new LimitOptions { ConnectionsPerAddress = 1 }),
            new OpenFiles(long.MaxValue),
            new TrustedProxies(Options.Create(new GatewayOptions { TrustedProxies = ["2001:db8::1"] })),
            services.GetRequiredService<IMeterFactory>(),
            NullLogger<ConnectionLimit>.Instance);
        var open = new TaskCompletionSource();
        var first = limit.HandleAsync(From(one), _ => open.Task);

        Assert.Equal(hasRoom, await IsLetInAsync());

        open.SetResult();
        await first;
        Assert.True(await IsLetInAsync());

        async Task<bool> IsLetInAsync()
        {
            var isLetIn = false;
            await limit.HandleAsync(From(other), _ =>
            {
                isLetIn = true;
                return Task.CompletedTask;
            });
            return isLetIn;
        }
    }

    private static DefaultConnectionContext From(string address) => new() { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 50_000) };

    private static Dictionary<string, string?> WithProxies(string? proxies, Dictionary<string, string?> settings)
    {
        if (proxies is not null)
        {
            settings["Gateway:TrustedProxies:0"] = proxies;
        }

        return settings;
    }

    /// <summary>The same on a connection of its own, which may be hung up on before it is used.</summary>
    private static async Task<string> AskAnewAsync(GatewayHost gateway)
    {
        try
        {
            using var client = await gateway.ConnectAsync();
            return await AskAsync(client);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset)
        {
            return "";
        }
    }

    /// <summary>The beginning of an answer; empty where it is hung up.</summary>
    private static async Task<string> AskAsync(TcpClient client)
    {
        var buffer = new byte[64];
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync("GET /api/v2/pool HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            var read = await stream.ReadAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);
            return Encoding.Latin1.GetString(buffer, 0, read);
        }
        catch (IOException)
        {
            return "";
        }
    }

    private static async Task LetsInAsync(GatewayHost gateway, int most)
    {
        var open = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Math.Min(most, 6); i++)
            {
                open.Add(await gateway.ConnectAsync());
                Assert.StartsWith("HTTP/1.1 200 ", await AskAsync(open[^1]), StringComparison.Ordinal);
            }

            if (most < int.MaxValue)
            {
                Assert.Equal("", await AskAnewAsync(gateway));
                open[0].Dispose();
                await Eventually.HoldsAsync(
                    async () => (await AskAnewAsync(gateway)).StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal), "the place of the one that ended is free");
            }

            // Whoever looks after it gets through.
            using var inside = await gateway.Internal.GetAsync("/alive", TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, inside.StatusCode);
        }
        finally
        {
            open.ForEach(c => c.Dispose());
        }
    }
}

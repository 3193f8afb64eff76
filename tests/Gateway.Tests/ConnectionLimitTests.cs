using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sure.Gateway.Limits;
using Sure.Gateway.Listeners;
using Sure.ServiceDefaults;

namespace Sure.Gateway.Tests;

/// <summary>Whose connections count together.</summary>
public sealed class ConnectionLimitTests
{
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
        var limit = new ConnectionLimit(
            Options.Create(new LimitOptions { ConnectionsPerAddress = 1 }),
            new OpenFiles(long.MaxValue),
            new TrustedProxies(Options.Create(new GatewayOptions { TrustedProxies = ["2001:db8::1"] })),
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
}

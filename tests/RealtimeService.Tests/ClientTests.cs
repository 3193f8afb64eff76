using Sure.RealtimeService.Tests.Hosts;

namespace Sure.RealtimeService.Tests;

/// <summary>Clients that others wrote; .NET's own is in the other tests.</summary>
public sealed class ClientTests
{
    [Fact]
    public async Task The_library_ws_of_Node_is_a_client()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        await using var client = await Script.NodeAsync(host.Address);

        await ListensAsync(host, client);
        Assert.Equal("pong are you there", await client.NextAsync());
        Assert.Equal("close 1000", await client.NextAsync());
    }

    [Fact]
    public async Task A_browser_is_a_client()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        await using var client = await Script.BrowserAsync(host.Address);

        await ListensAsync(host, client);
        Assert.Equal("pong", await client.NextAsync());
        Assert.Equal("close 1000 true", await client.NextAsync());
    }

    /// <summary>Both offer compression, get it, and read what is compressed.</summary>
    private static async Task ListensAsync(RealtimeHost host, Script client)
    {
        Assert.StartsWith("open permessage-deflate", await client.NextAsync(), StringComparison.Ordinal);
        Assert.Equal(["welcome", "subscribed", "apy_update snapshot"], [await client.NextAsync(), await client.NextAsync(), await client.NextAsync()]);
        host.Producers.Tell("utilizationservice", Producers.Tranches(0.2m), Producers.Tranches(0.3m), Producers.Tranches(0.4m));
        Assert.Equal(["apy_update", "apy_update", "apy_update"], [await client.NextAsync(), await client.NextAsync(), await client.NextAsync()]);
    }
}

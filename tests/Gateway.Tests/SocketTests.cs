using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Sure.Gateway.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>A WebSocket goes through as if the gateway were not there.</summary>
public sealed class SocketTests(PostgresServer postgres)
{
    [Fact]
    public async Task Messages_and_the_close_of_the_service_pass_both_ways()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        using var socket = await ConnectAsync(gateway, "forged");

        Assert.Equal("hello", await EchoAsync(socket, "hello"));
        Assert.Equal("again", await EchoAsync(socket, "again"));
        Assert.DoesNotContain(InternalToken.Header, gateway.Fakes["realtimeservice"].Arrivals.Last().Headers.Keys);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, TestContext.Current.CancellationToken);
        Assert.Equal(4008, (int?)socket.CloseStatus);
        Assert.Equal("slow_consumer", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task An_open_socket_keeps_the_gateway_from_stopping_only_for_a_while()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Gateway:SocketGrace"] = "00:00:00.5" });
        using var socket = await ConnectAsync(gateway);
        Assert.Equal("hello", await EchoAsync(socket, "hello"));

        await gateway.Services.GetRequiredService<IHost>().StopAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    private static async Task<ClientWebSocket> ConnectAsync(GatewayHost gateway, string? forged = null)
    {
        var socket = new ClientWebSocket();
        if (forged is not null)
        {
            socket.Options.SetRequestHeader(InternalToken.Header, forged);
        }

        await socket.ConnectAsync(new UriBuilder(gateway.PublicAddress) { Scheme = "ws", Path = "/ws" }.Uri, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<string> EchoAsync(ClientWebSocket socket, string text)
    {
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);
        var buffer = new byte[1024];
        var received = await socket.ReceiveAsync(buffer.AsMemory(), TestContext.Current.CancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, received.Count);
    }
}

using System.Net;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using StackExchange.Redis;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.Gateway.Routing;
using Sure.Gateway.Tests.Hosts;
using Sure.Rfc6455;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>A WebSocket goes through as if the gateway were not there.</summary>
public sealed class SocketTests(PostgresServer postgres, RedisServer redis)
{
    [Fact]
    public async Task Messages_and_the_close_of_the_service_pass_both_ways()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        using var socket = await ConnectAsync(gateway, (InternalToken.Header, "forged"));

        Assert.Equal("hello", await EchoAsync(socket, "hello"));
        Assert.Equal("again", await EchoAsync(socket, "again"));
        Assert.DoesNotContain(InternalToken.Header, gateway.Fakes["realtimeservice"].Arrivals.Last().Headers.Keys);
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, TestContext.Current.CancellationToken);
        Assert.Equal(4008, (int?)socket.CloseStatus);
        Assert.Equal("slow_consumer", socket.CloseStatusDescription);
    }

    [Fact]
    public async Task A_socket_may_follow_other_requests_on_its_connection_even_before_they_are_answered()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        using var client = await gateway.ConnectAsync();
        var stream = client.GetStream();
        var host = gateway.PublicAddress.Authority;

        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"GET /api/v2/pool HTTP/1.1\r\nHost: {host}\r\n\r\n"
                + $"GET /ws HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"),
            TestContext.Current.CancellationToken);
        var answers = await ReadToAsync("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        Assert.StartsWith("HTTP/1.1 200 OK", answers, StringComparison.Ordinal);
        Assert.Contains("HTTP/1.1 101 Switching Protocols", answers, StringComparison.Ordinal);

        // RFC 6455, 5.2: a final text frame of two bytes, masked with zeros; it comes back without a mask.
        await stream.WriteAsync(new byte[] { 0x81, 0x82, 0, 0, 0, 0, (byte)'h', (byte)'i' }, TestContext.Current.CancellationToken);
        Assert.EndsWith("\x02hi", await ReadToAsync("hi"), StringComparison.Ordinal);

        async Task<string> ReadToAsync(string end)
        {
            var read = new StringBuilder();
            var buffer = new byte[1];
            while (!read.ToString().EndsWith(end, StringComparison.Ordinal))
            {
                await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
                read.Append((char)buffer[0]);
            }

            return read.ToString();
        }
    }

    [Fact]
    public async Task The_service_is_told_where_a_client_came_in_whatever_the_client_says_of_it()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        foreach (var forged in new[] { ("X-Forwarded-Host", "evil.example"), ("X-Forwarded-Proto", "https") })
        {
            using var socket = await ConnectAsync(gateway, forged);

            Assert.Equal("hello", await EchoAsync(socket, "hello"));
            var arrival = gateway.Fakes["realtimeservice"].Arrivals.Last();
            Assert.Equal(("http", gateway.PublicAddress.Authority), (arrival.Headers["X-Forwarded-Proto"], arrival.Headers["X-Forwarded-Host"]));
        }
    }

    [Fact]
    public async Task A_service_that_does_not_answer_costs_a_client_no_more_than_the_time_for_the_handshake()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Gateway:HandshakeTimeout"] = "00:00:00.5" });
        gateway.Fakes["realtimeservice"].Hangs = true;

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(gateway).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));

        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Open_sockets_are_shared_out_evenly_between_the_instances()
    {
        await using var one = await FakeService.StartAsync("one");
        await using var other = await FakeService.StartAsync("other");
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["services:realtimeservice:http:0"] = one.Address, ["services:realtimeservice:http:1"] = other.Address });
        var sockets = new List<ClientWebSocket>();
        for (var i = 0; i < 10; i++)
        {
            sockets.Add(await ConnectAsync(gateway));
            // It has passed the handshake, for which it counts as a request.
            Assert.Equal("hello", await EchoAsync(sockets[^1], "hello"));
        }

        Assert.Equal((5, 5), (one.Sockets.Count, other.Sockets.Count));
        sockets.ForEach(s => s.Dispose());
    }

    /// <summary>It has the fewest sockets, so it is asked first each time.</summary>
    [Fact]
    public async Task Who_is_refused_by_one_instance_is_let_in_by_another()
    {
        await using var one = await FakeService.StartAsync("one");
        await using var full = await FakeService.StartAsync("full");
        full.RefusesSockets = true;
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["services:realtimeservice:http:0"] = one.Address, ["services:realtimeservice:http:1"] = full.Address });
        var sockets = new List<ClientWebSocket>();
        for (var i = 0; i < 4; i++)
        {
            sockets.Add(await ConnectAsync(gateway));
            Assert.Equal("hello", await EchoAsync(sockets[^1], "hello"));
        }

        Assert.InRange(full.Arrivals.Count, 3, 4);
        one.RefusesSockets = true;
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(gateway));
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);
        sockets.ForEach(s => s.Dispose());
    }

    /// <summary>RFC 6455, 7.1.1: it is the server that closes the connection, and a client waits for it to.</summary>
    [Fact]
    public async Task After_the_close_frames_the_connection_ends_and_is_not_reset()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        var address = new Uri(new UriBuilder(gateway.PublicAddress) { Scheme = "ws" }.Uri, "/ws");
        using var socket = await RawSocket.AskAsync(address, RawSocket.Handshake(address));

        await socket.SendAsync(RawSocket.Frame(0x88, [0x03, 0xE8]));

        Assert.Equal(["close 4008", "end"], [(await socket.ReadAsync()).Describe(), (await socket.ReadAsync()).Describe()]);
    }

    [Fact]
    public async Task An_open_socket_keeps_the_gateway_from_stopping_only_for_a_while()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Gateway:SocketGrace"] = "00:00:00.5" });
        using var socket = await ConnectAsync(gateway);
        Assert.Equal("hello", await EchoAsync(socket, "hello"));

        await gateway.Services.GetRequiredService<IHost>().StopAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task A_gateway_that_stops_has_the_clients_that_came_by_it_sent_away_and_lets_no_more_in()
    {
        await redis.StartAsync();
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["ConnectionStrings:cache"] = redis.ConnectionString, ["Gateway:SocketGrace"] = "00:01:00" });
        await gateway.ReachesRedisAsync();
        var service = gateway.Fakes["realtimeservice"];
        using var socket = await ConnectAsync(gateway, (LeavingGateway.Header, "forged"));
        Assert.Equal("hello", await EchoAsync(socket, "hello"));
        var id = service.Arrivals.Single().Headers[LeavingGateway.Header];
        Assert.True(Guid.TryParse(id, out _));
        // Gateways of other tests leave by the same Redis.
        var leaving = Channel.CreateUnbounded<string?>();
        await using var listener = await ConnectionMultiplexer.ConnectAsync(redis.ConnectionString);
        await listener.GetSubscriber().SubscribeAsync(RedisChannel.Literal(LeavingGateway.Channel), (_, said) =>
        {
            if (said == id)
            {
                leaving.Writer.TryWrite(said);
            }
        });

        var stopping = gateway.Services.GetServices<IHostedService>().OfType<SocketGrace>().Single().StoppingAsync(TestContext.Current.CancellationToken);

        // Said more than once: whoever missed it hears it the next time.
        await NextAsync();
        await NextAsync();
        await stopping;
        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(gateway));
        Assert.Contains("503", refused.Message, StringComparison.Ordinal);

        // What the service does then reaches the client, and nothing is open any more that the gateway would have to wait for.
        await service.Sockets.Single().CloseOutputAsync((WebSocketCloseStatus)1012, "reconnect_in=0ms", TestContext.Current.CancellationToken);
        var end = await socket.ReceiveAsync(new byte[16].AsMemory(), TestContext.Current.CancellationToken);
        Assert.Equal((WebSocketMessageType.Close, 1012, "reconnect_in=0ms"), (end.MessageType, (int?)socket.CloseStatus, socket.CloseStatusDescription));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, TestContext.Current.CancellationToken);
        await gateway.Services.GetRequiredService<IHost>().StopAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(15), TestContext.Current.CancellationToken);

        Task NextAsync() => leaving.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Open_sockets_take_no_place_from_requests()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Limits:Concurrency"] = "1" });
        using var one = await ConnectAsync(gateway);
        using var other = await ConnectAsync(gateway);

        using var answer = await gateway.GetAsync("/api/v2/pool");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("hello", await EchoAsync(one, "hello"));
        Assert.Equal("hello", await EchoAsync(other, "hello"));
    }

    [Theory]
    [InlineData("/ws")]
    [InlineData("/ws/")]
    [InlineData("/WS")]
    public async Task A_token_in_the_query_is_checked_and_seen_by_nobody_behind_the_gateway(string path)
    {
        var written = new WrittenLines();
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Logging:LogLevel:Default"] = "Trace", ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "Trace" }, logger: written);
        var key = await gateway.IssueKeyAsync("alice");
        using var traced = new TracedTags();
        using var socket = await ConnectAsync(gateway, path: $"{path}?access_token={key}&x=1");

        Assert.Equal("hello", await EchoAsync(socket, "hello"));
        var arrival = gateway.Fakes["realtimeservice"].Arrivals.Last();
        Assert.Equal($"{path}?x=1", arrival.Target);
        Assert.Contains(InternalToken.Header, arrival.Headers.Keys);
        Assert.NotEmpty(written.Text);
        Assert.DoesNotContain(key, written.Text, StringComparison.Ordinal);
        Assert.NotEmpty(traced.Text);
        Assert.DoesNotContain(key, traced.Text, StringComparison.Ordinal);

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(gateway, path: $"{path}?access_token=wrong"));
        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        var twice = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(gateway, path: $"{path}?access_token={key}&access_token={key}"));
        Assert.Contains("401", twice.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Services_may_ask_whether_a_token_is_somebodys()
    {
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync());
        var key = await gateway.IssueKeyAsync("alice");

        Assert.Equal(HttpStatusCode.NoContent, await AskAsync(gateway.Internal, key));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await AskAsync(gateway.Internal, Wrong(key)));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(gateway.Internal, key, address: null, service: null));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(gateway.Public, key));
    }

    [Fact]
    public async Task A_refused_token_is_noted_with_the_address_that_a_service_names_and_nobody_else_may_name_one()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await GatewayHost.StartAsync(database);
        var key = await gateway.IssueKeyAsync("alice");

        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(gateway.Internal, Wrong(key), "198.51.100.1", service: null));
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(gateway.Internal, key, "198.51.100.1", TestIdentity.ForgedFor("gateway")));
        Assert.Equal(HttpStatusCode.NoContent, await AskAsync(gateway.Internal, key, "198.51.100.2"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await AskAsync(gateway.Internal, Wrong(key), "::ffff:203.0.113.7"));

        await using var data = NpgsqlDataSource.Create(database);
        await Eventually.HoldsAsync(async () => (await NotedAsync(data)).Count > 0, "it is noted");
        Assert.Equal(["203.0.113.7"], await NotedAsync(data));
    }

    private static string Wrong(string key) => key[..^1] + (key[^1] == 'a' ? 'b' : 'a');

    private static async Task<IReadOnlyList<string>> NotedAsync(NpgsqlDataSource data)
    {
        await using var connection = await data.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return [.. await connection.QueryAsync<string>("SELECT actor FROM audit WHERE action = 'auth_failed'")];
    }

    private static Task<HttpStatusCode> AskAsync(HttpClient client, string token, string? address = null) =>
        AskAsync(client, token, address, TestIdentity.TokenFor("gateway", "realtimeservice"));

    private static async Task<HttpStatusCode> AskAsync(HttpClient client, string token, string? address, string? service)
    {
        using var question = new HttpRequestMessage(HttpMethod.Post, TokenQuestion.Path) { Content = JsonContent.Create(new TokenQuestion(token), mediaType: null, SureJson.Internal) };
        question.Headers.TryAddWithoutValidation(TokenQuestion.AddressHeader, address);
        if (service is not null)
        {
            question.Headers.Add(InternalToken.ServiceHeader, service);
        }

        using var answer = await client.SendAsync(question, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private static async Task<ClientWebSocket> ConnectAsync(GatewayHost gateway, (string Name, string Value)? header = null, string path = "/ws")
    {
        var socket = new ClientWebSocket();
        if (header is var (name, value))
        {
            socket.Options.SetRequestHeader(name, value);
        }

        await socket.ConnectAsync(new Uri(new UriBuilder(gateway.PublicAddress) { Scheme = "ws" }.Uri, path), TestContext.Current.CancellationToken);
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

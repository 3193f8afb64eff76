using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Time.Testing;
using Sure.Gateway.Routing;

namespace Sure.Gateway.Tests;

/// <summary>The connection of an agreed upgrade is the caller's alone, with every byte that came after the answer.</summary>
public sealed class UpgradedConnectionsTests : IDisposable
{
    private const string Agreed = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    private const string Refused = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Socket _service = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly List<IDisposable> _open = [];
    private readonly FakeTimeProvider _time = new();
    private readonly HttpMessageInvoker _client;

    public UpgradedConnectionsTests()
    {
        _client = new(new UpgradedConnections(new SocketsHttpHandler { UseProxy = false }, Patience, _time));
        _service.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _service.Listen();
    }

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    public async Task What_comes_in_one_piece_with_the_answer_is_read_first(string welcome)
    {
        var (far, answer) = await AgreeAsync(welcome);
        var connection = await ConnectionOf(answer);

        await SayAsync(far, " and more");
        Assert.Equal(welcome + " and more", await HearAsync(connection, welcome.Length + " and more".Length));
        await connection.WriteAsync("to the service"u8.ToArray(), TestContext.Current.CancellationToken);
        Assert.Equal("to the service", await HearAsync(new NetworkStream(far), "to the service".Length));
    }

    [Fact]
    public async Task A_read_without_a_buffer_waits_for_something_to_read()
    {
        var (far, answer) = await AgreeAsync("x");
        var connection = await ConnectionOf(answer);

        Assert.Equal(0, await connection.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken));
        Assert.Equal("x", await HearAsync(connection, 1));
        var waiting = connection.ReadAsync(Memory<byte>.Empty, TestContext.Current.CancellationToken);
        Assert.False(waiting.IsCompleted);
        await SayAsync(far, "y");
        Assert.Equal(0, await waiting);
        Assert.Equal("y", await HearAsync(connection, 1));
    }

    [Fact]
    public async Task Its_end_is_the_end_of_the_connection()
    {
        var (far, answer) = await AgreeAsync("unread");

        answer.Dispose();

        Assert.Equal(0, await far.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_refused_upgrade_leaves_the_connection_for_the_next_request()
    {
        var asking = AskAsync();
        var far = await AcceptAsync();
        await HeadAsync(far);
        await SayAsync(far, Refused);
        using (var refused = await asking)
        {
            Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            Assert.Equal("no", await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        }

        // By the connection that somebody else's request had opened.
        asking = AskAsync();
        await HeadAsync(far);
        await SayAsync(far, Agreed + "hello");
        using var answer = await asking;
        Assert.Equal("hello", await HearAsync(await ConnectionOf(answer), "hello".Length));
    }

    [Fact]
    public async Task Requests_at_the_same_time_get_each_its_own()
    {
        const int Count = 20;
        var asking = Enumerable.Range(0, Count).Select(i => AskAsync($"/{i}")).ToList();
        for (var i = 0; i < Count; i++)
        {
            var one = await AcceptAsync();
            await SayAsync(one, Agreed + (await HeadAsync(one)).Split(' ')[1].PadRight(4));
        }

        for (var i = 0; i < Count; i++)
        {
            using var answer = await asking[i];
            Assert.Equal($"/{i}", (await HearAsync(await ConnectionOf(answer), 4)).TrimEnd());
        }
    }

    [Fact]
    public async Task Who_does_not_answer_in_time_is_given_up()
    {
        var asking = AskAsync();
        var far = await AcceptAsync();
        await HeadAsync(far);
        _time.Advance(Patience - TimeSpan.FromMilliseconds(1));
        Assert.False(asking.IsCompleted);

        _time.Advance(TimeSpan.FromMilliseconds(1));

        await Assert.ThrowsAsync<HttpRequestException>(() => asking.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(0, await far.ReceiveAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_was_agreed_on_may_be_silent_for_longer()
    {
        var (far, answer) = await AgreeAsync("");
        var connection = await ConnectionOf(answer);

        _time.Advance(Patience * 2);

        await SayAsync(far, "still here");
        Assert.Equal("still here", await HearAsync(connection, "still here".Length));
    }

    public void Dispose()
    {
        _open.ForEach(o => o.Dispose());
        _client.Dispose();
        _service.Dispose();
    }

    /// <summary>The connection, with nothing of the HTTP client around it.</summary>
    private static async Task<Stream> ConnectionOf(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.SwitchingProtocols, answer.StatusCode);
        return Assert.IsAssignableFrom<NetworkStream>(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    private static async Task SayAsync(Socket socket, string text) => await socket.SendAsync(Encoding.ASCII.GetBytes(text), TestContext.Current.CancellationToken);

    private static async Task<string> HearAsync(Stream stream, int length)
    {
        var buffer = new byte[length];
        await stream.ReadExactlyAsync(buffer, TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return Encoding.ASCII.GetString(buffer);
    }

    private static async Task<string> HeadAsync(Socket socket)
    {
        var head = "";
        await using var stream = new NetworkStream(socket);
        while (!head.EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            head += await HearAsync(stream, 1);
        }

        return head;
    }

    private Task<HttpResponseMessage> AskAsync(string path = "/")
    {
        var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{_service.LocalEndPoint}{path}"));
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        return _client.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private async Task<Socket> AcceptAsync()
    {
        var far = await _service.AcceptAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        _open.Add(far);
        return far;
    }

    /// <summary>A request and the service's agreement, with what follows it in the same piece.</summary>
    private async Task<(Socket Far, HttpResponseMessage Answer)> AgreeAsync(string beyond)
    {
        var asking = AskAsync();
        var far = await AcceptAsync();
        await HeadAsync(far);
        await SayAsync(far, Agreed + beyond);
        var answer = await asking;
        _open.Add(answer);
        return (far, answer);
    }
}

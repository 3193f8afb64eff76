using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Sure.RealtimeService.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.RealtimeService.Tests;

/// <summary>Where configuration says that clients must say who they are.</summary>
public sealed class AuthenticationTests
{
    private const string Origin = "https://app.example";

    private static readonly (string, string)[] Required =
    [
        ("Realtime:RequireAuthentication", "true"), ("Gateway:AllowedOrigins:0", Origin), ("Realtime:Heartbeat", "00:00:01"),
    ];

    [Fact]
    public async Task Who_must_say_who_it_is_can_do_so_in_a_header_or_in_a_message_and_is_closed_otherwise()
    {
        // Nobody here is closed for saying it late, however busy the cores are.
        await using var host = await RealtimeHost.ReadyAsync(Required.Append(("Realtime:AuthenticationTimeout", "00:01:00")));
        using var known = await Listener.ConnectAsync(host.Address, o => o.SetRequestHeader(InternalToken.Header, host.Instance(0).TokenOf("alice", Scope.Read)));
        await known.SubscribeAsync("tranche_apy");

        using var late = await Listener.ConnectAsync(host.Address);
        Assert.Equal("unauthenticated", Code(await AskAsync(late, """{"action":"subscribe","channel":"tranche_apy"}""")));
        Assert.Equal("pong", (string?)(await AskAsync(late, """{"action":"ping"}"""))["type"]);
        Assert.Equal("authenticated", (string?)(await AskAsync(late, $$"""{"action":"authenticate","token":"{{TestGateway.GoodKey}}"}"""))["type"]);
        await late.SubscribeAsync("tranche_apy");

        using var wrong = await Listener.ConnectAsync(host.Address);
        Assert.Equal("invalid_token", Code(await AskAsync(wrong, """{"action":"authenticate","token":"bad"}""")));
        Assert.Equal((WebSocketCloseStatus.PolicyViolation, "invalid_token"), (await wrong.UntilClosedAsync(), wrong.CloseReason));

        await using var impatient = await RealtimeHost.ReadyAsync(Required.Append(("Realtime:AuthenticationTimeout", "00:00:02")));
        using var silent = await Listener.ConnectAsync(impatient.Address);
        Assert.Equal((WebSocketCloseStatus.PolicyViolation, "unauthenticated"), (await silent.UntilClosedAsync(), silent.CloseReason));
    }

    [Fact]
    public async Task Pages_of_other_origins_may_not_connect()
    {
        await using var host = await RealtimeHost.ReadyAsync(Required);
        (await Listener.ConnectAsync(host.Address, o => o.SetRequestHeader("Origin", Origin))).Dispose();

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => Listener.ConnectAsync(host.Address, o => o.SetRequestHeader("Origin", "https://evil.example")));
        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://sure.example", "https", "sure.example", true)]
    [InlineData("https://sure.example:8443", "https", "Sure.Example:8443", true)]
    [InlineData("http://sure.example", "https", "sure.example", false)]
    [InlineData("https://sure.example:8443", "https", "sure.example", false)]
    [InlineData("https://sure.example.evil.example", "https", "sure.example", false)]
    [InlineData("null", "https", "sure.example", false)]
    // It is the list's, however it is written.
    [InlineData("https://APP.example", "https", "sure.example", true)]
    public async Task Pages_of_the_platform_itself_may_connect(string origin, string scheme, string host, bool isAllowed)
    {
        await using var realtime = await RealtimeHost.ReadyAsync(Required);

        Assert.Equal(isAllowed, await MayConnectAsync(realtime, origin, ("X-Forwarded-Proto", scheme), ("X-Forwarded-Host", host)));
    }

    [Fact]
    public async Task Where_no_gateway_says_where_a_page_came_in_it_is_where_it_connects_to()
    {
        await using var host = await RealtimeHost.ReadyAsync(Required);

        Assert.True(await MayConnectAsync(host, $"http://{host.Address.Authority}"));
        Assert.False(await MayConnectAsync(host, $"https://{host.Address.Authority}"));
    }

    [Fact]
    public async Task Where_nobody_must_any_origin_may_connect_and_a_wrong_token_is_an_error()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var client = await Listener.ConnectAsync(host.Address, o => o.SetRequestHeader("Origin", "https://anywhere.example"));

        Assert.Equal("invalid_token", Code(await AskAsync(client, """{"action":"authenticate","token":"bad"}""")));
        await client.SubscribeAsync("tranche_apy");
    }

    [Fact]
    public async Task Whose_token_is_refused_is_told_to_the_gateway_and_who_goes_on_guessing_is_closed()
    {
        await using var host = await RealtimeHost.ReadyAsync();
        using var client = await Listener.ConnectAsync(host.Address, o => o.SetRequestHeader("X-Forwarded-For", "203.0.113.7"));

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("invalid_token", Code(await AskAsync(client, """{"action":"authenticate","token":"bad"}""")));
        }

        Assert.Equal((WebSocketCloseStatus.PolicyViolation, "invalid_token"), (await client.UntilClosedAsync(), client.CloseReason));
        Assert.Equal(Enumerable.Repeat<string?>("203.0.113.7", 3), host.Instance(0).AskedFor);
    }

    private static async Task<bool> MayConnectAsync(RealtimeHost host, string origin, params (string Name, string Value)[] headers)
    {
        try
        {
            using var client = await Listener.ConnectAsync(host.Address, o =>
            {
                o.SetRequestHeader("Origin", origin);
                foreach (var (name, value) in headers)
                {
                    o.SetRequestHeader(name, value);
                }
            });
            return true;
        }
        catch (WebSocketException exception) when (exception.Message.Contains("403", StringComparison.Ordinal))
        {
            return false;
        }
    }

    private static string? Code(JsonNode error) => (string?)error["code"];

    private static async Task<JsonNode> AskAsync(Listener client, string text)
    {
        await client.SendAsync(text);
        return (await client.NextAsync())!;
    }
}

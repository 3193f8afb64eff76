using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sure.Gateway.Tests.Hosts;
using Sure.Gateway.Webhooks;

namespace Sure.Gateway.Tests.Webhooks;

/// <summary>Whom webhooks reach and whom they do not, whatever a URL, a name server or a receiver says.</summary>
public sealed class TargetTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>An address of each block of RFC 6890 and of the IANA registries since, the edges of some, and neighbours that are public.</summary>
    [Theory]
    [InlineData("0.0.0.0", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("9.255.255.255", true)]
    [InlineData("11.0.0.0", true)]
    [InlineData("100.64.0.1", false)]
    [InlineData("100.100.100.200", false)]
    [InlineData("100.127.255.255", false)]
    [InlineData("100.128.0.0", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("127.255.255.255", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("172.15.255.255", true)]
    [InlineData("172.16.0.0", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("172.32.0.0", true)]
    [InlineData("192.0.0.192", false)]
    [InlineData("192.0.2.1", false)]
    [InlineData("192.88.99.1", false)]
    [InlineData("192.168.0.1", false)]
    [InlineData("198.18.0.1", false)]
    [InlineData("198.19.255.255", false)]
    [InlineData("198.51.100.7", false)]
    [InlineData("203.0.113.7", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("239.255.255.255", false)]
    [InlineData("240.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("8.8.8.8", true)]
    [InlineData("93.184.216.34", true)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:8.8.8.8", false)]
    [InlineData("::ffff:127.0.0.1", false)]
    [InlineData("::8.8.8.8", false)]
    [InlineData("64:ff9b::7f00:1", false)]
    [InlineData("64:ff9b:1::1", false)]
    [InlineData("100::1", false)]
    [InlineData("2001::1", false)]
    [InlineData("2001:2::1", false)]
    [InlineData("2001:20::1", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("2002:7f00:1::", false)]
    [InlineData("3fff::1", false)]
    [InlineData("5f00::1", false)]
    [InlineData("fc00::1", false)]
    [InlineData("fd00:ec2::254", false)]
    [InlineData("fe80::1", false)]
    [InlineData("fec0::1", false)]
    [InlineData("ff02::1", false)]
    [InlineData("2606:4700:4700::1111", true)]
    [InlineData("2a00:1450:4001::1", true)]
    public void Only_addresses_of_the_public_internet_are_reached(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Fact]
    public void A_network_that_is_allowed_is_reached_in_its_own_form_only()
    {
        var policy = Policy(new WebhookOptions { AllowedNetworks = ["10.1.2.0/24", "fd00:1::/64"] });

        Assert.True(policy.Allows(IPAddress.Parse("10.1.2.3")));
        Assert.True(policy.Allows(IPAddress.Parse("fd00:1::5")));
        Assert.False(policy.Allows(IPAddress.Parse("10.1.3.3")));
        Assert.False(policy.Allows(IPAddress.Parse("::ffff:10.1.2.3")));
        Assert.False(policy.Allows(IPAddress.Parse("127.0.0.1")));
    }

    [Theory]
    [InlineData("https://receiver.example/hook?key=1", true)]
    [InlineData("https://receiver.example:8443/", true)]
    [InlineData("https://93.184.216.34/", true)]
    [InlineData("http://receiver.example/", false)]
    [InlineData("ftp://receiver.example/", false)]
    [InlineData("file:///etc/passwd", false)]
    [InlineData("/hook", false)]
    [InlineData("receiver.example", false)]
    [InlineData("", false)]
    [InlineData("https://user@receiver.example/", false)]
    [InlineData("https://user:secret@receiver.example/", false)]
    [InlineData("https://receiver.example/#part", false)]
    [InlineData("https://127.0.0.1/", false)]
    [InlineData("https://2130706433/", false)]
    [InlineData("https://0x7f000001/", false)]
    [InlineData("https://0177.0.0.1/", false)]
    [InlineData("https://127.1/", false)]
    [InlineData("https://127.0.0.1./", false)]
    [InlineData("https://\uff11\uff12\uff17.0.0.\uff11/", false)]
    [InlineData("https://receiver.example.1/", false)]
    [InlineData("https://localhost/", false)]
    [InlineData("https://localhost./", false)]
    [InlineData("https://a.LOCALHOST/", false)]
    [InlineData("https://3.receiver.example/", true)]
    [InlineData("https://receiver.example./", true)]
    [InlineData("https://[::1]/", false)]
    [InlineData("https://[::ffff:10.0.0.1]/", false)]
    [InlineData("https://[fe80::1%25eth0]/", false)]
    [InlineData("https://169.254.169.254/latest/meta-data/", false)]
    [InlineData("https://b\u00fccher.example/", true)]
    // What cannot be written in the letters of the DNS: a label that is too long then, and one that is read in two directions.
    [InlineData("https://\u4e00\u5100\u5200\u5300\u5400\u5500\u5600\u5700\u5800\u5900\u5a00\u5b00\u5c00\u5d00\u5e00\u5f00\u6000\u6100\u6200\u6300\u6400\u6500\u6600\u6700\u6800\u6900\u6a00\u6b00\u6c00.example/", false)]
    [InlineData("https://a\u05d0.example/", false)]
    public void A_URL_is_taken_or_refused(string text, bool taken)
    {
        Assert.Equal(taken, Policy(new WebhookOptions()).TryRead(text, out var url, out var fault));
        Assert.Equal(taken, url is not null && fault is null);
    }

    [Fact]
    public void A_URL_has_at_most_256_characters()
    {
        var policy = Policy(new WebhookOptions());
        var start = "https://receiver.example/";

        Assert.True(policy.TryRead(start.PadRight(256, 'a'), out _, out _));
        Assert.False(policy.TryRead(start.PadRight(257, 'a'), out _, out _));
    }

    [Fact]
    public async Task One_address_that_may_not_be_reached_spoils_the_others()
    {
        var policy = Policy(new WebhookOptions(), "93.184.216.34", "10.0.0.1");

        await Assert.ThrowsAsync<ForbiddenTargetException>(() => policy.ResolveAsync("receiver.example", TestContext.Current.CancellationToken));
    }

    /// <summary>DNS rebinding: the name led elsewhere when it was looked at than when it is connected to.</summary>
    [Fact]
    public async Task The_address_that_is_connected_to_is_the_one_that_was_checked()
    {
        await using var inside = await FakeService.StartAsync("inside");
        var answers = new Queue<string>(["93.184.216.34", "127.0.0.1"]);
        var options = new WebhookOptions { AllowHttp = true };
        var policy = new TargetPolicy(Options.Create(options), (_, _) => Task.FromResult<IPAddress[]>([IPAddress.Parse(answers.Dequeue())]));
        using var sender = new WebhookSender(policy, Options.Create(options), TimeProvider.System);
        Assert.Single(await policy.ResolveAsync("receiver.example", TestContext.Current.CancellationToken));

        var answer = await sender.SendAsync(AttemptTo($"http://receiver.example:{new Uri(inside.Address).Port}/"));

        Assert.Equal(new TargetAnswer(AttemptOutcome.ForbiddenAddress, StatusCode: null), answer);
        Assert.Empty(inside.Arrivals);
        Assert.Empty(answers);
    }

    /// <summary>The name leads to the receiver by what the resolver of the policy says, and by nothing else: no name server knows it.</summary>
    [Fact]
    public async Task The_message_goes_to_the_address_that_the_name_led_to()
    {
        await using var receiver = await FakeService.StartAsync("receiver");
        using var sender = SenderTo("127.0.0.1");

        var answer = await sender.SendAsync(AttemptTo($"http://receiver.invalid:{new Uri(receiver.Address).Port}/hook?a=b"));

        Assert.Equal(new TargetAnswer(AttemptOutcome.Delivered, 200), answer);
        var arrival = Assert.Single(receiver.Arrivals);
        Assert.Equal(("POST", "/hook?a=b"), (arrival.Method, arrival.Target));
        Assert.DoesNotContain("traceparent", arrival.Headers.Keys);
    }

    /// <summary>Its webhook was made when <c>http</c> was allowed.</summary>
    [Fact]
    public async Task By_http_nothing_is_sent_once_it_is_not_allowed_any_more()
    {
        await using var receiver = await FakeService.StartAsync("receiver");
        var options = new WebhookOptions { AllowedNetworks = ["127.0.0.0/8"] };
        using var sender = new WebhookSender(Policy(options, "127.0.0.1"), Options.Create(options), TimeProvider.System);

        var answer = await sender.SendAsync(AttemptTo(receiver.Address));

        Assert.Equal(new TargetAnswer(AttemptOutcome.ForbiddenAddress, StatusCode: null), answer);
        Assert.Empty(receiver.Arrivals);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var elsewhere = await FakeService.StartAsync("elsewhere");
        await using var receiver = await FakeService.StartAsync("receiver");
        receiver.Answer = context =>
        {
            context.Response.Redirect(elsewhere.Address, permanent: false, preserveMethod: true);
            return Task.CompletedTask;
        };
        using var sender = SenderTo("127.0.0.1");

        var answer = await sender.SendAsync(AttemptTo(receiver.Address));

        Assert.Equal(new TargetAnswer(AttemptOutcome.Redirected, 307), answer);
        Assert.Empty(elsewhere.Arrivals);
    }

    [Fact]
    public async Task A_receiver_that_says_nothing_is_not_waited_for_and_one_that_never_stops_is_not_listened_to()
    {
        await using var receiver = await FakeService.StartAsync("receiver");
        using var sender = SenderTo("127.0.0.1", TimeSpan.FromSeconds(0.5));

        receiver.Answer = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        Assert.Equal(AttemptOutcome.Timeout, (await sender.SendAsync(AttemptTo(receiver.Address))).Outcome);

        using var patient = SenderTo("127.0.0.1");
        receiver.Answer = async context =>
        {
            var piece = new byte[64 * 1024];
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
            }
        };
        Assert.Equal(new TargetAnswer(AttemptOutcome.Delivered, 200), await patient.SendAsync(AttemptTo(receiver.Address)));
    }

    [Theory]
    [InlineData(StatusCodes.Status204NoContent, AttemptOutcome.Delivered)]
    [InlineData(StatusCodes.Status404NotFound, AttemptOutcome.Refused)]
    [InlineData(StatusCodes.Status503ServiceUnavailable, AttemptOutcome.Refused)]
    public async Task Only_2xx_means_that_it_has_it(int status, AttemptOutcome outcome)
    {
        await using var receiver = await FakeService.StartAsync("receiver");
        receiver.Answer = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        using var sender = SenderTo("127.0.0.1");

        Assert.Equal(new TargetAnswer(outcome, status), await sender.SendAsync(AttemptTo(receiver.Address)));
    }

    [Fact]
    public async Task What_cannot_be_reached_or_speaks_no_TLS_is_told_apart()
    {
        await using var receiver = await FakeService.StartAsync("receiver");
        using var sender = SenderTo("127.0.0.1");

        Assert.Equal(AttemptOutcome.Unreachable, (await sender.SendAsync(AttemptTo("http://127.0.0.1:1/"))).Outcome);
        Assert.Equal(AttemptOutcome.TlsFailed, (await sender.SendAsync(AttemptTo(receiver.Address.Replace("http:", "https:", StringComparison.Ordinal)))).Outcome);
    }

    private static Attempt AttemptTo(string url) => new(
        Guid.CreateVersion7(Now), Guid.CreateVersion7(Now), Guid.CreateVersion7(Now), url, "whsec_test", "{}", Number: 1, Now);

    private static TargetPolicy Policy(WebhookOptions options, params string[] addresses) =>
        new(Options.Create(options), (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]));

    private static WebhookSender SenderTo(string address, TimeSpan? limit = null)
    {
        var options = new WebhookOptions { AllowHttp = true, AllowedNetworks = ["127.0.0.0/8"], AttemptTimeout = limit ?? TimeSpan.FromSeconds(30) };
        return new(Policy(options, address), Options.Create(options), TimeProvider.System);
    }
}

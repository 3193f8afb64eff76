using System.Net;
using System.Net.Sockets;

namespace Sure.EndToEndTests.Attacks;

/// <summary>No webhook makes the gateway knock at a door that its maker could not reach himself (API7).</summary>
public sealed class WebhookTargetTests(RunningPlatform platform)
{
    private const string Webhooks = "/api/v2/webhooks";

    /// <summary>Ways to write addresses that are not of the public internet, 127.0.0.1 most of all; and schemes that are none for a webhook.</summary>
    private static readonly string[] Hosts =
    [
        "127.0.0.1", "127.1", "127.0.1", "0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "017700000001", "127.0.0.1.", "0", "0.0.0.0", "[::]", "[::1]", "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fe80::1]", "[fe80::1%25lo]", "[fc00::1]", "[ff02::1]",
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "a.LocalHost.", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "\u2460\u2461\u2466.0.0.1", "%31%32%37.0.0.1",
        "169.254.169.254", "0xa9fea9fe", "2852039166", "[::ffff:169.254.169.254]", "[fd00:ec2::254]", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "10.0.0.1", "10.1", "172.16.0.1", "192.168.0.1", "192.168.257", "100.64.0.1", "198.18.0.1", "224.0.0.1", "255.255.255.255",
    ];

    [Fact]
    public async Task No_spelling_of_an_address_that_is_not_public_becomes_a_webhook()
    {
        using var door = new TcpListener(IPAddress.IPv6Any, 0) { Server = { DualMode = true } };
        door.Start();
        var port = ((IPEndPoint)door.LocalEndpoint).Port;
        var faults = new List<string>();
        foreach (var url in Hosts.SelectMany(h => (string[])[$"https://{h}:{port}/", $"https://{h}/"]).Concat(
            [
                $"http://127.0.0.1:{port}/", $"https://user@127.0.0.1:{port}/", $"https://example.invalid@127.0.0.1:{port}/", $"https://127.0.0.1:{port}\\@example.invalid/", $"https://127.0.0.1:{port}#@example.invalid/",
                $"HTTPS://127.0.0.1:{port}/", $" https://127.0.0.1:{port}/", $"https:127.0.0.1:{port}", $"https:///127.0.0.1:{port}/", $"https:\\\\127.0.0.1:{port}\\", $"//127.0.0.1:{port}/",
                "file:///etc/passwd", $"gopher://127.0.0.1:{port}/", $"ftp://127.0.0.1:{port}/", $"ws://127.0.0.1:{port}/", "data:text/plain,x", "javascript:x", "/internal/keys", "",
            ]))
        {
            var answer = await platform.Operator.PostJsonAsync(Webhooks, new { url, events = new[] { "claims" } });
            if (answer.Status is not HttpStatusCode.UnprocessableEntity)
            {
                faults.Add($"{url} → {answer}");
            }
        }

        Assert.True(faults.Count == 0, string.Join(Environment.NewLine, faults));
        Assert.False(door.Pending());
    }

    [Fact]
    public async Task A_name_that_leads_nowhere_is_not_sent_to_and_the_log_says_no_more_than_that()
    {
        var made = await platform.Operator.PostJsonAsync(Webhooks, new { url = "https://nobody.invalid/secret-path", events = new[] { "claims" } });
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var path = $"{Webhooks}/{made["webhook_id"]}";
        Assert.Equal(HttpStatusCode.Accepted, (await platform.Operator.PostJsonAsync($"{path}/test", new { })).Status);

        var log = await Eventually.HoldsAsync(
            () => platform.Operator.GetJsonAsync($"{path}/deliveries"),
            d => (string?)d["items"].AsArray().SingleOrDefault()?["last_outcome"] is not null,
            TimeSpan.FromSeconds(60),
            "the first attempt is over");
        Assert.Equal("unreachable", (string?)log["items"][0]!["last_outcome"]);
        Assert.DoesNotContain("secret-path", log.ToString(), StringComparison.Ordinal);
        using var forgotten = await platform.Operator.DeleteAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, forgotten.StatusCode);
        var trail = await platform.Operator.GetJsonAsync("/api/v2/admin/audit?limit=200");
        Assert.Equal(["webhook_deleted", "webhook_tested", "webhook_made"], trail["items"].AsArray().Where(r => (string?)r!["detail"]?["webhook_id"] == (string?)made["webhook_id"]).Select(r => (string?)r!["action"]));
        Assert.DoesNotContain("secret-path", trail.ToString(), StringComparison.Ordinal);
    }
}

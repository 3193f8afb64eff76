using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Coordination.Audit;
using Sure.Coordination.Migrations;
using Sure.Gateway.Tests.Hosts;
using Sure.Gateway.Webhooks;
using Sure.ServiceDefaults.Identity;
using Sure.ServiceDefaults.Paging;
using Sure.TestServers;

namespace Sure.Gateway.Tests.Webhooks;

/// <summary>From an event to a receiver, on a real database.</summary>
public sealed class DeliveryTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Now = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly Caller Nobody = Caller.From(new ClaimsPrincipal());

    /// <summary>Of a counter that begins with its first 1 no increase is seen.</summary>
    [Fact]
    public async Task Deliveries_given_up_are_counted_from_the_start()
    {
        var zero = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, all) =>
            {
                if (instrument.Name == "sure.webhook.given_up")
                {
                    all.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((_, value, _, _) =>
        {
            if (value == 0)
            {
                zero.TrySetResult();
            }
        });
        listener.Start();

        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), []);

        await zero.Task.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Subscribers_are_told_signed_and_each_once_in_the_log()
    {
        await using var risk = await Producer.StartAsync("riskservice");
        await using var receiver = await FakeService.StartAsync("receiver");
        var received = Receive(receiver, failFirst: true);
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), Settings(risk));
        var admin = await gateway.IssueKeyAsync("operator", [Scope.Admin]);
        var reader = await gateway.IssueKeyAsync("reader", [Scope.Read]);

        var request = new { url = $"{receiver.Address}/?token=secret", events = new[] { "risk_alerts", "claims" } };
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(gateway, key: null, HttpMethod.Post, "", request)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await SendAsync(gateway, reader, HttpMethod.Post, "", request)).Status);
        var made = await SendAsync(gateway, admin, HttpMethod.Post, "", request);
        Assert.Equal(HttpStatusCode.Created, made.Status);
        var (id, secret) = ((string)made.Body!["webhook_id"]!, (string)made.Body["secret"]!);

        foreach (var (url, events, status) in new[]
            {
                ("https://10.0.0.1/", new[] { "claims" }, HttpStatusCode.UnprocessableEntity),
                ("not a url", ["claims"], HttpStatusCode.UnprocessableEntity),
                (receiver.Address, [], HttpStatusCode.UnprocessableEntity),
                (receiver.Address, ["prices"], HttpStatusCode.BadRequest),
            })
        {
            Assert.Equal(status, (await SendAsync(gateway, admin, HttpMethod.Post, "", new { url, events })).Status);
        }

        var shown = await SendAsync(gateway, admin, HttpMethod.Get, "");
        Assert.Equal(id, (string?)Assert.Single(shown.Body!["items"]!.AsArray())!["webhook_id"]);
        Assert.DoesNotContain(secret, $"{shown.Body}{(await SendAsync(gateway, admin, HttpMethod.Get, $"/{id}")).Body}", StringComparison.Ordinal);

        var told = Alert();
        risk.Tell(told, new BridgeAlertRaised(Guid.CreateVersion7(Now), Now, "wormhole_eth_ton", Guid.CreateVersion7(Now), "tvl_drop", Severity.Critical, "Nobody asked."));

        var delivered = await LogAsync(gateway, admin, id, log => log is [{ } only] && (string?)only["status"] == "delivered");
        Assert.Equal(
            (2, "delivered", 200, $"{told.EventId}"),
            ((int)delivered[0]!["attempts"]!, (string?)delivered[0]!["last_outcome"], (int)delivered[0]!["last_status_code"]!, (string?)delivered[0]!["event_id"]));
        Assert.Equal(2, received.Count);
        Assert.All(received, r => AssertSigned(r, secret));
        Assert.All(received, r => Assert.Equal(($"{told.EventId}", $"{told.EventId}"), (r.Headers["Sure-Webhook-Id"], (string?)JsonNode.Parse(r.Body)!["id"])));

        Assert.Equal(HttpStatusCode.Accepted, (await SendAsync(gateway, admin, HttpMethod.Post, $"/{id}/test")).Status);
        await LogAsync(gateway, admin, id, log => log.Count == 2 && log.All(d => (string?)d!["status"] == "delivered"));
        var first = await SendAsync(gateway, admin, HttpMethod.Get, $"/{id}/deliveries?limit=1&status=delivered");
        Assert.Equal("test", (string?)Assert.Single(first.Body!["items"]!.AsArray())!["type"]);
        var second = await SendAsync(gateway, admin, HttpMethod.Get, $"/{id}/deliveries?limit=1&cursor={first.Body["next_cursor"]}");
        Assert.Equal("risk_alert_raised", (string?)Assert.Single(second.Body!["items"]!.AsArray())!["type"]);
        Assert.Equal(HttpStatusCode.BadRequest, (await SendAsync(gateway, admin, HttpMethod.Get, $"/{id}/deliveries?status=lost")).Status);

        Assert.Equal(HttpStatusCode.NoContent, (await SendAsync(gateway, admin, HttpMethod.Delete, $"/{id}")).Status);
        foreach (var (method, path) in new[] { (HttpMethod.Delete, ""), (HttpMethod.Get, ""), (HttpMethod.Get, "/deliveries"), (HttpMethod.Post, "/test") })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await SendAsync(gateway, admin, method, $"/{id}{path}")).Status);
        }

        // Once each, whatever was refused meanwhile; of the URL only where it leads.
        var trail = await gateway.Services.GetRequiredService<AuditTrail>().ReadAsync(before: null, limit: 200, TestContext.Current.CancellationToken);
        var ofWebhooks = trail.Where(r => r.Action.StartsWith("webhook_", StringComparison.Ordinal)).ToList();
        Assert.Equal([("webhook_deleted", "operator"), ("webhook_tested", "operator"), ("webhook_made", "operator")], ofWebhooks.Select(r => (r.Action, r.Actor)));
        Assert.All(ofWebhooks, r => Assert.Equal((id, new Uri(receiver.Address).Authority), (r.Detail.GetProperty("webhook_id").GetString(), r.Detail.GetProperty("host").GetString())));
        Assert.DoesNotContain(secret, string.Concat(ofWebhooks.Select(r => $"{r.Detail}")), StringComparison.Ordinal);
        Assert.DoesNotContain("token=secret", string.Concat(ofWebhooks.Select(r => $"{r.Detail}")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restart_loses_nothing()
    {
        await using var risk = await Producer.StartAsync("riskservice");
        await using var receiver = await FakeService.StartAsync("receiver");
        var isWell = false;
        var received = Receive(receiver, isWell: () => Volatile.Read(ref isWell));
        var database = await postgres.CreateDatabaseAsync();
        string admin;
        string id;
        await using (var gateway = await GatewayHost.StartAsync(database, Settings(risk)))
        {
            admin = await gateway.IssueKeyAsync("operator", [Scope.Admin]);
            id = (string)(await SendAsync(gateway, admin, HttpMethod.Post, "", new { url = receiver.Address, events = new[] { "risk_alerts" } })).Body!["webhook_id"]!;
            risk.Tell(Alert());
            await LogAsync(gateway, admin, id, log => log is [{ } only] && (string?)only["last_outcome"] == "refused");
        }

        // Told while nobody listened.
        risk.Tell(Alert());
        Volatile.Write(ref isWell, true);
        await using var again = await GatewayHost.StartAsync(database, Settings(risk));
        await again.ReadyAsync();
        await LogAsync(again, admin, id, log => log.Count == 2 && log.All(d => (string?)d!["status"] == "delivered"));
        Assert.Equal(2, received.Where(r => r.Accepted).Select(r => r.Headers["Sure-Webhook-Id"]).Distinct().Count());
    }

    /// <summary>The pumps are our own, on a clock of ours; the gateway beside them only makes the schema.</summary>
    [Fact]
    public async Task What_is_taken_is_nobody_elses_until_its_time_is_over_and_after_a_day_it_is_given_up()
    {
        await using var receiver = await FakeService.StartAsync("receiver");
        var held = new TaskCompletionSource();
        var begun = new SemaphoreSlim(0);
        var answering = false;
        receiver.Answer = async context =>
        {
            begun.Release();
            if (!Volatile.Read(ref answering))
            {
                await held.Task;
            }

            context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        };
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { ["Webhooks:Concurrency"] = "0" });
        await gateway.ReadyAsync();
        var clock = new SteppedClock(Now);
        var (webhooks, deliveries) = (gateway.Services.GetRequiredService<WebhookStore>(), gateway.Services.GetRequiredService<DeliveryStore>());
        var webhook = new Webhook(Guid.CreateVersion7(Now), receiver.Address, [WebhookEvent.Claims], "whsec_test", "operator", Now);
        Assert.True(await webhooks.TryAddAsync(webhook, Nobody, 1, TestContext.Current.CancellationToken));
        Assert.False(await webhooks.TryAddAsync(webhook with { WebhookId = Guid.CreateVersion7(Now) }, Nobody, 1, TestContext.Current.CancellationToken));
        await deliveries.QueueTestAsync(webhook.WebhookId, Nobody, Now, TestContext.Current.CancellationToken);
        using var one = Pump(gateway, clock);
        using var other = Pump(gateway, clock);

        // One has it, and hangs.
        Assert.Equal(1, await one.Value.BeginDueAsync(TestContext.Current.CancellationToken));
        Assert.True(await begun.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        Assert.Equal(0, await other.Value.BeginDueAsync(TestContext.Current.CancellationToken));

        // It might be dead: the other begins anew. What the first one says now counts for nothing.
        clock.Now += TimeSpan.FromMinutes(1);
        Volatile.Write(ref answering, true);
        Assert.Equal(1, await other.Value.BeginDueAsync(TestContext.Current.CancellationToken));
        await other.Value.IdleAsync();
        var second = await OnlyAsync();
        Assert.Equal((2, DeliveryStatus.Pending, clock.Now.AddSeconds(30)), (second.Attempts, second.Status, second.NextAttemptAt));
        held.SetResult();
        await one.Value.IdleAsync();
        Assert.Equal(second, await OnlyAsync());

        while ((await OnlyAsync()).NextAttemptAt is { } due)
        {
            clock.Now = due - TimeSpan.FromTicks(10);
            Assert.Equal(0, await one.Value.BeginDueAsync(TestContext.Current.CancellationToken));
            clock.Now = due;
            Assert.Equal(1, await one.Value.BeginDueAsync(TestContext.Current.CancellationToken));
            await one.Value.IdleAsync();
        }

        var last = await OnlyAsync();
        Assert.Equal((DeliveryStatus.GivenUp, AttemptOutcome.Refused, 500, Now.AddHours(24)), (last.Status, last.LastOutcome!.Value, last.LastStatusCode!.Value, last.AttemptedAt!.Value));
        clock.Now = Now.AddDays(2);
        Assert.Equal(0, await one.Value.BeginDueAsync(TestContext.Current.CancellationToken));
        var life = TimeSpan.FromDays(30);
        Assert.Equal(0, await TrimAsync(gateway, life, Now.AddHours(24) + life));
        Assert.Equal(1, await TrimAsync(gateway, life, Now.AddHours(24) + life + TimeSpan.FromSeconds(1)));

        async Task<DeliveryDocument> OnlyAsync() =>
            Assert.Single(await deliveries.ListAsync(webhook.WebhookId, status: null, new PageRequest(Before: null, Limit: 10), TestContext.Current.CancellationToken));
    }

    /// <summary>One was delivered 31 days ago, the other 29 days ago. By the instance's clock it is a year later.</summary>
    [Fact]
    public async Task A_clock_that_is_ahead_forgets_no_delivery_that_is_to_be_kept()
    {
        // What the gateway itself forgets is none of them.
        await using var gateway = await GatewayHost.StartAsync(
            await postgres.CreateDatabaseAsync(), new() { ["Webhooks:Concurrency"] = "0", ["Webhooks:LogRetention"] = "60.00:00:00" });
        await gateway.ReadyAsync();
        var now = TimeProvider.System.GetUtcNow();
        var (webhooks, deliveries) = (gateway.Services.GetRequiredService<WebhookStore>(), gateway.Services.GetRequiredService<DeliveryStore>());
        var webhook = new Webhook(Guid.CreateVersion7(now), "https://receiver.example/", [WebhookEvent.Claims], "whsec_test", "operator", now);
        Assert.True(await webhooks.TryAddAsync(webhook, Nobody, 1, TestContext.Current.CancellationToken));
        foreach (var days in new[] { 31, 29 })
        {
            await deliveries.QueueTestAsync(webhook.WebhookId, Nobody, now.AddDays(-days), TestContext.Current.CancellationToken);
        }

        await using (var finish = gateway.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "UPDATE webhook_delivery SET status = 'delivered', finished_at = created_at"))
        {
            Assert.Equal(2, await finish.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));
        }

        Assert.Equal(1, await TrimAsync(gateway, TimeSpan.FromDays(30), now.AddYears(1)));

        var kept = Assert.Single(await deliveries.ListAsync(
            webhook.WebhookId, status: null, new PageRequest(Before: null, Limit: 10), TestContext.Current.CancellationToken));
        Assert.Equal(now.AddDays(-29), kept.CreatedAt, TimeSpan.FromSeconds(1));
    }

    private static RiskAlertRaised Alert()
    {
        var now = TimeProvider.System.GetUtcNow();
        return new(Guid.CreateVersion7(now), now, Guid.CreateVersion7(now), "LTV_Breach", "", Severity.High, "LTV warning: 71.00% >= 70.00%", 0.71m, 0.70m);
    }

    private static Dictionary<string, string?> Settings(Producer risk) => new()
    {
        ["services:riskservice:http:0"] = risk.Address,
        ["Intake:CatchUpInterval"] = "00:00:00.2",
        ["Webhooks:AllowHttp"] = "true",
        ["Webhooks:AllowedNetworks:0"] = "127.0.0.0/8",
        ["Webhooks:PollInterval"] = "00:00:00.1",
        ["Webhooks:FirstPause"] = "00:00:00.1",
        ["Webhooks:LongestPause"] = "00:00:01",
    };

    /// <summary>Remembers what comes, and answers 200 when it is well.</summary>
    private static ConcurrentQueue<Message> Receive(FakeService receiver, bool failFirst = false, Func<bool>? isWell = null)
    {
        var received = new ConcurrentQueue<Message>();
        receiver.Answer = async context =>
        {
            using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
            var body = await reader.ReadToEndAsync(context.RequestAborted);
            var accepted = (isWell?.Invoke() ?? true) && !(failFirst && received.IsEmpty);
            received.Enqueue(new Message(context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body, accepted));
            context.Response.StatusCode = accepted ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        };
        return received;
    }

    /// <summary>As a receiver would, from the description alone.</summary>
    private static void AssertSigned(Message message, string secret)
    {
        var timestamp = message.Headers["Sure-Webhook-Timestamp"];
        var expected = HMACSHA256.HashData(Encoding.ASCII.GetBytes(secret), Encoding.UTF8.GetBytes($"{timestamp}.{message.Body}"));
        Assert.Equal($"v1={Convert.ToHexStringLower(expected)}", message.Headers["Sure-Webhook-Signature"]);
        Assert.InRange(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - long.Parse(timestamp, CultureInfo.InvariantCulture), 0, 300);
    }

    private static async Task<JsonArray> LogAsync(GatewayHost gateway, string key, string id, Func<JsonArray, bool> holds) =>
        await TestServers.Eventually.HoldsAsync(
            async () => (await SendAsync(gateway, key, HttpMethod.Get, $"/{id}/deliveries")).Body!["items"]!.AsArray(),
            holds,
            "the log is as wanted",
            TestContext.Current.CancellationToken,
            TimeSpan.FromSeconds(40));

    private static async Task<Reply> SendAsync(
        GatewayHost gateway, string? key, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v2/webhooks{path}");
        if (key is not null)
        {
            request.Headers.Add("Authorization", $"Bearer {key}");
        }

        if (body is not null)
        {
            request.Content = JsonContent.Create(body);
        }

        using var response = await gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new Reply(response.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }

    private static async Task<int> TrimAsync(GatewayHost gateway, TimeSpan retention, DateTimeOffset now)
    {
        await using var connection = await gateway.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var forgotten = await DeliveryStore.TrimAsync(retention, now, limit: 10, connection, transaction, TestContext.Current.CancellationToken);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        return forgotten;
    }

    private static Owned Pump(GatewayHost gateway, TimeProvider clock)
    {
        var options = Options.Create(new WebhookOptions { AllowHttp = true, AllowedNetworks = ["127.0.0.0/8"], AttemptTimeout = TimeSpan.FromSeconds(30) });
        var sender = new WebhookSender(new TargetPolicy(options, Dns.GetHostAddressesAsync), options, clock);
        return new(
            new WebhookPump(
                gateway.Services.GetRequiredService<DeliveryStore>(),
                sender,
                gateway.Services.GetRequiredService<SchemaReady>(),
                options,
                () => 0.5,
                clock,
                NullLogger<WebhookPump>.Instance),
            sender);
    }

    private sealed record Reply(HttpStatusCode Status, JsonNode? Body);

    private sealed record Message(IReadOnlyDictionary<string, string> Headers, string Body, bool Accepted);

    private sealed record Owned(WebhookPump Value, WebhookSender Sender) : IDisposable
    {
        public void Dispose()
        {
            Value.Dispose();
            Sender.Dispose();
        }
    }

    /// <summary>A clock that stands; timers go on.</summary>
    private sealed class SteppedClock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

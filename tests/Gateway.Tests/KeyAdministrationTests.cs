using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;
using Sure.Gateway.Audit;
using Sure.Gateway.Keys;
using Sure.Gateway.Tests.Hosts;
using Sure.ServiceDefaults.Identity;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>Operators make and revoke keys, and the audit trail tells of it.</summary>
public sealed class KeyAdministrationTests(KeyAdministrationTests.Host host, PostgresServer postgres) : IClassFixture<KeyAdministrationTests.Host>
{
    private const string Keys = "/api/v2/admin/api-keys";

    private GatewayHost Gateway => host.Gateway;

    [Fact]
    public async Task A_key_is_shown_once_works_at_once_and_says_who_made_it()
    {
        using var root = Client(await Gateway.IssueKeyAsync("root", [Scope.Admin]));

        var (status, made) = await PostAsync(root, Request("keeper", ["ingest", "read"], sources: ["pyth"], limitScale: 2m));

        Assert.Equal(HttpStatusCode.Created, status);
        var key = (string)made["key"]!;
        var id = (string)made["details"]!["key_id"]!;
        Assert.Equal(("keeper", "root"), ((string?)made["details"]!["subject"], (string?)made["details"]!["made_by"]));
        using var used = await Gateway.GetAsync("/api/v2/risk/limits", key);
        Assert.Equal(HttpStatusCode.OK, used.StatusCode);
        var token = new JsonWebToken(Gateway.Fakes["riskservice"].Arrivals.Last().Headers[InternalToken.Header]);
        Assert.Equal(("keeper", "ingest read", "pyth", """["root"]"""), (token.Subject, Claim(token, "scope"), Claim(token, "sources"), Claim(token, "makers")));

        await Gateway.Services.GetRequiredService<KeyUses>().WriteAsync(TestContext.Current.CancellationToken);
        var shown = await GetAsync(root, $"{Keys}/{id}");
        Assert.NotNull(shown["last_used_at"]);
        Assert.Contains((await GetAsync(root, $"{Keys}?limit=200"))["items"]!.AsArray(), k => (string?)k!["key_id"] == id);
        foreach (var answer in new[] { shown.ToJsonString(), (await GetAsync(root, Keys)).ToJsonString(), (await GetAsync(root, "/api/v2/admin/audit")).ToJsonString() })
        {
            Assert.DoesNotContain(key[^43..], answer, StringComparison.Ordinal);
            Assert.DoesNotContain("hash", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Makers_of_makers_are_known()
    {
        using var root = Client(await Gateway.IssueKeyAsync("root", [Scope.Admin]));
        var (_, second) = await PostAsync(root, Request("second", ["admin"]));
        using var operatorOfRoot = Client((string)second["key"]!);
        var (_, third) = await PostAsync(operatorOfRoot, Request("third", ["read"]));

        using var used = await Gateway.GetAsync("/api/v2/risk/limits", (string)third["key"]!);

        Assert.Equal("""["second","root"]""", Claim(new JsonWebToken(Gateway.Fakes["riskservice"].Arrivals.Last().Headers[InternalToken.Header]), "makers"));
    }

    /// <summary>Where the trust in all of them begins is told last. Who makes keys in its name must not be there instead.</summary>
    [Fact]
    public async Task The_first_of_all_makers_is_the_last_told_whose_name_a_key_may_have()
    {
        using var root = Client(await Gateway.IssueKeyAsync("root", [Scope.Admin]));
        var (_, carls) = await PostAsync(root, Request("carl", ["admin"]));
        using var carl = Client((string)carls["key"]!);
        var (_, named) = await PostAsync(carl, Request("root", ["admin"]));
        using var namesake = Client((string)named["key"]!);
        var (_, made) = await PostAsync(namesake, Request("x", ["read"]));

        using var used = await Gateway.GetAsync("/api/v2/risk/limits", (string)made["key"]!);

        Assert.Equal("""["root","carl","root"]""", Claim(new JsonWebToken(Gateway.Fakes["riskservice"].Arrivals.Last().Headers[InternalToken.Header]), "makers"));
    }

    [Fact]
    public async Task A_revoked_key_is_refused_by_every_instance_within_5_s()
    {
        await using var other = await GatewayHost.StartAsync(host.Database);
        using var root = Client(await Gateway.IssueKeyAsync("root", [Scope.Admin]));
        var (_, made) = await PostAsync(root, Request("alice", ["read"]));
        var key = (string)made["key"]!;
        GatewayHost[] instances = [Gateway, other];
        foreach (var instance in instances)
        {
            using var good = await instance.GetAsync("/api/v2/pool", key);
            Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        }

        using var revoked = await root.DeleteAsync($"{Keys}/{made["details"]!["key_id"]}", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        await Task.Delay(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);

        foreach (var instance in instances)
        {
            using var refused = await instance.GetAsync("/api/v2/pool", key);
            await Problems.AssertAsync(refused, HttpStatusCode.Unauthorized);
        }
    }

    [Theory]
    [InlineData("""{"subject":"","scopes":["read"]}""", 422, "subject")]
    [InlineData("""{"subject":" a","scopes":["read"]}""", 422, "subject")]
    [InlineData("""{"subject":"platform","scopes":["read"]}""", 422, "subject")]
    [InlineData("""{"subject":"Others","scopes":["read"]}""", 422, "subject")]
    [InlineData("""{"subject":"a","scopes":[]}""", 422, "scopes")]
    [InlineData("""{"subject":"a","scopes":["root"]}""", 400, "scopes")]
    [InlineData("""{"subject":"a","scopes":["read"],"sources":["x"]}""", 422, "sources")]
    [InlineData("""{"subject":"a","scopes":["ingest"]}""", 422, "sources")]
    [InlineData("""{"subject":"a","scopes":["ingest"],"sources":["sim-a"]}""", 422, "sources")]
    [InlineData("""{"subject":"a","scopes":["ingest"],"sources":["a","paused-ethereum"]}""", 422, "sources")]
    [InlineData("""{"subject":"a","scopes":["read"],"limit_scale":0}""", 422, "limit_scale")]
    [InlineData("""{"subject":"a","scopes":["read"],"limit_scale":1.0001}""", 422, "limit_scale")]
    [InlineData("""{"subject":"a","scopes":["read"],"expires_at":1}""", 422, "expires_at")]
    [InlineData("""{"subject":"a","scopes":["read"],"key_id":"00000000-0000-0000-0000-000000000000"}""", 400, "key_id")]
    [InlineData("""{"subject":"a","scopes":["read"],"makers":["nobody"]}""", 400, "makers")]
    [InlineData("""{"subject":"a","scopes":["read"],"made_by":"nobody"}""", 400, "made_by")]
    public async Task A_key_that_cannot_be_is_refused_by_its_field_and_nothing_is_made(string body, int status, string field)
    {
        using var root = Client(await Gateway.IssueKeyAsync("root", [Scope.Admin]));
        var before = await CountAsync();

        using var answer = await root.PostAsync(Keys, new StringContent(body, new MediaTypeHeaderValue("application/json")), TestContext.Current.CancellationToken);

        var problem = await Problems.AssertAsync(answer, (HttpStatusCode)status);
        Assert.NotNull(problem["errors"]![field]);
        Assert.Equal(before, await CountAsync());
    }

    [Fact]
    public async Task Without_the_scope_admin_there_is_nothing_to_administer()
    {
        var known = await Gateway.IssueKeyAsync("alice", [Scope.Read, Scope.Write, Scope.Ingest], ["*"]);
        foreach (var (key, status) in new[] { (known, HttpStatusCode.Forbidden), (null, HttpStatusCode.Unauthorized) })
        {
            foreach (var path in (string[])[Keys, $"{Keys}/{Guid.NewGuid()}", "/api/v2/admin/audit"])
            {
                using var answer = await Gateway.GetAsync(path, key);
                await Problems.AssertAsync(answer, status);
            }
        }

        using var inside = await Gateway.Internal.GetAsync(Keys, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, inside.StatusCode);
    }

    [Fact]
    public async Task The_trails_of_all_services_are_one_in_the_order_of_time()
    {
        var now = TimeProvider.System.GetUtcNow().AddHours(1);
        Tell("utilizationservice", now, 1, 3, 5);
        Tell("bridgeservice", now, 2, 4);
        using var root = Client(await Gateway.IssueKeyAsync("root", [Scope.Admin]));
        await PostAsync(root, Request("alice", ["read"]));

        var page = await GetAsync(root, "/api/v2/admin/audit?limit=3");
        var next = await GetAsync(root, $"/api/v2/admin/audit?cursor={page["next_cursor"]}");

        Assert.Equal(["5 utilizationservice", "4 bridgeservice", "3 utilizationservice"], page["items"]!.AsArray().Select(Name));
        // Whom other tests had refused may be noted just now.
        var rest = next["items"]!.AsArray().Where(r => (string?)r!["action"] != "auth_failed").Take(3).ToList();
        Assert.Equal(["2 bridgeservice", "1 utilizationservice", "key_made gateway"], rest.Select(Name));
        Assert.Equal("root", (string?)rest[2]!["actor"]);
        var asked = Gateway.Fakes["bridgeservice"].Arrivals.Last(a => a.Target.StartsWith("/internal/audit", StringComparison.Ordinal));
        var token = new JsonWebToken(asked.Headers["X-Sure-Service"]);
        Assert.Equal(("gateway", "bridgeservice"), (token.Issuer, token.Audiences.Single()));

        // One with holes would look complete.
        Gateway.Fakes["bridgeservice"].Answer = context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        using var holes = await root.GetAsync("/api/v2/admin/audit", TestContext.Current.CancellationToken);
        await Problems.AssertAsync(holes, HttpStatusCode.ServiceUnavailable);
        Tell("bridgeservice", now);
    }

    [Fact]
    public async Task A_trail_that_breaks_off_makes_no_page()
    {
        using var root = Client(await Gateway.IssueKeyAsync("root", [Scope.Admin]));
        Gateway.Fakes["bridgeservice"].Answer = async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("""{"items":[""");
            await context.Response.Body.FlushAsync();
            context.Abort();
        };

        using var answer = await root.GetAsync("/api/v2/admin/audit", TestContext.Current.CancellationToken);

        await Problems.AssertAsync(answer, HttpStatusCode.ServiceUnavailable);
        Gateway.Fakes["bridgeservice"].Answer = context => context.Response.WriteAsync("""{"items":[]}""");
    }

    [Theory]
    [InlineData(Keys, """{"subject":"alice","scopes":["read"]}""")]
    [InlineData("/api/v2/webhooks", """{"url":"https://93.184.216.34/","events":["claims"]}""")]
    public async Task What_is_shown_once_is_kept_by_nobody_on_its_way(string path, string body)
    {
        using var root = Client(await Gateway.IssueKeyAsync("root", [Scope.Admin]));

        using var made = await root.PostAsync(path, new StringContent(body, new MediaTypeHeaderValue("application/json")), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        Assert.Equal("no-store", $"{made.Headers.CacheControl}");
    }

    [Fact]
    public async Task What_goes_on_at_the_door_is_noted_once_with_its_number_and_told()
    {
        // Of its own: others fail at the door of theirs too.
        var own = await postgres.CreateDatabaseAsync();
        await using var database = NpgsqlDataSource.Create(own);
        await using var gateway = await GatewayHost.StartAsync(own, new() { ["Limits:Scale"] = "1", ["Limits:Claims"] = "2" });
        await gateway.ReadyAsync();
        var key = await gateway.IssueKeyAsync("mallory");
        for (var i = 0; i < 5; i++)
        {
            using var refused = await gateway.GetAsync("/api/v2/pool", "sure_nonsense");
            using var client = Client(key, gateway);
            using var claim = await client.PostAsJsonAsync("/api/v2/claims", new { }, TestContext.Current.CancellationToken);
        }

        using (var root = Client(await gateway.IssueKeyAsync("root", [Scope.Admin]), gateway))
        {
            using var reset = await root.PostAsJsonAsync("/api/v2/admin/breaker/reset", new { }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, reset.StatusCode);
            using var rebuilt = await root.PostAsJsonAsync("/api/v2/risk/exposure/rebuild", new { }, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, rebuilt.StatusCode);
        }

        await Eventually.HoldsAsync(async () => await CountAsync("auth_failed", "127.0.0.1") >= 1 && await CountAsync("limit_hit", "mallory") == 1 && await CountAsync("breaker_reset", "root") == 1 && await CountAsync("exposure_rebuilt", "root") == 1, "they are noted");
        // The first is written at once, and all that followed within its minute when it is told to stop.
        await gateway.Services.GetRequiredService<SecurityWatch>().StopAsync(TestContext.Current.CancellationToken);
        Assert.InRange(await CountAsync("auth_failed", "127.0.0.1"), 1, 2);
        Assert.Equal(5, await SumAsync("auth_failed", "127.0.0.1"));
        // Only the first refusal of a minute is one: the third claim of five.
        Assert.Equal(1, await SumAsync("limit_hit", "mallory"));
        await using var connection = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("DELETE FROM audit"));
        Assert.Contains("append-only", refusal.MessageText, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("UPDATE audit SET actor = 'nobody'"));
        await Assert.ThrowsAsync<PostgresException>(() => connection.ExecuteAsync("TRUNCATE audit"));
        Assert.Equal("", await connection.ExecuteScalarAsync<string>("SELECT coalesce(string_agg(data::text, ''), '') FROM outbox WHERE data::text LIKE '%sure_nonsense%'"));
        Assert.Equal(1, await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM outbox WHERE type = 'SecurityEventOccurred' AND data ->> 'kind' = 'breaker_reset'"));

        async Task<int> CountAsync(string action, string actor)
        {
            await using var asking = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
            return await asking.ExecuteScalarAsync<int>("SELECT count(*) FROM audit WHERE action = @action AND actor = @actor", new { action, actor });
        }

        async Task<int> SumAsync(string action, string actor)
        {
            await using var asking = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
            return await asking.ExecuteScalarAsync<int>("SELECT sum((detail ->> 'count')::int) FROM audit WHERE action = @action AND actor = @actor", new { action, actor });
        }
    }

    private static string Name(JsonNode? record) => $"{record!["action"]} {record["service"]}";

    private static string? Claim(JsonWebToken token, string name) => token.TryGetPayloadValue<string>(name, out var value) ? value : null;

    private static JsonObject Request(string subject, string[] scopes, string[]? sources = null, decimal limitScale = 1) => new()
    {
        ["subject"] = subject,
        ["scopes"] = new JsonArray([.. scopes.Select(s => (JsonNode)s)]),
        ["sources"] = new JsonArray([.. (sources ?? []).Select(s => (JsonNode)s)]),
        ["limit_scale"] = limitScale,
    };

    private static async Task<JsonObject> GetAsync(HttpClient client, string path) =>
        (await client.GetFromJsonAsync<JsonObject>(path, TestContext.Current.CancellationToken))!;

    private static async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(HttpClient client, JsonObject body)
    {
        using var answer = await client.PostAsJsonAsync(Keys, body, TestContext.Current.CancellationToken);
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!);
    }

    private void Tell(string service, DateTimeOffset now, params int[] numbers)
    {
        var records = numbers.OrderDescending().Select(n => (Id: Guid.CreateVersion7(now.AddSeconds(n)), Number: n)).ToList();
        Gateway.Fakes[service].Answer = async context =>
        {
            if (context.Request.Path != "/internal/audit")
            {
                await context.Response.WriteAsync("{}");
                return;
            }

            var before = Guid.TryParse(context.Request.Query["before"], out var id) ? id : Guid.AllBitsSet;
            var limit = int.Parse(context.Request.Query["limit"]!, System.Globalization.CultureInfo.InvariantCulture);
            await context.Response.WriteAsJsonAsync(new
            {
                items = records.Where(r => r.Id.CompareTo(before) < 0).Take(limit)
                    .Select(r => new { audit_id = r.Id, at = now.AddSeconds(r.Number).ToUnixTimeSeconds(), actor = "x", action = $"{r.Number}", detail = new { } }),
            });
        };
    }

    private async Task<int> CountAsync()
    {
        await using var connection = await Gateway.Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM api_key WHERE subject <> 'root'");
    }

    private HttpClient Client(string key, GatewayHost? gateway = null)
    {
        var client = new HttpClient { BaseAddress = (gateway ?? Gateway).PublicAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    public sealed class Host(PostgresServer postgres) : IAsyncLifetime
    {
        internal GatewayHost Gateway { get; private set; } = null!;

        internal string Database { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            Database = await postgres.CreateDatabaseAsync();
            Gateway = await GatewayHost.StartAsync(Database);
            foreach (var service in (string[])["utilizationservice", "bridgeservice"])
            {
                Gateway.Fakes[service].Answer = context => context.Response.WriteAsync("""{"items":[]}""");
            }
        }

        public ValueTask DisposeAsync() => Gateway.DisposeAsync();
    }
}

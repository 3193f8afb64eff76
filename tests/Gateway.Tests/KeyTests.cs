using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Sure.Gateway.Keys;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>Keys, how they are kept, the first one, and the one for development.</summary>
public sealed class KeyTests(PostgresServer postgres)
{
    [Fact]
    public void A_key_is_found_by_its_prefix_and_proved_by_its_secret()
    {
        var (key, text) = ApiKey.Create("alice", ["read"], [], 1, expiresAt: null, TimeProvider.System.GetUtcNow());
        var (other, _) = ApiKey.Create("alice", ["read"], [], 1, expiresAt: null, TimeProvider.System.GetUtcNow());

        Assert.True(KeyText.TryParse(text.Reveal(), out var read));
        Assert.Equal(key.Prefix, read.Prefix);
        Assert.True(key.Is(read));
        Assert.False(other.Is(read));
        Assert.Matches("^sure_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$", text.Reveal());
        Assert.DoesNotContain(text.Secret, text.ToString(), StringComparison.Ordinal);
        Assert.NotEqual(key.Salt, other.Salt);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("sure_0123456789ab")]
    [InlineData("sure_0123456789ab_")]
    [InlineData("sure_0123456789AB_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sure_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")]
    [InlineData("Sure_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sure_0123456789ab-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_has_not_the_form_is_no_key(string? text) => Assert.False(KeyText.TryParse(text, out _));

    [Fact]
    public async Task A_revoked_key_is_refused_once_what_was_known_is_old()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await GatewayHost.StartAsync(database, new() { ["Keys:Fresh"] = "00:00:01" });
        var key = await gateway.IssueKeyAsync();
        using var before = await gateway.GetAsync("/api/v2/pool", key);
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync("UPDATE api_key SET revoked_at = now()");

        Assert.Equal(HttpStatusCode.OK, before.StatusCode);
        await Eventually.HoldsAsync(
            async () =>
            {
                using var response = await gateway.GetAsync("/api/v2/pool", key);
                return response.StatusCode is HttpStatusCode.Unauthorized;
            },
            "the key is refused");
    }

    [Fact]
    public async Task The_secret_is_in_no_column()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await GatewayHost.StartAsync(database);
        var key = await gateway.IssueKeyAsync();
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);

        var row = await connection.QuerySingleAsync<string>("SELECT api_key::text FROM api_key");

        Assert.DoesNotContain(key[^43..], row, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(System.Text.Encoding.ASCII.GetBytes(key[^43..])), row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_first_key_makes_the_others_whichever_instance_keeps_it_and_stays_revoked()
    {
        var database = await postgres.CreateDatabaseAsync();
        var first = KeyText.Generate().Reveal();
        using var lines = new WrittenLines();
        await using (var one = await StartWithFirstAsync(database, first, lines))
        await using (var other = await StartWithFirstAsync(database, first, lines))
        {
            Assert.Equal([("first", "{admin}")], await KeysAsync(database));
            Assert.Equal(1, await CountAsync(database, "audit WHERE actor = 'platform' AND action = 'key_made' AND detail ->> 'subject' = 'first'"));
            using var made = await AskAsync(other, HttpMethod.Post, first, JsonContent.Create(new { subject = "operator", scopes = new[] { "admin" } }));
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            var real = (string)(await made.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken))!["key"]!;
            var shown = (await one.Services.GetRequiredService<ApiKeyStore>().FindAsync(first[5..17], TestContext.Current.CancellationToken))!;
            using var revoked = await AskAsync(one, HttpMethod.Delete, real, path: $"/{shown.Id}");
            Assert.Equal(HttpStatusCode.OK, revoked.StatusCode);
        }

        // Not even when nobody else is left.
        await ExecuteAsync(database, "UPDATE api_key SET revoked_at = now() WHERE revoked_at IS NULL");
        await using var again = await StartWithFirstAsync(database, first, lines);

        Assert.Equal([("first", "{admin}"), ("operator", "{admin}")], await KeysAsync(database));
        using var refused = await AskAsync(again, HttpMethod.Get, first);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Contains($"{first[..17]}_… of Keys:First is not let in", lines.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(first[^43..], lines.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("admin", null, null, false)]
    [InlineData("admin", null, 60, false)]
    [InlineData("admin", null, -60, true)]
    [InlineData("admin", -60, null, true)]
    [InlineData("write", null, null, true)]
    public async Task The_first_key_is_let_in_while_no_other_can_make_keys(string scope, int? revokedAfter, int? expiresAfter, bool isLetIn)
    {
        var database = await postgres.CreateDatabaseAsync();
        var now = TimeProvider.System.GetUtcNow();
        await using (var before = await GatewayHost.StartAsync(database))
        {
            await before.IssueKeyAsync("operator", [scope], expiresAt: Moment(expiresAfter), revokedAt: Moment(revokedAfter));
        }

        await using var gateway = await StartWithFirstAsync(database, KeyText.Generate().Reveal());

        Assert.Equal(isLetIn ? 1 : 0, await CountAsync(database, "api_key WHERE subject = 'first'"));

        DateTimeOffset? Moment(int? seconds) => seconds is { } after ? now.AddSeconds(after) : null;
    }

    [Fact]
    public async Task Whoever_made_a_key_with_a_token_is_no_root_of_it_in_a_database_from_before_issuers_were_makers()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using (var before = await GatewayHost.StartAsync(database))
        {
            await before.ReadyAsync();
            foreach (var (subject, makers) in new (string, string[])[]
            {
                ("first", []), ("operator", ["first"]), ("keeper", ["operator", "first"]), ("bob", ["alice"]), ("carol", ["bob", "alice"]),
            })
            {
                var (key, _) = ApiKey.Create(subject, ["admin"], [], 1, expiresAt: null, TimeProvider.System.GetUtcNow(), makers);
                await before.Services.GetRequiredService<ApiKeyStore>().AddAsync(key, TestContext.Current.CancellationToken);
            }
        }

        // It is not there yet.
        await ExecuteAsync(database, "DELETE FROM schema_version WHERE scriptname = '1-service/0011-root-of-makers.sql'");
        await using var gateway = await GatewayHost.StartAsync(database);
        await gateway.ReadyAsync();

        // The platform made the first one itself. No key is alice's: she made bob's, and with it carol's, with a token.
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            [("first", "{}"), ("operator", "{first}"), ("keeper", "{operator,first}"), ("bob", "{alice,(issuer)}"), ("carol", "{bob,alice,(issuer)}")],
            await connection.QueryAsync<(string, string)>("SELECT subject, makers::text FROM api_key ORDER BY created_at"));
    }

    [Theory]
    [InlineData("admin")]
    [InlineData("sure_0123456789ab_correct-horse")]
    [InlineData("sure_0123456789ab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sure_0123456789ab_0123456789abcde0123456789abcde0123456789abc")]
    public async Task A_first_key_that_can_be_guessed_ends_the_gateway_at_start_and_is_not_told(string first)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => GatewayHost.StartAsync("Host=127.0.0.1;Port=1", new() { ["Keys:First"] = first }));

        Assert.Contains("Keys:First must be", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(first, refusal.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_first_key_none_is_made()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var gateway = await StartWithFirstAsync(database, first: "");

        Assert.Empty(await KeysAsync(database));
    }

    [Fact]
    public async Task In_development_there_is_a_key_in_a_file_and_it_stays_the_same()
    {
        var database = await postgres.CreateDatabaseAsync();
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        var file = Path.Combine(directory.FullName, "keys", "development");
        try
        {
            var first = await StartAndReadAsync(database, file);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }

            Assert.Equal(first, await StartAndReadAsync(database, file));

            // Another database does not know it.
            var second = await StartAndReadAsync(await postgres.CreateDatabaseAsync(), file, differentFrom: first);
            Assert.NotEqual(first, second);
            Assert.Single(Directory.GetFiles(Path.GetDirectoryName(file)!));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task The_key_for_development_speaks_for_every_source_and_one_that_does_not_is_made_anew()
    {
        var database = await postgres.CreateDatabaseAsync();
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        var file = Path.Combine(directory.FullName, "development");
        try
        {
            var first = await StartAndReadAsync(database, file);
            await using var source = NpgsqlDataSource.Create(database);
            await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
            Assert.Equal(["*"], await connection.QuerySingleAsync<string[]>("SELECT sources FROM api_key"));

            // As a version before this one made it.
            await connection.ExecuteAsync("UPDATE api_key SET sources = '{}'");

            Assert.NotEqual(first, await StartAndReadAsync(database, file, differentFrom: first));

            // Both are in the trail as what the platform made.
            Assert.Equal(
                await connection.QueryAsync<Guid>("SELECT id FROM api_key ORDER BY created_at"),
                await connection.QueryAsync<Guid>("SELECT (detail ->> 'key_id')::uuid FROM audit WHERE action = 'key_made' AND actor = 'platform' ORDER BY at"));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task One_key_for_development_is_made_however_often_its_file_cannot_be_written()
    {
        var database = await postgres.CreateDatabaseAsync();
        var directory = Directory.CreateTempSubdirectory("gateway-tests-");
        var written = new WrittenLines();
        // Where the file belongs there is a folder.
        var file = directory.CreateSubdirectory("development").FullName;
        try
        {
            await using var gateway = await GatewayHost.StartAsync(database, new() { [DevelopmentKey.Setting] = file }, "Development", written);
            await Eventually.HoldsAsync(() => Task.FromResult(written.Text.Split("DevelopmentKey has to wait").Length > 2), "it was tried twice");

            Assert.Equal([("development", "{read,write,ingest,admin}")], await KeysAsync(database));
            Directory.Delete(file);
            await Eventually.HoldsAsync(() => Task.FromResult(File.Exists(file)), "the key is written");
            using var response = await gateway.GetAsync("/api/v2/risk/limits", (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim());

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Single(directory.GetFiles());
            Assert.Single(await KeysAsync(database));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Elsewhere_there_is_none()
    {
        var file = Path.Combine(Path.GetTempPath(), $"gateway-tests-{Guid.CreateVersion7():N}");
        await using var gateway = await GatewayHost.StartAsync(await postgres.CreateDatabaseAsync(), new() { [DevelopmentKey.Setting] = file });
        await gateway.ReadyAsync();

        Assert.DoesNotContain(gateway.Services.GetServices<IHostedService>(), s => s is DevelopmentKey);
    }

    /// <summary>A gateway that has decided about its first key.</summary>
    private static async Task<GatewayHost> StartWithFirstAsync(string database, string first, ILoggerProvider? logger = null)
    {
        var gateway = await GatewayHost.StartAsync(database, new() { ["Keys:First"] = first }, logger: logger);
        await Assert.Single(gateway.Services.GetServices<IHostedService>().OfType<FirstKey>()).ExecuteTask!.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        return gateway;
    }

    private static async Task<HttpResponseMessage> AskAsync(GatewayHost gateway, HttpMethod method, string key, HttpContent? body = null, string path = "")
    {
        using var request = new HttpRequestMessage(method, $"/api/v2/admin/api-keys{path}") { Content = body };
        request.Headers.Authorization = new("Bearer", key);
        return await gateway.Public.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static async Task<IEnumerable<(string Subject, string Scopes)>> KeysAsync(string database)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.QueryAsync<(string, string)>("SELECT subject, scopes::text FROM api_key ORDER BY id");
    }

    private static async Task<int> CountAsync(string database, string rows)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return await connection.ExecuteScalarAsync<int>($"SELECT count(*) FROM {rows}");
    }

    private static async Task ExecuteAsync(string database, string sql)
    {
        await using var source = NpgsqlDataSource.Create(database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await connection.ExecuteAsync(sql);
    }

    private static async Task<string> StartAndReadAsync(string database, string file, string? differentFrom = null)
    {
        await using var gateway = await GatewayHost.StartAsync(database, new() { [DevelopmentKey.Setting] = file }, "Development");
        await Eventually.HoldsAsync(
            async () => File.Exists(file) && (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim() != differentFrom, "the key is written");
        var key = (await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)).Trim();
        using var response = await gateway.GetAsync("/api/v2/pool", key);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return key;
    }
}

using System.Net;
using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Sure.Gateway.Keys;
using Sure.Gateway.Tests.Hosts;
using Sure.TestServers;

namespace Sure.Gateway.Tests;

/// <summary>Keys, how they are kept, and the one for development.</summary>
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

        Assert.DoesNotContain(gateway.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>(), s => s is DevelopmentKey);
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

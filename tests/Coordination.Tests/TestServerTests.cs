using System.Diagnostics;
using System.Globalization;
using Npgsql;
using StackExchange.Redis;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>What tests and benchmarks start goes when they do, and is where it must be.</summary>
public sealed class TestServerTests(PostgresServer postgres)
{
    private const string Mark = "SURE_LOCALHOST=";

    [Fact]
    public async Task What_carries_the_mark_ends_with_the_process_that_has_started_it_also_in_a_session_of_its_own()
    {
        var folder = Directory.CreateTempSubdirectory("sure-test-").FullName;
        using var watchdog = Leash.Watch(folder);
        using var held = Process.Start(new ProcessStartInfo("setsid", ["sleep", "600"]) { UseShellExecute = false, Environment = { ["SURE_LOCALHOST"] = folder } })!;

        // As the end of this process would.
        watchdog.StandardInput.Close();

        await held.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await watchdog.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_server_of_tests_carries_the_mark_of_this_process()
    {
        await using var source = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        await using var command = source.CreateCommand("SELECT pg_backend_pid()");
        var backend = (int)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        var status = await File.ReadAllLinesAsync($"/proc/{backend}/status", TestContext.Current.CancellationToken);
        var server = int.Parse(status.Single(l => l.StartsWith("PPid:", StringComparison.Ordinal))["PPid:".Length..], CultureInfo.InvariantCulture);

        var environment = (await File.ReadAllTextAsync($"/proc/{server}/environ", TestContext.Current.CancellationToken)).Split('\0');

        var mark = Assert.Single(environment, e => e.StartsWith(Mark, StringComparison.Ordinal));
        Assert.True(Directory.Exists(mark[Mark.Length..]));
    }

    [Fact]
    public async Task What_has_written_over_the_mark_ends_with_it_where_its_id_is_written_down()
    {
        var folder = Directory.CreateTempSubdirectory("sure-test-").FullName;
        using var watchdog = Leash.Watch(folder);
        using var held = Process.Start(new ProcessStartInfo("sleep", ["600"]) { UseShellExecute = false })!;
        Leash.Hold(held, folder);

        watchdog.StandardInput.Close();

        await held.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        await watchdog.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task A_Redis_of_tests_is_written_down()
    {
        await using var redis = new RedisServer();
        await redis.StartAsync();
        await using var client = await ConnectionMultiplexer.ConnectAsync($"{redis.ConnectionString},allowAdmin=true");
        var said = await client.GetServers().Single().InfoRawAsync("server");

        var id = said!.Split("\r\n").Single(l => l.StartsWith("process_id:", StringComparison.Ordinal))["process_id:".Length..];

        Assert.True(File.Exists(Path.Combine(Environment.GetEnvironmentVariable("SURE_LOCALHOST")!, $"{id}.pid")));
    }

    [Fact]
    public async Task A_durable_server_has_its_data_on_a_disk()
    {
        await using var durable = new PostgresServer { Durable = true };
        await using var source = NpgsqlDataSource.Create(await durable.CreateDatabaseAsync());
        await using var command = source.CreateCommand("SHOW data_directory");

        Assert.StartsWith("/var/tmp/", (string?)await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_memory_is_refused()
    {
        PostgresServer.RequireDisk(AppContext.BaseDirectory);

        Assert.Contains("/dev/shm", Assert.Throws<InvalidOperationException>(() => PostgresServer.RequireDisk("/dev/shm")).Message, StringComparison.Ordinal);
    }
}

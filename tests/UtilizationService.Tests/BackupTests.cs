using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Npgsql;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary><c>deploy/backup</c> and <c>deploy/restore</c>: what was acknowledged before the backup began is there elsewhere, and the books agree.</summary>
public sealed class BackupTests(PostgresServer postgres)
{
    [Fact]
    public async Task A_backup_under_load_is_restored_elsewhere_whole_and_its_books_agree()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await host.FillAsync();
        var folder = Directory.CreateTempSubdirectory("sure-backup-");
        try
        {
            var file = Path.Combine(folder.FullName, "platform.dump");
            var acknowledged = await BackUpUnderLoadAsync(host, file);

            await using var elsewhere = new PostgresServer();
            var database = await elsewhere.CreateDatabaseAsync();
            var restore = await RunAsync("restore", file, database);
            Assert.True(restore.ExitCode == 0, restore.ToString());

            await using var restored = await UtilizationHost.StartAsync(elsewhere, database: database);
            var check = await UtilizationHost.GetAsync(restored.Operator, "/api/v2/ledger/check");
            Assert.True((bool)check["agrees"], check.ToString());
            Assert.Equal(acknowledged.Order(), (await EntriesAsync(restored)).Intersect(acknowledged).Order());
            Assert.Equal(HttpStatusCode.Created, (await DepositAsync(restored)).Status);

            var before = await EntriesAsync(restored);
            var again = await RunAsync("restore", file, database);
            Assert.NotEqual(0, again.ExitCode);
            Assert.Contains("restored into an empty one only", again.Errors, StringComparison.Ordinal);
            Assert.Equal(before.Order(), (await EntriesAsync(restored)).Order());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Deposits go on from before the backup until after it; those that were answered before it began.</summary>
    private static async Task<HashSet<string>> BackUpUnderLoadAsync(UtilizationHost host, string file)
    {
        using var over = new CancellationTokenSource();
        var answered = new ConcurrentQueue<string>();
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!over.IsCancellationRequested)
            {
                var deposit = await DepositAsync(host);
                Assert.Equal(HttpStatusCode.Created, deposit.Status);
                answered.Enqueue((string)deposit["entry"]["entry_id"]!);
            }
        })).ToList();
        await Eventually.HoldsAsync(() => Task.FromResult(answered.Count), count => writers.Exists(w => w.IsFaulted) || count >= 20, "20 deposits are answered", TestContext.Current.CancellationToken);
        var before = answered.ToHashSet();

        var backup = await RunAsync("backup", file, host.Database.ConnectionString);

        var during = answered.Count - before.Count;
        await over.CancelAsync();
        await Task.WhenAll(writers);
        Assert.True(backup.ExitCode == 0, backup.ToString());
        Assert.True(during > 0, "Nothing was written while the backup was made.");
        return before;
    }

    private static Task<Answer> DepositAsync(UtilizationHost host) =>
        UtilizationHost.PostAsync(host.Alice, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = 100m });

    private static async Task<HashSet<string>> EntriesAsync(UtilizationHost host)
    {
        var entries = new HashSet<string>();
        await using var command = host.Database.CreateCommand("SELECT entry_id::text FROM journal_entry");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            entries.Add(reader.GetString(0));
        }

        return entries;
    }

    private static async Task<ToolRun> RunAsync(string script, string file, string database)
    {
        var server = new NpgsqlConnectionStringBuilder(database);
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Platform.sln")))
        {
            root = root.Parent!;
        }

        return await Tool.RunAsync(
            new ProcessStartInfo(Path.Combine(root.FullName, "deploy", script), [file])
            {
                Environment =
                {
                    ["PGHOST"] = server.Host, ["PGPORT"] = $"{server.Port}", ["PGUSER"] = server.Username, ["PGDATABASE"] = server.Database,
                },
            },
            TimeSpan.FromMinutes(2),
            TestContext.Current.CancellationToken);
    }
}

using System.Diagnostics;
using Npgsql;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary>The role that <c>deploy/kubernetes</c> gives to whoever makes a backup.</summary>
public sealed class BackupTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Whoever_makes_a_backup_reads_every_schema_and_changes_none()
    {
        await using var server = new PostgresServer();
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        await DatabaseRoles.RunAsync(connection, "CREATE DATABASE platform");
        connection.Database = "platform";
        await DatabaseRoles.MakeByOperatorAsync(connection);
        foreach (var service in DatabaseRoles.OfServices)
        {
            connection.Username = service;
            await DatabaseRoles.RunAsync(connection, "CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY, what text)", "INSERT INTO kept (what) VALUES ('something')");
        }

        connection.Username = "backup";
        var folder = Directory.CreateTempSubdirectory("sure-backup-");
        try
        {
            var file = Path.Combine(folder.FullName, "platform.dump");
            var backup = await Tool.RunAsync(
                new ProcessStartInfo(Path.Combine(Repository.Root, "deploy", "backup"), [file])
                {
                    Environment = { ["PGHOST"] = connection.Host, ["PGPORT"] = $"{connection.Port}", ["PGUSER"] = connection.Username },
                },
                Limit,
                Cancelled);

            Assert.True(backup.ExitCode == 0, backup.ToString());
        }
        finally
        {
            folder.Delete(recursive: true);
        }

        foreach (var service in DatabaseRoles.OfServices)
        {
            Assert.Equal(1L, await DatabaseRoles.RunAsync(connection, $"SELECT count(*) FROM {service}.kept"));
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => DatabaseRoles.RunAsync(connection, $"DELETE FROM {service}.kept"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        }
    }
}

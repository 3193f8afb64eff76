using System.Diagnostics;
using Npgsql;
using Sure.LocalHost;
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
        await RunAsync(connection, "CREATE DATABASE platform");
        connection.Database = "platform";
        await MakeRolesAsync(connection);
        var services = PlatformGraph.Services.Where(s => s.References.Contains(PlatformGraph.Platform)).Select(s => s.Name).ToList();
        foreach (var service in services)
        {
            connection.Username = service;
            await RunAsync(connection, "CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY, what text)", "INSERT INTO kept (what) VALUES ('something')");
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

        foreach (var service in services)
        {
            Assert.Equal(1L, await RunAsync(connection, $"SELECT count(*) FROM {service}.kept"));
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => RunAsync(connection, $"DELETE FROM {service}.kept"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        }
    }

    /// <summary>As the operator makes them: by the statements of the manifest, and then by its list of roles.</summary>
    private static async Task MakeRolesAsync(NpgsqlConnectionStringBuilder connection)
    {
        var cluster = Overlay.Of("production").Operated("Cluster");
        await RunAsync(connection, [.. cluster.Texts("bootstrap", "initdb", "postInitApplicationSQL")]);
        foreach (var role in cluster.List("managed", "roles"))
        {
            await RunAsync(connection, [$"ALTER ROLE {role.Text("name")} LOGIN", .. role.Spec.ContainsKey("inRoles") ? role.Texts("inRoles").Select(r => $"GRANT {r} TO {role.Text("name")}") : []]);
        }
    }

    private static async Task<object?> RunAsync(NpgsqlConnectionStringBuilder connection, params string[] statements)
    {
        await using var database = NpgsqlDataSource.Create(connection.ConnectionString);
        object? last = null;
        foreach (var statement in statements)
        {
            await using var command = database.CreateCommand(statement);
            last = await command.ExecuteScalarAsync(Cancelled);
        }

        return last;
    }
}

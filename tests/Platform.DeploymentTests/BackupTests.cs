using System.Diagnostics;
using Npgsql;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary>Backup and restore with the roles that <c>deploy/kubernetes</c> has made.</summary>
public sealed class BackupTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sure-backup-");

    private string File => Path.Combine(_folder.FullName, "platform.dump");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Whoever_makes_a_backup_reads_every_schema_and_changes_none()
    {
        await using var server = new PostgresServer();
        var connection = await SetUpAsync(server);
        await FillAsync(connection);

        connection.Username = "backup";
        var backup = await RunAsync("backup", connection);

        Assert.True(backup.ExitCode == 0, backup.ToString());
        foreach (var service in DatabaseRoles.OfServices)
        {
            Assert.Equal(1L, await DatabaseRoles.RunAsync(connection, $"SELECT count(*) FROM {service}.kept"));
            var refusal = await Assert.ThrowsAsync<PostgresException>(() => DatabaseRoles.RunAsync(connection, $"DELETE FROM {service}.kept"));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refusal.SqlState);
        }
    }

    /// <summary>The owner of the database, which the operator gives a password, may neither drop a schema of a role nor give one to it.</summary>
    [Fact]
    public async Task It_is_restored_by_a_superuser_and_nobody_less_and_every_schema_is_its_services_own()
    {
        await using var server = new PostgresServer();
        var connection = await SetUpAsync(server);
        await FillAsync(connection);
        var backup = await RunAsync("backup", connection);
        Assert.True(backup.ExitCode == 0, backup.ToString());
        await using var elsewhere = new PostgresServer();
        var restored = await SetUpAsync(elsewhere);
        var superuser = restored.Username;
        await DatabaseRoles.RunAsync(restored, "CREATE ROLE administration LOGIN", "ALTER DATABASE platform OWNER TO administration");

        restored.Username = "administration";
        var refused = await RunAsync("restore", restored);
        restored.Username = superuser;
        var restore = await RunAsync("restore", restored);

        Assert.NotEqual(0, refused.ExitCode);
        Assert.True(restore.ExitCode == 0, restore.ToString());
        foreach (var service in DatabaseRoles.OfServices)
        {
            restored.Username = service;
            Assert.Equal(2L, await DatabaseRoles.RunAsync(restored, "INSERT INTO kept (what) VALUES ('more')", "SELECT count(*) FROM kept"));
        }
    }

    /// <summary>As the operator sets it up; its superuser's connection.</summary>
    private static async Task<NpgsqlConnectionStringBuilder> SetUpAsync(PostgresServer server)
    {
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        await DatabaseRoles.RunAsync(connection, "CREATE DATABASE platform");
        connection.Database = "platform";
        await DatabaseRoles.MakeByOperatorAsync(connection);
        return connection;
    }

    private static async Task FillAsync(NpgsqlConnectionStringBuilder connection)
    {
        foreach (var service in DatabaseRoles.OfServices)
        {
            var own = new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Username = service };
            await DatabaseRoles.RunAsync(own, "CREATE TABLE kept (id bigint GENERATED ALWAYS AS IDENTITY, what text)", "INSERT INTO kept (what) VALUES ('something')");
        }
    }

    private Task<ToolRun> RunAsync(string script, NpgsqlConnectionStringBuilder connection) => Tool.RunAsync(
        new ProcessStartInfo(Path.Combine(Repository.Root, "deploy", script), [File])
        {
            Environment = { ["PGHOST"] = connection.Host, ["PGPORT"] = $"{connection.Port}", ["PGUSER"] = connection.Username },
        },
        Limit,
        TestContext.Current.CancellationToken);
}

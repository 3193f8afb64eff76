using System.Diagnostics;
using Npgsql;
using Sure.LocalHost.Servers;
using PostgresServer = Sure.TestServers.PostgresServer;
using Tool = Sure.TestServers.Tool;

namespace Sure.DeploymentTests;

/// <summary>What the role of a service may, and what it brings to a connection that a pooler opened, which asks for nothing.</summary>
public sealed class DatabaseRoleTests
{
    [Fact]
    public async Task Made_by_the_operator_it_lets_no_transaction_idle_for_longer_than_half_a_lease_and_enters_its_own_schema_only()
    {
        await using var server = new PostgresServer();
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        await DatabaseRoles.RunAsync(connection, "CREATE DATABASE platform");
        connection.Database = "platform";
        await DatabaseRoles.MakeByOperatorAsync(connection);

        await LetsNoTransactionIdleAsync(connection);
        await KeepsSchemasApartAsync(connection);
    }

    [Fact]
    public async Task Made_by_the_script_of_the_chart_it_lets_no_transaction_idle_for_longer_than_half_a_lease_and_enters_its_own_schema_only()
    {
        await using var server = new PostgresServer();
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        var script = new ProcessStartInfo("sh", [Path.Combine(Repository.Root, "AppHost", "postgres", "roles.sh")])
        {
            Environment = { ["PGHOST"] = connection.Host, ["PGPORT"] = $"{connection.Port}", ["POSTGRES_USER"] = connection.Username },
        };
        foreach (var service in DatabaseRoles.OfServices)
        {
            script.Environment[$"{service.ToUpperInvariant()}_PASSWORD"] = "secret";
        }

        var made = await Tool.RunAsync(script, TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);

        Assert.True(made.ExitCode == 0, made.ToString());
        connection.Database = "platform";
        await LetsNoTransactionIdleAsync(connection);
        await KeepsSchemasApartAsync(connection);
    }

    [Fact]
    public async Task Made_for_one_machine_a_service_enters_its_own_schema_only()
    {
        await using var server = new PostgresServer();
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());

        await PlatformDatabase.PrepareAsync(
            database => new NpgsqlConnectionStringBuilder(connection.ConnectionString) { Database = database, Pooling = false }.ConnectionString,
            _ => "secret",
            TestContext.Current.CancellationToken);

        connection.Database = "platform";
        await KeepsSchemasApartAsync(connection);
    }

    private static async Task LetsNoTransactionIdleAsync(NpgsqlConnectionStringBuilder administration)
    {
        foreach (var service in DatabaseRoles.OfServices)
        {
            Assert.Equal("5s", await DatabaseRoles.RunAsync(As(service, administration), "SHOW idle_in_transaction_session_timeout"));
        }
    }

    /// <summary>Each makes what it wants in its own schema. A schema that may not be entered does not even say which tables it has not.</summary>
    private static async Task KeepsSchemasApartAsync(NpgsqlConnectionStringBuilder administration)
    {
        Assert.Equal(5, DatabaseRoles.OfServices.Count);
        foreach (var service in DatabaseRoles.OfServices)
        {
            var own = As(service, administration);
            Assert.Equal(service, await DatabaseRoles.RunAsync(own, "CREATE TABLE kept (number int)", "INSERT INTO kept VALUES (1)", "SELECT schemaname FROM pg_tables WHERE tablename = 'kept'"));
            await DatabaseRoles.RunAsync(own, "DROP TABLE kept");
            foreach (var other in DatabaseRoles.OfServices.Where(o => o != service).Append("public"))
            {
                await RefusesAsync(own, $"SELECT FROM {other}.missing");
                await RefusesAsync(own, $"CREATE TABLE {other}.ours (number int)");
            }

            await RefusesAsync(own, "CREATE SCHEMA ours");
        }

        await DatabaseRoles.RunAsync(administration, "CREATE ROLE stranger LOGIN");
        await RefusesAsync(As("stranger", administration), "SELECT 1");
    }

    private static async Task RefusesAsync(NpgsqlConnectionStringBuilder connection, string statement)
    {
        var refusal = await Record.ExceptionAsync(() => DatabaseRoles.RunAsync(connection, statement));
        Assert.True(refusal is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege }, $"{connection.Username}, {statement}: {refusal?.Message ?? "is let"}");
    }

    private static NpgsqlConnectionStringBuilder As(string role, NpgsqlConnectionStringBuilder connection) => new(connection.ConnectionString) { Username = role };
}

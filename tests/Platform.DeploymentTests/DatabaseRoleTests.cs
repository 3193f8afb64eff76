using System.Diagnostics;
using Npgsql;
using Sure.TestServers;

namespace Sure.DeploymentTests;

/// <summary>What a role brings to a connection that a pooler opened, which asks for nothing.</summary>
public sealed class DatabaseRoleTests
{
    [Fact]
    public async Task Made_by_the_operator_it_lets_no_transaction_idle_for_longer_than_half_a_lease()
    {
        await using var server = new PostgresServer();
        var connection = new NpgsqlConnectionStringBuilder(await server.CreateDatabaseAsync());
        await DatabaseRoles.RunAsync(connection, "CREATE DATABASE platform");
        connection.Database = "platform";
        await DatabaseRoles.MakeByOperatorAsync(connection);

        await HoldsForEveryServiceAsync(connection);
    }

    [Fact]
    public async Task Made_by_the_script_of_the_chart_it_lets_no_transaction_idle_for_longer_than_half_a_lease()
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
        await HoldsForEveryServiceAsync(connection);
    }

    private static async Task HoldsForEveryServiceAsync(NpgsqlConnectionStringBuilder connection)
    {
        foreach (var service in DatabaseRoles.OfServices)
        {
            connection.Username = service;
            Assert.Equal("5s", await DatabaseRoles.RunAsync(connection, "SHOW idle_in_transaction_session_timeout"));
        }
    }
}

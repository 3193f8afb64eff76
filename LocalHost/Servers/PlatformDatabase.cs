using Npgsql;

namespace Sure.LocalHost.Servers;

/// <summary>The database of the platform: for each service a role that can log in and a schema that only that role can enter.</summary>
internal static class PlatformDatabase
{
    /// <summary>Makes what is missing; passwords are set anew at each start.</summary>
    /// <param name="administrationOf">The connection string of the server's superuser to a database.</param>
    /// <param name="passwordOf">The password of a service's role, of letters and digits only.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task PrepareAsync(Func<string, string> administrationOf, Func<string, string> passwordOf, CancellationToken cancellationToken)
    {
        foreach (var database in PlatformGraph.Resources.Where(r => r.Kind is ResourceKind.Database))
        {
            await using (var administration = new NpgsqlConnection(administrationOf("postgres")))
            {
                await administration.OpenAsync(cancellationToken);
                if (!await ExistsAsync(administration, "SELECT 1 FROM pg_database WHERE datname = $1", database.Name, cancellationToken))
                {
                    await ExecuteAsync(administration, $"CREATE DATABASE {database.Name}", cancellationToken);
                }
            }

            await using var connection = new NpgsqlConnection(administrationOf(database.Name));
            await connection.OpenAsync(cancellationToken);
            await ExecuteAsync(
                connection,
                $"REVOKE ALL ON DATABASE {database.Name} FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC",
                cancellationToken);
            foreach (var service in PlatformGraph.Services.Where(s => s.References.Contains(database.Name, StringComparer.Ordinal)))
            {
                await PrepareAsync(connection, database.Name, service.Name, passwordOf(service.Name), cancellationToken);
            }
        }
    }

    /// <summary>Names are those of the graph and passwords have letters and digits only, so that nothing needs quoting.</summary>
    private static async Task PrepareAsync(
        NpgsqlConnection connection, string database, string service, string password, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(connection, "SELECT 1 FROM pg_roles WHERE rolname = $1", service, cancellationToken))
        {
            await ExecuteAsync(connection, $"CREATE ROLE {service}", cancellationToken);
        }

        await ExecuteAsync(
            connection,
            $"""
            ALTER ROLE {service} LOGIN PASSWORD '{password}';
            ALTER ROLE {service} SET search_path = {service};
            GRANT CONNECT ON DATABASE {database} TO {service};
            CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {service};
            """,
            cancellationToken);
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, string sql, string name, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = name } } };
        return await command.ExecuteScalarAsync(cancellationToken) is not null;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
#pragma warning disable CA2100 // Made of our own names only, which cannot be parameters of such statements.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

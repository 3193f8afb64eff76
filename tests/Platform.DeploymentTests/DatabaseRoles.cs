using Npgsql;
using Sure.LocalHost;

namespace Sure.DeploymentTests;

/// <summary>The roles of the database, made as <c>deploy/kubernetes</c> has them made.</summary>
internal static class DatabaseRoles
{
    /// <summary>The services that have one.</summary>
    public static IReadOnlyList<string> OfServices { get; } = [.. PlatformGraph.Services.Where(s => s.References.Contains(PlatformGraph.Platform)).Select(s => s.Name)];

    /// <summary>As the operator makes them: by the statements of the manifest, and then by its list of roles.</summary>
    public static async Task MakeByOperatorAsync(NpgsqlConnectionStringBuilder connection)
    {
        var cluster = Overlay.Of("production").Operated("Cluster");
        await RunAsync(connection, [.. cluster.Texts("bootstrap", "initdb", "postInitApplicationSQL")]);
        foreach (var role in cluster.List("managed", "roles"))
        {
            await RunAsync(connection, [$"ALTER ROLE {role.Text("name")} LOGIN", .. role.Spec.ContainsKey("inRoles") ? role.Texts("inRoles").Select(r => $"GRANT {r} TO {role.Text("name")}") : []]);
        }
    }

    /// <summary>Runs them one after the other; what the last one said.</summary>
    public static async Task<object?> RunAsync(NpgsqlConnectionStringBuilder connection, params string[] statements)
    {
        await using var database = NpgsqlDataSource.Create(connection.ConnectionString);
        object? last = null;
        foreach (var statement in statements)
        {
            await using var command = database.CreateCommand(statement);
            last = await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }

        return last;
    }
}

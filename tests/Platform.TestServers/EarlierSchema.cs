using System.Reflection;
using Dapper;
using Npgsql;
using Sure.Coordination;

namespace Sure.TestServers;

/// <summary>The schema of a service as a version before this one left it.</summary>
public static class EarlierSchema
{
    private const string Folder = ".Migrations.";

    /// <summary>Applies the migrations of a service up to one of them and remembers them as the service does.</summary>
    /// <param name="database">An empty one.</param>
    /// <param name="service">The assembly that has the migrations.</param>
    /// <param name="end">How the name of the first one begins that is not applied: <c>0004</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task MakeAsync(NpgsqlDataSource database, Assembly service, string end, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await ExecuteAsync("CREATE TABLE schema_version (schemaversionsid serial PRIMARY KEY, scriptname varchar(255) NOT NULL, applied timestamp without time zone NOT NULL)");
        await ApplyAsync("0-coordination", typeof(ServiceIdentity).Assembly, _ => true);
        await ApplyAsync("1-service", service, name => string.CompareOrdinal(name, end) < 0);

        async Task ApplyAsync(string prefix, Assembly assembly, Func<string, bool> isApplied)
        {
            foreach (var resource in assembly.GetManifestResourceNames().Where(r => r.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            {
                var name = resource[(resource.IndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..];
                if (!isApplied(name))
                {
                    continue;
                }

                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                await ExecuteAsync(await reader.ReadToEndAsync(cancellationToken));
                await ExecuteAsync("INSERT INTO schema_version (scriptname, applied) VALUES (@Name, now())", new { Name = $"{prefix}/{name}" });
            }
        }

        Task<int> ExecuteAsync(string sql, object? values = null) => connection.ExecuteAsync(new CommandDefinition(sql, values, cancellationToken: cancellationToken));
    }
}

using System.Security.Cryptography;
using Npgsql;
using Sure.TestServers;

[assembly: AssemblyFixture(typeof(PostgresServer))]

namespace Sure.DeploymentTests;

/// <summary>
/// Instances of the release before and of this one run side by side on one schema: migrations that were released stay as they are, and
/// later ones only expand what those made. <c>deploy/released-migrations.txt</c> says which were released.
/// </summary>
public sealed class MigrationTests(PostgresServer postgres)
{
    private const string Coordination = "Coordination";

    private static readonly IReadOnlyList<(string Hash, string File)> Released =
    [
        .. Repository.Read("deploy", "released-migrations.txt").Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split("  ", 2))
            .Select(parts => (parts[0], parts[1])),
    ];

    public static TheoryData<string> Services { get; } =
    [
        .. Directory.GetDirectories(Repository.Root)
            .Where(folder => Directory.Exists(Path.Combine(folder, "Migrations")))
            .Select(folder => new DirectoryInfo(folder).Name)
            .Where(project => project != Coordination)
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void Every_migration_that_was_released_is_as_it_was_released()
    {
        Assert.NotEmpty(Released);
        Assert.All(Released, r => Assert.Equal(r.Hash, Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Repository.Root, r.File))))));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public async Task What_the_release_before_reads_and_writes_is_there_as_it_was(string service)
    {
        await using var database = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        var released = Released.Select(r => r.File).ToHashSet();
        var (before, since) = (Scripts(service).Where(released.Contains).ToList(), Scripts(service).Where(s => !released.Contains(s)).ToList());
        Assert.NotEmpty(before);
        foreach (var script in before)
        {
            await RunAsync(database, script);
        }

        var columns = await ColumnsAsync(database);
        var constraints = await ConstraintsAsync(database);
        foreach (var script in since)
        {
            await RunAsync(database, script);
        }

        var now = (await ColumnsAsync(database)).ToDictionary(c => (c.Table, c.Name));
        foreach (var old in columns)
        {
            Assert.True(now.TryGetValue((old.Table, old.Name), out var column), $"{old.Table}.{old.Name} is gone.");
            Assert.True(old.Type == column.Type, $"{old.Table}.{old.Name} was {old.Type} and is {column.Type}.");
            Assert.True(old.MayBeLeftOut == column.MayBeLeftOut || column.MayBeLeftOut, $"{old.Table}.{old.Name} must be written now.");
        }

        var tables = columns.Select(c => c.Table).ToHashSet();
        var known = columns.Select(c => (c.Table, c.Name)).ToHashSet();
        Assert.All(
            now.Values.Where(c => tables.Contains(c.Table) && !known.Contains((c.Table, c.Name))),
            c => Assert.True(c.MayBeLeftOut, $"{c.Table}.{c.Name} is new, and the release before does not write it: make it nullable or give it a default."));
        Assert.All(
            (await ConstraintsAsync(database)).Where(c => c.Columns.Any(name => known.Contains((c.Table, name)))),
            c => Assert.Contains((c.Table, c.Definition), constraints.Select(o => (o.Table, o.Definition))));
    }

    /// <summary>The manual says of each how long it is kept.</summary>
    [Theory]
    [MemberData(nameof(Services))]
    public async Task Every_partitioned_table_is_in_the_manual(string service)
    {
        await using var database = NpgsqlDataSource.Create(await postgres.CreateDatabaseAsync());
        foreach (var script in Scripts(service))
        {
            await RunAsync(database, script);
        }

        var tables = await ReadAsync(database, "SELECT relname::text FROM pg_class WHERE relkind = 'p' AND relnamespace = current_schema()::regnamespace", row => row.GetString(0));

        Assert.Equal(tables.Order(StringComparer.Ordinal), PartitionedTables().Where(t => t.Service == service).Select(t => t.Table).Order(StringComparer.Ordinal));
    }

    /// <summary>Of <c>| BridgeService | `bridge_hour` `price_hour` | … |</c>; a row without a service is of the one above.</summary>
    private static IEnumerable<(string Service, string Table)> PartitionedTables()
    {
        var service = "";
        foreach (var cells in Repository.Read("docs", "operations.md").Split("## Partitions")[1].Split("\n## ")[0].Split('\n').Where(l => l.StartsWith('|')).Skip(2).Select(l => l.Split('|')))
        {
            service = cells[1].Trim() is { Length: > 0 } named ? named : service;
            foreach (var table in cells[2].Split('`').Where((_, i) => i % 2 == 1))
            {
                yield return (service, table);
            }
        }
    }

    /// <summary>In the order in which they are run.</summary>
    private static IEnumerable<string> Scripts(string service) =>
        from project in new[] { Coordination, service }
        from file in Directory.GetFiles(Path.Combine(Repository.Root, project, "Migrations"), "*.sql").Order(StringComparer.Ordinal)
        select Path.GetRelativePath(Repository.Root, file);

    private static async Task RunAsync(NpgsqlDataSource database, string script)
    {
        await using var connection = await database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using (var command = new NpgsqlCommand(await File.ReadAllTextAsync(Path.Combine(Repository.Root, script), TestContext.Current.CancellationToken), connection, transaction))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await transaction.CommitAsync(TestContext.Current.CancellationToken);
    }

    private static Task<List<Column>> ColumnsAsync(NpgsqlDataSource database) => ReadAsync(
        database,
        """
        SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), NOT a.attnotnull OR a.atthasdef OR a.attidentity <> ''
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
        """,
        row => new Column(row.GetString(0), row.GetString(1), row.GetString(2), row.GetBoolean(3)));

    private static Task<List<Constraint>> ConstraintsAsync(NpgsqlDataSource database) => ReadAsync(
        database,
        """
        SELECT c.relname::text, pg_get_constraintdef(k.oid), ARRAY(SELECT attname::text FROM pg_attribute WHERE attrelid = c.oid AND attnum = ANY (k.conkey))
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE c.relnamespace = current_schema()::regnamespace AND NOT c.relispartition AND k.contype IN ('c', 'f', 'p', 'u', 'x')
        """,
        row => new Constraint(row.GetString(0), row.GetString(1), row.GetFieldValue<string[]>(2)));

    private static async Task<List<T>> ReadAsync<T>(NpgsqlDataSource database, string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var command = database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var rows = new List<T>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private sealed record Column(string Table, string Name, string Type, bool MayBeLeftOut);

    private sealed record Constraint(string Table, string Definition, string[] Columns);
}

using Npgsql;

namespace Sure.Bench;

/// <summary>Databases of what is measured.</summary>
internal static class Databases
{
    /// <summary>With the client's own limits in place of those of tests.</summary>
    public static string Plain(string database)
    {
        var test = new NpgsqlConnectionStringBuilder(database);
        return new NpgsqlConnectionStringBuilder { Host = test.Host, Port = test.Port, Username = test.Username, Database = test.Database }.ConnectionString;
    }
}

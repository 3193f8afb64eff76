using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Sure.Coordination.Migrations;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>The step before the instances of a new version are started.</summary>
public sealed class MigrateOnlyTests(PostgresServer postgres)
{
    [Fact]
    public async Task It_ends_by_itself_with_the_schema_up_to_date_and_nothing_begun_that_needs_it()
    {
        var database = await postgres.CreateDatabaseAsync();
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "Coordination.Tests" });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:platform"] = database,
            ["Schema:MigrateOnly"] = "true",
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddSchema();
        using var host = builder.Build();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));

        await host.StartAsync(limit.Token);
        await host.WaitForShutdownAsync(limit.Token);

        Assert.False(limit.IsCancellationRequested);
        Assert.False(host.Services.GetRequiredService<SchemaReady>().IsReady);
        await using var connection = new NpgsqlConnection(database);
        Assert.Equal(0, await connection.ExecuteScalarAsync<long>("SELECT count(*) FROM note"));
    }
}

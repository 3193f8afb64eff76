using System.Net;
using Microsoft.AspNetCore.Builder;
using Npgsql;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

/// <summary>What a caller is told when PostgreSQL goes away under the request.</summary>
public sealed class AwayTests(PostgresServer postgres)
{
    /// <summary>As when it shuts down, or ends all connections because one of its processes crashed.</summary>
    [Fact]
    public async Task A_connection_that_the_server_ends_is_503_and_says_when_to_come_back()
    {
        using var response = await AnswerAsync(async (database, cancellationToken) =>
        {
            await using var command = database.CreateCommand("SELECT pg_terminate_backend(pg_backend_pid())");
            await command.ExecuteNonQueryAsync(cancellationToken);
        });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.NotNull(response.Headers.RetryAfter?.Delta);
    }

    /// <summary>A process that was stopped in the middle of a transaction finds that the server has given its locks to others.</summary>
    [Fact]
    public async Task A_transaction_that_was_left_idle_is_ended_and_503()
    {
        using var response = await AnswerAsync(async (database, cancellationToken) =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var begun = new NpgsqlCommand("SET LOCAL idle_in_transaction_session_timeout = '50ms'", connection, transaction);
            await begun.ExecuteNonQueryAsync(cancellationToken);
            await using var look = database.CreateCommand($"SELECT count(*) FROM pg_stat_activity WHERE pid = {connection.ProcessID}");
            while ((long)(await look.ExecuteScalarAsync(cancellationToken))! > 0)
            {
                // Until the server has ended it.
            }

            await begun.ExecuteNonQueryAsync(cancellationToken);
        });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    /// <summary>As after a failover, on a connection to what was the primary before.</summary>
    [Fact]
    public async Task A_server_that_nothing_may_be_written_to_is_503()
    {
        using var response = await AnswerAsync(async (database, cancellationToken) =>
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand("SET TRANSACTION READ ONLY; CREATE TABLE written (id int)", connection, transaction);
            await command.ExecuteNonQueryAsync(cancellationToken);
        });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
    }

    [Fact]
    public async Task No_transaction_idles_for_longer_than_half_a_lease()
    {
        var limit = "";
        using var response = await AnswerAsync(async (database, cancellationToken) =>
        {
            await using var command = database.CreateCommand("SHOW idle_in_transaction_session_timeout");
            limit = (string)(await command.ExecuteScalarAsync(cancellationToken))!;
        });

        Assert.Equal("5s", limit);
    }

    private async Task<HttpResponseMessage> AnswerAsync(Func<NpgsqlDataSource, CancellationToken, Task> work)
    {
        await using var service = await TestService.StartAsync(
            "Coordination.Tests",
            new Dictionary<string, string?> { ["ConnectionStrings:platform"] = await postgres.CreateDatabaseAsync() },
            b => b.AddSchema(),
            a => a.MapGet("/work", work).AllowAnonymous());
        return await service.Client.GetAsync(new Uri("/work", UriKind.Relative), TestContext.Current.CancellationToken);
    }
}

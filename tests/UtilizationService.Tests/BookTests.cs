using System.Net.Http.Json;
using Npgsql;
using Sure.Contracts.Calls;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>What RiskService is told of the book.</summary>
public sealed class BookTests(PostgresServer postgres)
{
    /// <summary>The losses wait for a lock, after the snapshot was taken; what is committed meanwhile belongs to the next one.</summary>
    [Fact]
    public async Task The_pool_of_the_book_is_that_of_its_policies_and_losses()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await host.FillAsync();
        Task<Book?> asked;
        await using (var other = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var transaction = await other.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await ExecuteAsync(other, "LOCK TABLE claim IN ACCESS EXCLUSIVE MODE");
            asked = ReadAsync(host);
            await UtilizationHost.EventuallyAsync(() => WaitsForLossesAsync(host), "the book to wait for its losses");
            await ExecuteAsync(
                other,
                """
                WITH e AS (INSERT INTO journal_entry VALUES (gen_random_uuid(), 'loss', 'x', now()) RETURNING entry_id)
                INSERT INTO posting (entry_id, account, amount, occurred_at)
                SELECT e.entry_id, p.account, p.amount, now() FROM e, (VALUES ('capital:SURE_EQT', 250000), ('cash', -250000)) AS p (account, amount)
                """);
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal((10_000_000m, 1_000_000m), Capital(await asked));
        Assert.Equal((9_750_000m, 750_000m), Capital(await ReadAsync(host)));
    }

    private static (decimal Total, decimal Equity) Capital(Book? book) => (book!.Pool.TotalCapitalUsd, book.TrancheCapitalUsd[Tranche.Equity]);

    private static Task<Book?> ReadAsync(UtilizationHost host) =>
        host.Peer.GetFromJsonAsync<Book>(new Uri(Book.Path, UriKind.Relative), SureJson.Internal, TestContext.Current.CancellationToken);

    private static async Task<bool> WaitsForLossesAsync(UtilizationHost host)
    {
        await using var command = host.Database.CreateCommand(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%SELECT policy_id, decided_at, payout_usd%')");
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

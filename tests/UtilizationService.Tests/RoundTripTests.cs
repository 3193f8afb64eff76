using System.Net;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>What binding asks of PostgreSQL, seen on the wire.</summary>
public sealed class RoundTripTests(PostgresServer postgres)
{
    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    /// <summary>Lock and read, write, commit; BEGIN travels with the first of them.</summary>
    [Fact]
    public async Task Binding_a_policy_takes_three_round_trips()
    {
        await using var tap = new PostgresTap(await postgres.CreateDatabaseAsync());
        await using var host = await UtilizationHost.StartAsync(postgres, database: tap.ConnectionString);
        await host.FillAsync();

        foreach (var key in new[] { "first", "second", "third" })
        {
            Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(100m, Depeg), key)).Status);
        }

        var binding = tap.Transactions.Where(t => t.Sql.Contains("INSERT INTO policy", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, binding.Count);
        Assert.All(binding, t =>
        {
            Assert.Contains("BEGIN", t.Sql, StringComparison.Ordinal);
            Assert.Contains("FOR UPDATE", t.Sql, StringComparison.Ordinal);
            Assert.Contains("COMMIT", t.Sql, StringComparison.Ordinal);
            Assert.True(t.RoundTrips <= 3, $"{t.RoundTrips} round trips: {t.Sql}");
        });
    }

    [Fact]
    public async Task Orders_that_wait_together_share_their_round_trips()
    {
        await using var tap = new PostgresTap(await postgres.CreateDatabaseAsync());
        await using var host = await UtilizationHost.StartAsync(postgres, database: tap.ConnectionString);
        await host.FillAsync();

        // While somebody else holds the pool the first order waits for it, and the others wait behind that.
        await using var blocker = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using (var transaction = await blocker.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new Npgsql.NpgsqlCommand("SELECT one FROM pool FOR UPDATE", blocker, transaction);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var first = UtilizationHost.BindAsync(host.Alice, host.Quote(100m, Depeg));
            await UtilizationHost.EventuallyAsync(() => WaitsForPoolAsync(host), "the first order to wait for the pool");
            var others = Enumerable.Range(0, 8).Select(_ => UtilizationHost.BindAsync(host.Alice, host.Quote(100m, Depeg))).ToList();
            await UtilizationHost.EventuallyAsync(() => Task.FromResult(host.QueuedOrders == 8), "the others to wait behind it");
            await transaction.CommitAsync(TestContext.Current.CancellationToken);
            Assert.All(await Task.WhenAll([first, .. others]), a => Assert.Equal(HttpStatusCode.Created, a.Status));
        }

        var binding = tap.Transactions.Where(t => t.Sql.Contains("INSERT INTO policy", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, binding.Count);
        Assert.All(binding, t => Assert.True(t.RoundTrips <= 3, $"{t.RoundTrips} round trips: {t.Sql}"));
    }

    [Fact]
    public async Task While_no_policy_can_end_nobody_waits_for_the_expiry()
    {
        await using var tap = new PostgresTap(await postgres.CreateDatabaseAsync());
        await using var host = await UtilizationHost.StartAsync(postgres, database: tap.ConnectionString);
        await host.FillAsync();
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(100m, Depeg))).Status);

        List<PostgresTap.Transaction> Looks() => [.. tap.Transactions.Where(t => t.Sql.Contains("FROM ended", StringComparison.Ordinal))];
        await UtilizationHost.EventuallyAsync(() => Task.FromResult(Looks().Count > 2), "the expiry to look");

        Assert.All(Looks(), t => Assert.DoesNotContain("FROM pool", t.Sql, StringComparison.Ordinal));
    }

    private static async Task<bool> WaitsForPoolAsync(UtilizationHost host)
    {
        await using var command = host.Database.CreateCommand(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM pool FOR UPDATE%')");
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}

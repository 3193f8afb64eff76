using System.Net;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>Who waits for the pool leaves connections to the others.</summary>
public sealed class PoolQueueTests(PostgresServer postgres)
{
    private const int Depositors = 20;

    private const string Waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM pool FOR UPDATE%'";

    /// <summary>The instance has 15 connections, as in operation; each depositor that waits for the lock on one could wait 15 s.</summary>
    [Fact]
    public async Task However_many_wait_to_move_capital_leases_are_kept_and_reading_goes_on()
    {
        var database = new NpgsqlConnectionStringBuilder(await postgres.CreateDatabaseAsync()) { MaxPoolSize = 15 }.ConnectionString;
        await using var host = await UtilizationHost.StartAsync(postgres, database: database);
        await host.FillAsync();
        Task<Answer>[] deposits;
        await using (var holder = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new NpgsqlCommand(PoolStore.LockSql, holder, transaction);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var epochs = await AskAsync(host, "SELECT sum(epoch) FROM lease");
            deposits = [.. Enumerable.Range(0, Depositors).Select(_ => UtilizationHost.PostAsync(host.Operator, "/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 100m }))];

            await UtilizationHost.EventuallyAsync(async () => await AskAsync(host, Waiting) == PoolQueue.Places, "places to be taken");
            while (!deposits.Any(d => d.IsCompleted))
            {
                Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.GetAsync(host.Alice, "/api/v2/policies")).Status);
            }

            var refused = await await Task.WhenAny(deposits);
            Assert.Equal((HttpStatusCode.ServiceUnavailable, "Too many are waiting to move capital; try again shortly."), (refused.Status, (string?)refused["detail"]));
            Assert.Equal(PoolQueue.Places, await AskAsync(host, Waiting));
            Assert.Equal((0L, epochs), (await AskAsync(host, "SELECT count(*) FROM lease WHERE expires_at < clock_timestamp()"), await AskAsync(host, "SELECT sum(epoch) FROM lease")));
        }

        var answers = await Task.WhenAll(deposits);
        Assert.InRange(answers.Count(a => a.Status is HttpStatusCode.Created), PoolQueue.Places, Depositors - 1);
        Assert.All(answers, a => Assert.True(a.Status is HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable, $"{a}"));
    }

    /// <summary>Claims that are judged at once do not take the places of capital, nor all connections.</summary>
    [Fact]
    public async Task However_many_file_claims_few_of_them_hold_a_connection_and_capital_keeps_its_places()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await host.FillAsync();
        await host.CalmAsync();
        var quote = host.Quote(1_000m, new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC));
        var policy = (string)(await UtilizationHost.BindAsync(host.Alice, quote))["policy_id"]!;
        Task<Answer>[] claims;
        await using (var holder = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new NpgsqlCommand(PoolStore.LockSql, holder, transaction);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            claims = [.. Enumerable.Range(0, Depositors).Select(_ => UtilizationHost.PostAsync(host.Alice, "/api/v2/claims", new { policy_id = policy }))];
            await UtilizationHost.EventuallyAsync(async () => await AskAsync(host, Waiting) == ClaimQueue.Places, "places of claims to be taken");
            var deposit = UtilizationHost.PostAsync(host.Operator, "/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 100m });
            await UtilizationHost.EventuallyAsync(async () => await AskAsync(host, Waiting) == ClaimQueue.Places + 1, "the deposit to be next beside them");
            await transaction.RollbackAsync(TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Created, (await deposit).Status);
        }

        Assert.All(await Task.WhenAll(claims), a => Assert.True(a.Status is HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable, $"{a}"));
    }

    private static async Task<long> AskAsync(UtilizationHost host, string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        return Convert.ToInt64(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), System.Globalization.CultureInfo.InvariantCulture);
    }
}

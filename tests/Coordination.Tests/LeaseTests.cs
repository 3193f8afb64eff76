using Dapper;
using Npgsql;
using Sure.Coordination.Leases;
using Sure.TestServers;

namespace Sure.Coordination.Tests;

public sealed class LeaseTests(PostgresServer postgres)
{
    [Fact]
    public async Task Of_two_instances_one_leads_and_the_other_follows_when_it_ends()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var one = await CoordinationHost.ProducerAsync(database);
        await using var other = await CoordinationHost.ProducerAsync(database);
        long first = 0, second = 0;
        var ended = false;
        var leads = new TaskCompletionSource();
        var ends = new TaskCompletionSource();

        var leading = one.LeadAsync(async term =>
        {
            first = term.Epoch;
            leads.SetResult();
            await ends.Task;
            ended = true;
        });
        await leads.Task;
        var following = other.LeadAsync(term =>
        {
            Assert.True(ended);
            second = term.Epoch;
            return Task.CompletedTask;
        });
        // Until the lease that was taken would be over: it is renewed.
        var taken = await one.LeaseEndAsync();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await one.LeaseEndAsync() < taken + CoordinationHost.LeaseDuration)
        {
            Assert.False(following.IsCompleted);
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        ends.SetResult();
        await leading;
        await following;

        Assert.True(second > first);
    }

    /// <summary>Its holder died before the server's clock was set back by an hour.</summary>
    [Fact]
    public async Task A_lease_that_ends_later_than_any_can_keeps_nobody_from_leading()
    {
        await using var host = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());
        await host.ExecuteAsync("INSERT INTO lease VALUES ('work', 'dead', 7, now() + interval '1 hour')");

        await host.LeadAsync(term =>
        {
            Assert.Equal(8, term.Epoch);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task A_leader_that_was_deposed_and_wakes_up_changes_nothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var one = await CoordinationHost.ProducerAsync(database);
        await using var other = await CoordinationHost.ProducerAsync(database);
        var old = await TermThatIsOverAsync(one);
        await other.LeadAsync(_ => Task.CompletedTask);

        await Assert.ThrowsAsync<LeaseLostException>(() => WriteAsync(one, old));

        Assert.Empty(await one.NotesAsync());
    }

    [Fact]
    public async Task A_leader_writes_in_its_term()
    {
        await using var host = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());

        await host.LeadAsync(term => WriteAsync(host, term));

        Assert.Equal(["written"], await host.NotesAsync());
    }

    [Fact]
    public async Task A_lease_is_renewed_while_a_transaction_of_its_term_runs()
    {
        await using var host = await CoordinationHost.ProducerAsync(await postgres.CreateDatabaseAsync());

        await host.LeadAsync(async term =>
        {
            await using var connection = await host.Database.OpenConnectionAsync();
            await using var transaction = await connection.BeginTransactionAsync();
            await term.GuardAsync(connection, transaction, CancellationToken.None);
            var end = await host.LeaseEndAsync();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
            while (await host.LeaseEndAsync() <= end && await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
            {
                // Until it has been renewed.
            }

            // Renewed beside it and not when the server had ended it, which it does to one that is idle for half a lease.
            await transaction.CommitAsync();
        });
    }

    [Fact]
    public async Task A_take_over_waits_for_what_the_last_leader_has_begun()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var one = await CoordinationHost.ProducerAsync(database);
        await using var other = await CoordinationHost.ProducerAsync(database);
        var old = await TermThatIsOverAsync(one);
        // However long it takes until it is waited for, the server does not end it for being idle.
        await using var patient = NpgsqlDataSource.Create(database);
        await using var connection = await patient.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await old.GuardAsync(connection, transaction, CancellationToken.None);

        var leading = other.LeadAsync(term =>
        {
            Assert.True(term.Epoch > old.Epoch);
            return Task.CompletedTask;
        });
        await using var look = one.Database.CreateCommand(
            $"SELECT count(*) FROM pg_stat_activity WHERE {connection.ProcessID} = ANY(pg_blocking_pids(pid))");
        while ((long)(await look.ExecuteScalarAsync(TestContext.Current.CancellationToken))! == 0)
        {
            Assert.False(leading.IsCompleted);
        }

        await connection.ExecuteAsync("INSERT INTO note VALUES ('begun before')", transaction: transaction);
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await leading;
        Assert.Equal(["begun before"], await other.NotesAsync());
    }

    /// <summary>Leads once and keeps the term.</summary>
    private static async Task<LeaseTerm> TermThatIsOverAsync(CoordinationHost host)
    {
        LeaseTerm old = null!;
        await host.LeadAsync(term =>
        {
            old = term;
            return Task.CompletedTask;
        });
        return old;
    }

    private static async Task WriteAsync(CoordinationHost host, LeaseTerm term)
    {
        await using var connection = await host.Database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await term.GuardAsync(connection, transaction, CancellationToken.None);
        await connection.ExecuteAsync("INSERT INTO note VALUES ('written')", transaction: transaction);
        await transaction.CommitAsync();
    }
}

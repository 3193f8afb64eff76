using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.ServiceDefaults.Problems;
using Sure.TestServers;
using Sure.UtilizationService.Policies;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>Orders that wait together, and PostgreSQL that goes away meanwhile.</summary>
public sealed class BindDeskTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string WaitsForTrigger = "wait_event = 'advisory' AND query NOT LIKE 'SELECT pg_advisory_lock%'";
    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private UtilizationHost _host = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await UtilizationHost.StartAsync(postgres);
        await _host.FillAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>The server has become a standby: it takes no order, and would take none if each was decided alone.</summary>
    [Fact]
    public async Task When_the_server_is_away_all_orders_that_were_decided_together_fail_and_nobody_buys()
    {
        await using var holder = await _host.Database.OpenConnectionAsync(Cancelled);
        var (fault, gone, other) = await DecideTogetherAsync(holder, PostgresErrorCodes.ReadOnlySqlTransaction);
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock(1)");

        await AssertAwayAsync(fault, PostgresErrorCodes.ReadOnlySqlTransaction);
        await AssertAwayAsync(other, PostgresErrorCodes.ReadOnlySqlTransaction);
        await Assert.ThrowsAnyAsync<Exception>(() => gone.WaitAsync(Patience, Cancelled));
        Assert.Equal("first", await ScalarAsync("SELECT string_agg(holder, ' ') FROM policy"));
        // The next one finds it there again.
        Assert.IsType<BindOutcome.Bound>(await OrderAsync("next"));
    }

    /// <summary>The session of the test that asks next for the lock has it before the order that is at fault can wait for it again, alone.</summary>
    [Fact]
    public async Task Of_orders_that_are_decided_one_by_one_those_of_callers_who_have_gone_are_not_and_the_rest_fail_with_the_server()
    {
        await using var holder = await _host.Database.OpenConnectionAsync(Cancelled);
        await using var next = await _host.Database.OpenConnectionAsync(Cancelled);
        var (fault, gone, other) = await DecideTogetherAsync(holder, PostgresErrorCodes.RaiseException);
        var locked = ExecuteAsync(next, "SELECT pg_advisory_lock(1)");
        await PidAsync("wait_event = 'advisory' AND query LIKE 'SELECT pg_advisory_lock%'");
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock(1)");
        await locked;
        await ScalarAsync($"SELECT pg_terminate_backend({await PidAsync(WaitsForTrigger)})");

        await AssertAwayAsync(fault, PostgresErrorCodes.AdminShutdown);
        await AssertAwayAsync(other, PostgresErrorCodes.AdminShutdown);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.WaitAsync(Patience, Cancelled));
        Assert.Equal("first", await ScalarAsync("SELECT string_agg(holder, ' ') FROM policy"));
    }

    /// <summary>One that is alone at fault fails alone.</summary>
    [Fact]
    public async Task An_order_that_fails_takes_nobody_along()
    {
        await using var holder = await _host.Database.OpenConnectionAsync(Cancelled);
        var (fault, gone, other) = await DecideTogetherAsync(holder, PostgresErrorCodes.RaiseException);
        await ExecuteAsync(holder, "SELECT pg_advisory_unlock(1)");

        Assert.IsType<BindOutcome.Bound>(await other);
        await Assert.ThrowsAsync<PostgresException>(() => fault);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone);
        Assert.Equal("first other", await ScalarAsync("SELECT string_agg(holder, ' ' ORDER BY starts_at) FROM policy"));
    }

    /// <summary>
    /// Three orders that are decided together. A trigger refuses the first of them once it has the lock that <paramref name="holder"/> holds; while
    /// it waits the caller of the second goes.
    /// </summary>
    private async Task<(Task<BindOutcome> Fault, Task<BindOutcome> Gone, Task<BindOutcome> Other)> DecideTogetherAsync(NpgsqlConnection holder, string errorCode)
    {
        await ExecuteAsync(
            holder,
            $"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM pg_advisory_xact_lock(1);
                RAISE EXCEPTION 'refused' USING ERRCODE = '{errorCode}';
            END $$;
            CREATE TRIGGER refused BEFORE INSERT ON policy FOR EACH ROW WHEN (NEW.holder = 'at fault') EXECUTE FUNCTION refuse();
            SELECT pg_advisory_lock(1);
            """);
        using var goes = new CancellationTokenSource();
        Task<BindOutcome> first, fault, gone, other;
        await using (var transaction = await holder.BeginTransactionAsync(Cancelled))
        {
            await ExecuteAsync(holder, PoolStore.LockSql);
            first = OrderAsync("first");
            await PidAsync("wait_event_type = 'Lock' AND query LIKE '%FROM pool FOR UPDATE%'");
            (fault, gone, other) = (OrderAsync("at fault"), OrderAsync("gone", goes), OrderAsync("other"));
            await UtilizationHost.EventuallyAsync(() => Task.FromResult(_host.QueuedOrders == 3), "the others to wait behind the first");
        }

        Assert.IsType<BindOutcome.Bound>(await first);
        await PidAsync(WaitsForTrigger);
        await goes.CancelAsync();
        return (fault, gone, other);
    }

    private static async Task AssertAwayAsync(Task<BindOutcome> order, string errorCode)
    {
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => order.WaitAsync(Patience, Cancelled));
        Assert.Equal(errorCode, Assert.IsType<PostgresException>(failure).SqlState);
        Assert.True(BrokenDependency.Is(failure));
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Cancelled);
    }

    private Task<BindOutcome> OrderAsync(string holder, CancellationTokenSource? goes = null) =>
        _host.OrderAsync(_host.Quote(100m, Depeg), holder, goes?.Token ?? CancellationToken.None);

    /// <summary>The session that does so, once one does.</summary>
    private async Task<int> PidAsync(string does)
    {
        int? pid = null;
        await UtilizationHost.EventuallyAsync(
            async () => (pid = (int?)await ScalarAsync($"SELECT min(pid) FROM pg_stat_activity WHERE datname = current_database() AND {does}")) is not null,
            does);
        return pid!.Value;
    }

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _host.Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancelled) is { } value and not DBNull ? value : null;
    }
}

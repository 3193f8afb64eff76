using Dapper;
using Microsoft.Extensions.DependencyInjection;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Tests.Hosts;
using Sure.TestServers;

namespace Sure.BridgeService.Tests;

/// <summary>A cycle costs the same however long the history is that says nothing.</summary>
public sealed class BridgeStoreTests(PostgresServer postgres)
{
    private const string Bridge = "orbit_eth_ton";

    /// <summary>
    /// Two weeks of minutes, 20 000 points, of each: without a value, and of the simulated market. Of real sources there are only a value
    /// before them and one after an hour ago; the first stands.
    /// </summary>
    [Fact]
    public async Task The_value_of_a_bridge_that_long_had_none_is_found_without_reading_its_history()
    {
        await using var host = await BridgeHost.StartAsync(postgres);
        var at = host.Clock.GetUtcNow().AddHours(-1);
        await host.ScalarAsync<int>(
            """
            INSERT INTO bridge_point (bridge_id, made_at, tvl_usd, health_status, exploit_detected, exploit_confirmed, data_source)
            SELECT @Bridge, @At - i * interval '1 minute', NULL, 'Unknown', false, false, 'keepers' FROM generate_series(1, 20000) AS i
            UNION ALL
            SELECT @Bridge, @At - i * interval '1 minute' - interval '1 second', 5, 'Healthy', false, false, 'simulated' FROM generate_series(1, 20000) AS i
            UNION ALL
            SELECT @Bridge, @At - interval '20 days', 7, 'Healthy', false, false, 'http'
            UNION ALL
            SELECT @Bridge, @At + interval '1 minute', 9, 'Healthy', false, false, 'keepers'
            """,
            new { Bridge, At = at.UtcDateTime });
        await host.ScalarAsync<int>("ANALYZE bridge_point");
        await using var connection = await host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);

        var known = await host.Services.GetRequiredService<BridgeStore>().ReadTvlAtAsync(connection, transaction, at, TestContext.Current.CancellationToken);

        Assert.Equal(7m, known[Bridge]);
        Assert.InRange(
            await connection.ExecuteScalarAsync<long>(
                "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables WHERE relname LIKE 'bridge_point%'", transaction: transaction),
            1,
            100);
    }
}

using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Tests.Hosts;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Tests;

/// <summary>What the tranches earned over the last 30 days, by the journal.</summary>
public sealed class RealisedYieldTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Now = new(2026, 4, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// <list type="bullet">
    /// <item>SURE_EQT begins the 30 days with 1 000 + 5; 600 come after 20 of them and 12 of premium after 15. Mean (1 005 × 30 + 600 × 10 +
    /// 12 × 15) / 30 = 1 211, and 12 / 1 211 × 365 / 30 = 12.0562 %. The 5 were earned before.</item>
    /// <item>SURE_SNR has capital for 5 days: mean (1 000 × 5 + 1 × 1) / 5 = 1 000.2, and 1 / 1 000.2 × 365 / 30 = 1.2164 %.</item>
    /// <item>SURE_JNR begins with 1 000, earns 10 after 27 days, and what comes in an hour does not count yet: mean (1 000 × 30 + 10 × 3) / 30 =
    /// 1 001, and 10 / 1 001 × 365 / 30 = 12.1545 %.</item>
    /// <item>All of SURE_BTC left before the 30 days; 900 come for the last 10 of them and earn 3 at their beginning. It has had capital
    /// before, so the mean is over all: 903 × 10 / 30 = 301, and 3 / 301 × 365 / 30 = 12.1262 %.</item>
    /// <item>SURE_MEZZ never had any; what SURE_JNR_PLUS gets comes in an hour.</item>
    /// </list>
    /// </summary>
    [Fact]
    public async Task It_is_premium_over_the_mean_capital_of_the_time_in_which_there_was_any()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await WriteAsync(host, Tranche.Equity, "deposit", 1_000m, daysAgo: 60);
        await WriteAsync(host, Tranche.Equity, "premium_earned", 5m, daysAgo: 40);
        await WriteAsync(host, Tranche.Equity, "premium_earned", 12m, daysAgo: 15);
        await WriteAsync(host, Tranche.Equity, "deposit", 600m, daysAgo: 10);
        await WriteAsync(host, Tranche.Senior, "deposit", 1_000m, daysAgo: 5);
        await WriteAsync(host, Tranche.Senior, "premium_earned", 1m, daysAgo: 1);
        await WriteAsync(host, Tranche.Junior, "deposit", 1_000m, daysAgo: 60);
        await WriteAsync(host, Tranche.Junior, "premium_earned", 10m, daysAgo: 3);
        await WriteAsync(host, Tranche.Junior, "deposit", 5_000m, daysAgo: -1 / 24d);
        await WriteAsync(host, Tranche.Bitcoin, "deposit", 500m, daysAgo: 60);
        await WriteAsync(host, Tranche.Bitcoin, "withdrawal", -500m, daysAgo: 50);
        await WriteAsync(host, Tranche.Bitcoin, "deposit", 900m, daysAgo: 10);
        await WriteAsync(host, Tranche.Bitcoin, "premium_earned", 3m, daysAgo: 10);
        await WriteAsync(host, Tranche.JuniorPlus, "deposit", 700m, daysAgo: -1 / 24d);

        var figures = await new TrancheReport(host.Database, Options.Create(new CapitalOptions()))
            .ReadAsync(Positions.TenMillion(), Now, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                (Tranche.Bitcoin, 12.1262m), (Tranche.Senior, 1.2164m), (Tranche.Mezzanine, 0m),
                (Tranche.Junior, 12.1545m), (Tranche.JuniorPlus, 0m), (Tranche.Equity, 12.0562m),
            ],
            figures.Select(f => (f.TrancheId, f.RealisedApy30d)));
    }

    /// <summary>
    /// 1 000 for 30 days and 1 of premium at their end: 1 / 1 000 × 365 / 30 = 1.2167 %. With another 1 then it is 2.4333 %, which is read when
    /// the capital of a tranche has moved, or after a minute.
    /// </summary>
    [Fact]
    public async Task It_is_read_again_when_capital_moves_and_after_a_minute()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await WriteAsync(host, Tranche.Equity, "deposit", 1_000m, daysAgo: 30);
        await WriteAsync(host, Tranche.Equity, "premium_earned", 1m, daysAgo: 0);
        var report = new TrancheReport(host.Database, Options.Create(new CapitalOptions()));
        var pool = Positions.TenMillion();
        var moved = pool with { Tranches = [.. pool.Tranches.Select(t => t with { CapitalUsd = t.CapitalUsd + (t.Tranche is Tranche.Senior ? 0.01m : 0) })] };
        Assert.Equal(1.2167m, await EquityAsync(pool, Now));
        await WriteAsync(host, Tranche.Equity, "premium_earned", 1m, daysAgo: 0);

        Assert.Equal(1.2167m, await EquityAsync(Positions.TenMillion(coverageUsd: 1_000_000m), Now.AddSeconds(59)));
        Assert.Equal(2.4333m, await EquityAsync(pool, Now.AddSeconds(60)));
        await WriteAsync(host, Tranche.Equity, "premium_earned", 1m, daysAgo: 0);
        Assert.Equal(3.65m, await EquityAsync(moved, Now.AddSeconds(60)));

        async Task<decimal> EquityAsync(PoolPosition position, DateTimeOffset at) =>
            (await report.ReadAsync(position, at, TestContext.Current.CancellationToken)).Single(f => f.TrancheId is Tranche.Equity).RealisedApy30d;
    }

    /// <summary>An entry against cash.</summary>
    private static async Task WriteAsync(UtilizationHost host, Tranche tranche, string kind, decimal amountUsd, double daysAgo)
    {
        await using var command = host.Database.CreateCommand(
            """
            WITH entry AS (INSERT INTO journal_entry VALUES ($1, $2, 'test', $3) RETURNING entry_id)
            INSERT INTO posting (entry_id, account, amount, occurred_at)
            SELECT entry_id, account, amount, $3 FROM entry, (VALUES ('cash', $4::numeric), ($5, -$4::numeric)) AS p (account, amount)
            """);
        var at = Now.AddDays(-daysAgo);
        command.Parameters.AddWithValue(Guid.CreateVersion7(at));
        command.Parameters.AddWithValue(kind);
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(amountUsd);
        command.Parameters.AddWithValue($"capital:{tranche.Word()}");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

using System.Net;
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
    /// <item>SURE_SNR has capital for 5 of the days and none before: mean (1 000 × 5 + 1 × 1) / 30 = 166.7, and 1 / 166.7 × 365 / 30 =
    /// 7.2985 %.</item>
    /// <item>SURE_JNR begins with 1 000, earns 10 after 27 days, and what comes in an hour does not count yet: mean (1 000 × 30 + 10 × 3) / 30 =
    /// 1 001, and 10 / 1 001 × 365 / 30 = 12.1545 %.</item>
    /// <item>All of SURE_BTC left before the 30 days; 900 come for the last 10 of them and earn 3 at their beginning: mean 903 × 10 / 30 = 301,
    /// and 3 / 301 × 365 / 30 = 12.1262 %.</item>
    /// <item>SURE_JNR_PLUS never had any before the same: it realises the same.</item>
    /// <item>What SURE_MEZZ gets, its first, comes in an hour.</item>
    /// </list>
    /// </summary>
    [Fact]
    public async Task It_is_premium_over_the_mean_capital_of_all_30_days()
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
        await WriteAsync(host, Tranche.JuniorPlus, "deposit", 900m, daysAgo: 10);
        await WriteAsync(host, Tranche.JuniorPlus, "premium_earned", 3m, daysAgo: 10);
        await WriteAsync(host, Tranche.Mezzanine, "deposit", 700m, daysAgo: -1 / 24d);

        using var report = new TrancheReport(host.Database, Options.Create(new CapitalOptions()));
        var figures = await report.ReadAsync(Positions.TenMillion(), Now, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                (Tranche.Bitcoin, 12.1262m), (Tranche.Senior, 7.2985m), (Tranche.Mezzanine, 0m),
                (Tranche.Junior, 12.1545m), (Tranche.JuniorPlus, 12.1262m), (Tranche.Equity, 12.0562m),
            ],
            figures.Select(f => (f.TrancheId, f.RealisedApy30d)));
    }

    /// <summary>
    /// A cent of a millisecond ago adds 0.01 × 0.001 / 2 592 000 = 3.9 · 10⁻¹² to the mean of 1 000, which then has more digits than a decimal;
    /// 0.01 / 1 000 × 365 / 30 = 0.0122 %.
    /// </summary>
    [Fact]
    public async Task What_was_earned_a_moment_ago_is_told()
    {
        await using var host = await UtilizationHost.StartAsync(postgres);
        await WriteAsync(host, Tranche.Equity, "deposit", 1_000m, daysAgo: 60);
        await WriteAsync(host, Tranche.Equity, "premium_earned", 0.01m, daysAgo: 1 / 86_400_000d);

        using var report = new TrancheReport(host.Database, Options.Create(new CapitalOptions()));
        var figures = await report.ReadAsync(Positions.TenMillion(), Now, TestContext.Current.CancellationToken);

        Assert.Equal(0.0122m, figures.Single(f => f.TrancheId == Tranche.Equity).RealisedApy30d);
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
        using var report = new TrancheReport(host.Database, Options.Create(new CapitalOptions()));
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

    /// <summary>
    /// 1 000 all the time and 10 three days ago: mean (1 000 × 30 + 10 × 3) / 30 = 1 001, and 10 / 1 001 × 365 / 30 = 12.1545 %. A deposit, which
    /// is to come, has been capital on none of the days.
    /// </summary>
    [Fact]
    public async Task A_preview_says_it_beside_each_target_and_a_deposit_does_not_change_it()
    {
        // Callers are vouched for by the time of day.
        var clock = new SteppedClock(TimeProvider.System.GetUtcNow());
        await using var host = await UtilizationHost.StartAsync(postgres, clock);
        await WriteAsync(host, Tranche.Junior, "deposit", 1_000m, daysAgo: 60, clock.GetUtcNow());
        await WriteAsync(host, Tranche.Junior, "premium_earned", 10m, daysAgo: 3, clock.GetUtcNow());

        var preview = await UtilizationHost.PostAsync(host.Alice, "/api/v2/vault/preview", new { direction = "deposit", tranche_id = "SURE_JNR", amount_usd = 5_000m });

        Assert.Equal(HttpStatusCode.OK, preview.Status);
        foreach (var side in (string[])["before", "after"])
        {
            var told = preview[side]["tranches"]!.AsArray().Select(t => ((string?)t!["tranche_id"], (decimal?)t["realised_apy_30d"]));
            Assert.Equal([("SURE_BTC", 0m), ("SURE_SNR", 0m), ("SURE_MEZZ", 0m), ("SURE_JNR", 12.1545m), ("SURE_JNR_PLUS", 0m), ("SURE_EQT", 0m)], told);
        }
    }

    /// <summary>An entry against cash.</summary>
    private static async Task WriteAsync(UtilizationHost host, Tranche tranche, string kind, decimal amountUsd, double daysAgo, DateTimeOffset? now = null)
    {
        await using var command = host.Database.CreateCommand(
            """
            WITH entry AS (INSERT INTO journal_entry VALUES ($1, $2, 'test', $3) RETURNING entry_id)
            INSERT INTO posting (entry_id, account, amount, occurred_at)
            SELECT entry_id, account, amount, $3 FROM entry, (VALUES ('cash', $4::numeric), ($5, -$4::numeric)) AS p (account, amount)
            """);
        var at = (now ?? Now).AddDays(-daysAgo);
        command.Parameters.AddWithValue(Guid.CreateVersion7(at));
        command.Parameters.AddWithValue(kind);
        command.Parameters.AddWithValue(at);
        command.Parameters.AddWithValue(amountUsd);
        command.Parameters.AddWithValue($"capital:{tranche.Word()}");
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

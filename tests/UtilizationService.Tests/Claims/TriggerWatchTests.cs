using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>From prices to what is paid, on a real database.</summary>
public sealed class TriggerWatchTests(PostgresServer postgres) : CoverInForce(postgres)
{
    /// <summary>4 h at 0.94: p = 0.94, fraction = (0.97 − 0.94) / (0.97 − 0.90) = 3/7, of 10 000 USD 4 285.71.</summary>
    [Fact]
    public async Task A_run_of_the_dwell_time_pays_by_the_mean_of_its_ratios()
    {
        var policy = await BindAsync(10_000m, Depeg);
        var start = Clock.GetUtcNow();

        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.94m);

        var claim = await PaidAsync(policy);
        Assert.Equal(("paid", 4285.71m, 0m), ((string?)claim["status"], (decimal)claim["payout_usd"]!, (decimal)claim["shortfall_usd"]!));
        Assert.Equal(0.428571m, Math.Round((decimal)claim["payout_fraction"]!, 6));
        Assert.Equal(4.0, ((double)claim["triggered_at"]! - (start.ToUnixTimeMilliseconds() / 1000.0)) / 3600, 2);
        var bound = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}");
        Assert.Equal(("paid", (string?)claim["claim_id"]), ((string?)bound["status"], (string?)bound["claim_id"]));
        Assert.Equal((decimal)bound["premium"], (decimal)bound["premium_earned"]);
        var pool = await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/pool");
        Assert.Equal((0m, 0, 0m, 0m), ((decimal)pool["coverage_sold_usd"], (int)pool["active_policies"], (decimal)pool["claims_payable_usd"], (decimal)pool["unearned_premium_usd"]));
        Assert.Equal(10_000_000m + 10m - 4285.71m, (decimal)pool["total_capital_usd"]);
        await LedgerAgreesAsync();
        Assert.Equal(
            ["PolicyBound", "PolicyTriggered", "ClaimDecided", "ClaimPaid"],
            await ColumnAsync("SELECT type FROM outbox WHERE type NOT LIKE 'Tranche%' ORDER BY position"));
        Assert.Equal("1 filed, 0 refused, 1 triggered, 4285.71 owed, 0.00 short, 1 paid with 4285.71", await StatisticsAsync("coverage_type=depeg"));
        Assert.Equal("0 filed, 0 refused, 0 triggered, 0 owed, 0 short, 0 paid with 0", await StatisticsAsync("coverage_type=bridge&interval=day"));
    }

    [Fact]
    public async Task A_point_above_the_trigger_breaks_the_run()
    {
        var policy = await BindAsync(10_000m, Depeg);

        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(3.5), 0.94m);
        await PriceAsync(Stablecoin.USDC, 0.975m);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(3.5), 0.94m);
        await PriceAsync(Stablecoin.USDC, 0.999m);

        await JudgedAsync();
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}"))["status"]);
        Assert.Empty(await ColumnAsync("SELECT policy_id::text FROM trigger_run"));
    }

    /// <summary>
    /// Two hours simulated and two real are no run of four; four real ones are, and pay 3/7. A simulated 0.90 pays nothing where the prices of
    /// the hour after it are real.
    /// </summary>
    [Fact]
    public async Task A_run_of_simulated_and_real_prices_pays_nothing()
    {
        var policy = await BindAsync(10_000m, Depeg);
        var liquidation = await BindAsync(9_000m, new(CoverageType.CexLiquidation, Chain.Base, Stablecoin.DAI));
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(2), 0.94m);
        await PriceAsync(Stablecoin.DAI, 0.90m);
        await JudgedAsync();
        var changed = Clock.GetUtcNow();

        await RealForAsync(TimeSpan.FromHours(2));
        await JudgedAsync();

        foreach (var bound in new[] { policy, liquidation })
        {
            Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{bound}"))["status"]);
        }

        Assert.Equal([policy], await ColumnAsync("SELECT policy_id::text FROM trigger_run"));
        var refused = await EventuallyFiledAsync(liquidation, "refused");
        Assert.Contains("data changed between simulated and real", (string?)refused["reason"], StringComparison.Ordinal);
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{refused["claim_id"]}/evidence");
        Assert.Equal(["simulated", "http"], evidence["body"]["points"]!.AsArray().Select(p => (string?)p!["data_source"]));

        await RealForAsync(TimeSpan.FromHours(2));

        var claim = await PaidAsync(policy);
        Assert.Equal(4285.71m, (decimal)claim["payout_usd"]!);
        Assert.Equal(4.0, ((double)claim["triggered_at"]! - (changed.ToUnixTimeMilliseconds() / 1000.0)) / 3600, 2);
        var paid = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.All(paid["body"]["points"]!.AsArray(), p => Assert.Equal("http", (string?)p!["data_source"]));

        async Task RealForAsync(TimeSpan span)
        {
            for (var told = TimeSpan.Zero; told <= span; told += TimeSpan.FromMinutes(10))
            {
                Host.Tell(
                    Host.Price(Stablecoin.USDC, 0.94m) with { DataSource = "http" },
                    Host.Price(Stablecoin.DAI, 1m) with { DataSource = "http" });
                Clock.Advance(TimeSpan.FromMinutes(10));
            }

            await Host.KnownAsync();
        }
    }

    [Fact]
    public async Task One_source_that_errs_pays_nobody()
    {
        var policy = await BindAsync(10_000m, new(CoverageType.CexLiquidation, Chain.Ethereum, Stablecoin.USDC));

        await PriceAsync(Stablecoin.USDC, 0.20m, 0.99m, 1.00m);

        await JudgedAsync();
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}"))["status"]);
    }

    /// <summary>0.94, then 0.90 within the hour: fraction = (0.95 − 0.90) / (0.95 − 0.80) = 1/3, of 9 000 USD 3 000.</summary>
    [Fact]
    public async Task Liquidation_cover_pays_by_the_lowest_ratio_of_the_following_hour()
    {
        var policy = await BindAsync(9_000m, new(CoverageType.CexLiquidation, Chain.Base, Stablecoin.DAI));

        await PriceAsync(Stablecoin.DAI, 0.94m);
        await PriceAsync(Stablecoin.DAI, 0.90m);
        await PriceForAsync(Stablecoin.DAI, TimeSpan.FromMinutes(70), 0.99m);

        Assert.Equal(3_000m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
    }

    [Fact]
    public async Task Oracle_cover_pays_in_full_when_sources_contradict_each_other_for_an_hour()
    {
        var policy = await BindAsync(500m, new(CoverageType.Oracle, Chain.Ethereum, Stablecoin.FRAX));

        for (var i = 0; i <= 6; i++)
        {
            Host.Tell(Host.Price(Stablecoin.FRAX, 0.90m, 1.00m, 1.10m) with { Consensus = 0.3m });
            Clock.Advance(TimeSpan.FromMinutes(10));
        }

        Assert.Equal(500m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
    }

    [Fact]
    public async Task A_run_goes_on_when_the_service_comes_back()
    {
        var policy = await BindAsync(10_000m, Depeg);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(2), 0.94m);
        await JudgedAsync();
        Assert.Single(await ColumnAsync("SELECT policy_id::text FROM trigger_run"));

        await using var next = await StartAnotherAsync();
        await Host.DisposeAsync();
        Host = next;
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(2), 0.94m);

        Assert.Equal(4285.71m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
        Assert.Empty(await ColumnAsync("SELECT policy_id::text FROM trigger_run"));
    }

    [Fact]
    public async Task A_policy_expires_only_when_the_points_up_to_its_end_are_judged()
    {
        var policy = await BindAsync(1_000m, Depeg, days: 1);
        var other = await BindAsync(1_000m, Depeg with { Stablecoin = Stablecoin.DAI }, days: 1);
        Clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        await PriceAsync(Stablecoin.DAI, 1m);
        await ExpiredAsync(other);
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}"))["status"]);

        await PriceAsync(Stablecoin.USDC, 1m);

        await ExpiredAsync(policy);
        Assert.Equal(0m, (decimal)(await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/pool"))["unearned_premium_usd"]);
    }

    /// <summary>Of a day's cover 235 minutes pass at 0.94, five before its end are due; what is said next, half a minute after the end, is nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_policy_whose_run_is_due_waits_until_it_is_complete_or_broken(bool completed)
    {
        var policy = await BindAsync(10_000m, Depeg, days: 1);
        var other = await BindAsync(1_000m, Depeg with { Stablecoin = Stablecoin.DAI }, days: 1);
        Clock.Advance(TimeSpan.FromMinutes((19 * 60) + 55));
        for (var minute = 0; minute <= 235; minute += 5)
        {
            Host.Tell(Host.Price(Stablecoin.USDC, 0.94m));
            Clock.Advance(TimeSpan.FromMinutes(5));
        }

        Clock.Advance(TimeSpan.FromMinutes(5.5));
        await SilenceAsync();
        await JudgedAsync();
        await PriceAsync(Stablecoin.DAI, 1m);
        await ExpiredAsync(other);
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}"))["status"]);

        if (completed)
        {
            await PriceAsync(Stablecoin.USDC, 0.94m);
            Assert.Equal(4285.71m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
        }
        else
        {
            Clock.Advance(TimeSpan.FromMinutes(5));
            await SilenceAsync();
            await ExpiredAsync(policy);
        }

        Assert.Empty(await ColumnAsync("SELECT policy_id::text FROM trigger_run"));

        async Task SilenceAsync()
        {
            Host.Tell(Host.Price(Stablecoin.USDC, 1m) with { PegRatio = null, Price = null, Consensus = null });
            await Host.KnownAsync();
        }
    }

    /// <summary>A point of DAI has no sources that can be read.</summary>
    [Fact]
    public async Task What_cannot_be_judged_holds_up_nothing_else_and_is_a_failure_of_the_watch()
    {
        var policy = await BindAsync(10_000m, Depeg);
        await ExecuteAsync("INSERT INTO consensus_point (sequence, stablecoin, at, sources) VALUES (0, 'DAI', now(), '{}')");

        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.94m);

        Assert.Equal("paid", (string?)(await PaidAsync(policy))["status"]);
        var failed = await Assert.ThrowsAsync<AggregateException>(Host.WatchAsync);
        Assert.Equal("The points of DAI could not be dealt with.", Assert.Single(failed.InnerExceptions).Message);
    }

    /// <summary>The run is due at minute 240; the clock is set back between the points of 245 and 235, which are told together.</summary>
    [Fact]
    public async Task A_point_that_completes_a_run_counts_though_the_clock_was_set_back_after_it()
    {
        var policy = await BindAsync(10_000m, Depeg);
        var start = Clock.GetUtcNow().AddSeconds(1);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromMinutes(230), 0.94m);
        await JudgedAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));

        Host.Tell(new[] { 245, 235 }.Select(minute => Host.Price(Stablecoin.USDC, 0.94m) with { OccurredAt = start.AddMinutes(minute) }));

        var claim = await PaidAsync(policy);
        Assert.Equal(4285.71m, (decimal)claim["payout_usd"]!);
        Assert.Equal(240, ((double)claim["triggered_at"]! - (start.ToUnixTimeMilliseconds() / 1000.0)) / 60, 2);
    }

}

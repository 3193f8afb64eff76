using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>From what happens to what is paid, on a real database.</summary>
public sealed class TriggerWatchTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    private readonly MovableClock _clock = new();
    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await UtilizationHost.StartAsync(postgres, _clock);
        await _host.FillAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>4 h at 0.94: p = 0.94, fraction = (0.97 − 0.94) / (0.97 − 0.90) = 3/7, of 10 000 USD 4 285.71.</summary>
    [Fact]
    public async Task A_run_of_the_dwell_time_pays_by_the_mean_of_its_ratios()
    {
        var policy = await BindAsync(10_000m, Depeg);
        var start = _clock.GetUtcNow();

        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.94m);

        var claim = await PaidAsync(policy);
        Assert.Equal(("paid", 4285.71m, 0m), ((string?)claim["status"], (decimal)claim["payout_usd"]!, (decimal)claim["shortfall_usd"]!));
        Assert.Equal(0.428571m, Math.Round((decimal)claim["payout_fraction"]!, 6));
        Assert.Equal(4.0, ((double)claim["triggered_at"]! - (start.ToUnixTimeMilliseconds() / 1000.0)) / 3600, 2);
        var bound = await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies/{policy}");
        Assert.Equal(("paid", (string?)claim["claim_id"]), ((string?)bound["status"], (string?)bound["claim_id"]));
        Assert.Equal((decimal)bound["premium"], (decimal)bound["premium_earned"]);
        var pool = await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool");
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
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies/{policy}"))["status"]);
        Assert.Empty(await ColumnAsync("SELECT policy_id::text FROM trigger_run"));
    }

    [Fact]
    public async Task One_source_that_errs_pays_nobody()
    {
        var policy = await BindAsync(10_000m, new(CoverageType.CexLiquidation, Chain.Ethereum, Stablecoin.USDC));

        await PriceAsync(Stablecoin.USDC, 0.20m, 0.99m, 1.00m);

        await JudgedAsync();
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies/{policy}"))["status"]);
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
            _host.Tell(_host.Price(Stablecoin.FRAX, 0.90m, 1.00m, 1.10m) with { Consensus = 0.3m });
            _clock.Advance(TimeSpan.FromMinutes(10));
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

        await using var next = await _host.StartAnotherAsync(postgres);
        await _host.DisposeAsync();
        _host = next;
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(2), 0.94m);

        Assert.Equal(4285.71m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
        Assert.Empty(await ColumnAsync("SELECT policy_id::text FROM trigger_run"));
    }

    [Fact]
    public async Task Two_instances_and_the_holder_together_pay_once()
    {
        await using var other = await _host.StartAnotherAsync(postgres);
        var policy = await BindAsync(10_000m, Depeg);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.94m);
        await _host.KnownAsync();

        var filed = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => FileAsync(i % 2 == 0 ? _host : other, policy)));

        Assert.All(filed, f => Assert.Contains(f.Status, new[] { HttpStatusCode.OK, HttpStatusCode.Created }));
        var claim = await PaidAsync(policy);
        Assert.All(filed, f => Assert.Equal((string?)claim["claim_id"], (string?)f["claim_id"]));
        Assert.Single(await ColumnAsync("SELECT claim_id::text FROM claim"));
        Assert.Equal(["-4285.71"], await ColumnAsync("SELECT amount::text FROM posting JOIN journal_entry USING (entry_id) WHERE kind = 'claim_paid' AND account = 'cash'"));
    }

    [Fact]
    public async Task A_confirmed_exploit_pays_bridge_cover_of_its_chains_in_full_and_no_other()
    {
        var onEthereum = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Ethereum, Stablecoin.USDC));
        var onTon = await BindAsync(2_000m, new(CoverageType.Bridge, Chain.TON, Stablecoin.DAI));
        var onBase = await BindAsync(3_000m, new(CoverageType.Bridge, Chain.Base, Stablecoin.USDC));
        _clock.Advance(TimeSpan.FromMinutes(1));
        var (detected, exploit) = (_clock.GetUtcNow(), Guid.CreateVersion7());

        _host.Tell(new ExploitDetected(Guid.CreateVersion7(), detected, "wormhole_eth_ton", exploit, 700_000m, 1_000_000m, "Two sources saw it drained."));
        var pending = await EventuallyFiledAsync(onEthereum, "pending");
        _clock.Advance(TimeSpan.FromMinutes(30));
        _host.Tell(new ExploitConfirmed(Guid.CreateVersion7(), _clock.GetUtcNow(), "wormhole_eth_ton", exploit, 700_000m, 1_000_000m, "Value did not come back."));

        var claim = await PaidAsync(onEthereum);
        Assert.Equal(((string?)pending["claim_id"], 1_000m), ((string?)claim["claim_id"], (decimal)claim["payout_usd"]!));
        Assert.Equal(2_000m, (decimal)(await PaidAsync(onTon))["payout_usd"]!);
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies/{onBase}"))["status"]);
        Assert.Single(await ColumnAsync("SELECT exploit_id::text FROM exploit WHERE settled_at IS NOT NULL"));
    }

    [Fact]
    public async Task A_cleared_exploit_pays_nobody_and_refuses_who_filed()
    {
        var policy = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Solana, Stablecoin.USDC));
        _clock.Advance(TimeSpan.FromMinutes(1));
        var exploit = DetectedOnSolana();
        var pending = await EventuallyFiledAsync(policy, "pending");

        _host.Tell(ClearedOnSolana(exploit));

        await UtilizationHost.EventuallyAsync(async () => (string?)(await ClaimAsync(pending))["status"] == "refused", "the claim to be refused");
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies/{policy}"))["status"]);
    }

    /// <summary>A transaction leaves its number on each row it writes. The cycle under way when the exploit is cleared may find some of the claims, the next finds the rest.</summary>
    [Fact]
    public async Task Claims_that_can_be_decided_at_once_are_decided_together()
    {
        const int Filed = 10;
        var policies = new List<string>();
        for (var i = 0; i < Filed; i++)
        {
            policies.Add(await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Solana, Stablecoin.USDC)));
        }

        _clock.Advance(TimeSpan.FromMinutes(1));
        var exploit = DetectedOnSolana();
        foreach (var policy in policies)
        {
            await EventuallyFiledAsync(policy, "pending");
        }

        _host.Tell(ClearedOnSolana(exploit));

        await UtilizationHost.EventuallyAsync(
            async () => (await ColumnAsync("SELECT claim_id::text FROM claim WHERE status = 'refused'")).Count == Filed, "the claims to be refused");
        Assert.InRange((await ColumnAsync("SELECT DISTINCT xmin::text FROM claim")).Count, 1, 2);
    }

    [Fact]
    public async Task An_incident_that_two_operators_saw_pays_its_loss_fraction()
    {
        var policy = await BindAsync(1_000m, new(CoverageType.SmartContract, Chain.Polygon, Stablecoin.GHO));
        _clock.Advance(TimeSpan.FromMinutes(1));

        var incident = await RecordAsync("smart_contract", "Polygon", _clock.GetUtcNow(), "GHO", 0.4m);
        Assert.Equal(HttpStatusCode.Created, incident.Status);
        Assert.Equal("pending", (string?)(await FileAsync(_host, policy))["status"]);
        var confirmed = await UtilizationHost.PostAsync(_host.Deputy, $"/api/v2/incidents/{incident["incident_id"]}/confirm", new { });
        Assert.Equal(HttpStatusCode.OK, confirmed.Status);

        Assert.Equal(400m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
    }

    /// <summary>
    /// 9 000 000 of 10 000 000 are lost elsewhere; a loss of 3 000 000 then meets the 1 000 000 that is left and the premium of 10.
    /// </summary>
    [Fact]
    public async Task What_no_tranche_can_bear_is_a_shortfall_and_the_claim_is_paid_in_part()
    {
        var policy = await BindAsync(3_000_000m, Depeg);
        await DeployAsync("deploy", 9_000_000m);
        await DeployAsync("return", 9_000_000m, gain: -9_000_000m);

        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.85m);

        var claim = await PaidAsync(policy);
        Assert.Equal(("partially_paid", 3_000_000m, 1_999_990m), ((string?)claim["status"], (decimal)claim["payout_usd"]!, (decimal)claim["shortfall_usd"]!));
        var pool = await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool");
        Assert.Equal((0m, 1_999_990m, 0m), ((decimal)pool["total_capital_usd"], (decimal)pool["shortfall_usd"], (decimal)pool["claims_payable_usd"]));
        await LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_claim_waits_for_cash_until_capital_returns()
    {
        var policy = await BindAsync(3_000_000m, Depeg);
        await DeployAsync("deploy", 8_000_000m);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.85m);
        await UtilizationHost.EventuallyAsync(async () => (await ClaimsAsync(policy)).Any(c => (string?)c["status"] == "triggered"), "the policy to be triggered");
        Assert.Equal(3_000_000m, (decimal)(await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool"))["claims_payable_usd"]);

        await DeployAsync("return", 1_000_000m);

        Assert.Equal("paid", (string?)(await PaidAsync(policy))["status"]);
        await LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_great_loss_trips_the_breaker_until_an_operator_resets_it()
    {
        var policy = await BindAsync(3_000_000m, Depeg);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.85m);
        await PaidAsync(policy);
        await _host.CalmAsync();

        var product = new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.PYUSD);
        var declined = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100m, product));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, declined.Status);
        Assert.Contains(declined["checks"].AsArray(), c => (string?)c!["check"] == "circuit_breaker");
        Assert.True((bool)(await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool"))["circuit_breaker"]["open"]!);

        // Deposits go on: the tranches that were used up are there again.
        await _host.FillAsync();
        Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.PostAsync(_host.Operator, "/api/v2/admin/breaker/reset", new { })).Status);

        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100m, product))).Status);
        var audit = await UtilizationHost.GetAsync(_host.Peer, "/internal/audit");
        Assert.Equal(["breaker_reset", "breaker_tripped"], audit["items"].AsArray().Select(a => (string?)a!["action"]));
        Assert.Equal(["BreakerTripped", "BreakerReset"], await ColumnAsync("SELECT type FROM outbox WHERE type LIKE 'Breaker%' ORDER BY position"));
    }

    [Fact]
    public async Task A_policy_expires_only_when_the_points_up_to_its_end_are_judged()
    {
        var policy = await BindAsync(1_000m, Depeg, days: 1);
        var other = await BindAsync(1_000m, Depeg with { Stablecoin = Stablecoin.DAI }, days: 1);
        _clock.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(1));
        await PriceAsync(Stablecoin.DAI, 1m);
        await ExpiredAsync(other);
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies/{policy}"))["status"]);

        await PriceAsync(Stablecoin.USDC, 1m);

        await ExpiredAsync(policy);
        Assert.Equal(0m, (decimal)(await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool"))["unearned_premium_usd"]);
    }

    /// <summary>Of a day's cover 235 minutes pass at 0.94, five before its end are due; what is said next, half a minute after the end, is nothing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_policy_whose_run_is_due_waits_until_it_is_complete_or_broken(bool completed)
    {
        var policy = await BindAsync(10_000m, Depeg, days: 1);
        var other = await BindAsync(1_000m, Depeg with { Stablecoin = Stablecoin.DAI }, days: 1);
        _clock.Advance(TimeSpan.FromMinutes((19 * 60) + 55));
        for (var minute = 0; minute <= 235; minute += 5)
        {
            _host.Tell(_host.Price(Stablecoin.USDC, 0.94m));
            _clock.Advance(TimeSpan.FromMinutes(5));
        }

        _clock.Advance(TimeSpan.FromMinutes(5.5));
        await SilenceAsync();
        await JudgedAsync();
        await PriceAsync(Stablecoin.DAI, 1m);
        await ExpiredAsync(other);
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies/{policy}"))["status"]);

        if (completed)
        {
            await PriceAsync(Stablecoin.USDC, 0.94m);
            Assert.Equal(4285.71m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
        }
        else
        {
            _clock.Advance(TimeSpan.FromMinutes(5));
            await SilenceAsync();
            await ExpiredAsync(policy);
        }

        Assert.Empty(await ColumnAsync("SELECT policy_id::text FROM trigger_run"));

        async Task SilenceAsync()
        {
            _host.Tell(_host.Price(Stablecoin.USDC, 1m) with { PegRatio = null, Price = null, Consensus = null });
            await _host.KnownAsync();
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
        var failed = await Assert.ThrowsAsync<AggregateException>(_host.WatchAsync);
        Assert.Equal("The points of DAI could not be dealt with.", Assert.Single(failed.InnerExceptions).Message);
    }

    /// <summary>The older claim is one on DAI, of which a point has no sources that can be read.</summary>
    [Fact]
    public async Task A_pending_claim_that_cannot_be_judged_holds_up_no_later_one()
    {
        var unreadable = await BindAsync(1_000m, Depeg with { Stablecoin = Stablecoin.DAI });
        var policy = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Solana, Stablecoin.USDC));
        await PriceAsync(Stablecoin.DAI, 0.94m);
        var exploit = DetectedOnSolana();
        var first = await EventuallyFiledAsync(unreadable, "pending");
        var second = await EventuallyFiledAsync(policy, "pending");
        await ExecuteAsync("INSERT INTO consensus_point (sequence, stablecoin, at, sources) VALUES (0, 'DAI', $1, '{}')", _clock.GetUtcNow().UtcDateTime);

        _host.Tell(ClearedOnSolana(exploit));

        await UtilizationHost.EventuallyAsync(async () => (string?)(await ClaimAsync(second))["status"] == "refused", "the later claim to be refused");
        Assert.Equal("pending", (string?)(await ClaimAsync(first))["status"]);
        var failed = await Assert.ThrowsAsync<AggregateException>(_host.WatchAsync);
        Assert.Contains($"The pending claim on policy {unreadable} could not be dealt with.", failed.InnerExceptions.Select(e => e.Message));
    }

    /// <summary>The first exploit and the first incident are of a policy whose attribution cannot be read.</summary>
    [Fact]
    public async Task An_exploit_or_an_incident_that_cannot_be_settled_holds_up_no_later_one()
    {
        var unreadable = new[]
        {
            await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Solana, Stablecoin.USDC)),
            await BindAsync(1_000m, new(CoverageType.SmartContract, Chain.Polygon, Stablecoin.GHO)),
        };
        var exploited = await BindAsync(2_000m, new(CoverageType.Bridge, Chain.Base, Stablecoin.USDC));
        var lost = await BindAsync(2_000m, new(CoverageType.SmartContract, Chain.Base, Stablecoin.GHO));
        await ExecuteAsync("UPDATE policy SET attribution = '[]' WHERE policy_id = ANY ($1)", unreadable.Select(Guid.Parse).ToArray());

        foreach (var (bridge, chain) in new[] { ("wormhole_sol_ton", "Polygon"), ("wormhole_base_ton", "Base") })
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            _host.Tell(new ExploitConfirmed(Guid.CreateVersion7(), _clock.GetUtcNow(), bridge, Guid.CreateVersion7(), 700_000m, 1_000_000m, "Value did not come back."));
            var incident = await RecordAsync("smart_contract", chain, _clock.GetUtcNow(), "GHO", 0.4m);
            await UtilizationHost.PostAsync(_host.Deputy, $"/api/v2/incidents/{incident["incident_id"]}/confirm", new { });
        }

        Assert.Equal(2_000m, (decimal)(await PaidAsync(exploited))["payout_usd"]!);
        Assert.Equal(800m, (decimal)(await PaidAsync(lost))["payout_usd"]!);
        var failed = await Assert.ThrowsAsync<AggregateException>(_host.WatchAsync);
        Assert.Equal(["The exploit", "The incident"], failed.InnerExceptions.Select(e => string.Join(' ', e.Message.Split(' ')[..2])));
    }

    /// <summary>
    /// An hour before its end something happens that is recorded 71 hours after it, and confirmed only when the 72 in which it could be are
    /// over. The cover of another coin has expired by then, with its premium earned at its end.
    /// </summary>
    [Theory]
    [InlineData("smart_contract", "Polygon", "GHO")]
    [InlineData("bridge", "Optimism", null)]
    public async Task What_happened_within_the_cover_can_be_reported_after_it(string type, string chain, string? coin)
    {
        var product = new Product(Words<CoverageType>.Parse(type), Words<Chain>.Parse(chain), Stablecoin.GHO);
        var policy = await BindAsync(1_000m, product, days: 1);
        var other = await BindAsync(1_000m, new(CoverageType.SmartContract, Chain.Base, Stablecoin.DAI), days: 1);
        var happened = _clock.GetUtcNow().AddHours(23);
        _clock.Advance(TimeSpan.FromHours(24 + 71));
        Assert.Equal("refused", (string?)(await FileAsync(_host, policy))["status"]);
        var incident = await RecordAsync(type, chain, happened, coin, coin is null ? null : 0.4m);
        Assert.Equal(HttpStatusCode.Created, incident.Status);

        _clock.Advance(TimeSpan.FromHours(2));
        await ExpiredAsync(other);
        await UtilizationHost.PostAsync(_host.Deputy, $"/api/v2/incidents/{incident["incident_id"]}/confirm", new { });

        Assert.Equal(coin is null ? 1_000m : 400m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
        await LedgerAgreesAsync();
    }

    [Fact]
    public async Task A_filed_claim_is_refused_with_what_came_nearest_to_the_trigger()
    {
        var policy = await BindAsync(1_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.981m);
        await _host.KnownAsync();

        var claim = await FileAsync(_host, policy);

        Assert.Equal((HttpStatusCode.Created, "refused"), (claim.Status, (string?)claim["status"]));
        Assert.Contains("0.981", (string?)claim["reason"], StringComparison.Ordinal);
        var evidence = await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal("0.981", (string?)evidence["body"]["points"]![0]!["peg_ratio"]);
        Assert.Equal((string?)claim["evidence_hash"], (string?)evidence["hash"]);
        var again = await FileAsync(_host, policy);
        Assert.NotEqual((string?)claim["claim_id"], (string?)again["claim_id"]);
        var chain = await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/claims/evidence-chain");
        Assert.Equal([(string?)claim["evidence_hash"], (string?)again["evidence_hash"]], chain["items"].AsArray().Select(l => (string?)l!["hash"]));
        Assert.Equal("2 filed, 2 refused, 0 triggered, 0.00 owed, 0.00 short, 0 paid with 0.00", await StatisticsAsync("interval=day"));
    }

    /// <summary>A run is broken after 15 minutes without a word, and what could still count of cex cover is over after 75.</summary>
    [Fact]
    public async Task A_filed_claim_is_refused_by_the_first_point_after_a_long_silence()
    {
        var policy = await BindAsync(1_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.94m);
        var pending = await EventuallyFiledAsync(policy, "pending");

        _clock.Advance(TimeSpan.FromHours(2));
        await PriceAsync(Stablecoin.USDC, 1m);

        await UtilizationHost.EventuallyAsync(async () => (string?)(await ClaimAsync(pending))["status"] == "refused", "the claim to be refused");
        Assert.Contains("by more than 15 min without consensus", (string?)(await ClaimAsync(pending))["reason"], StringComparison.Ordinal);
    }

    /// <summary>
    /// A day of points a minute in which each run of 40 min is broken; the longest, of 50, is the third: from minute 82, with a last point at
    /// 131 and broken at 132. The first of the 1 440 is the first of them at the trigger.
    /// </summary>
    [Fact]
    public async Task A_refusal_keeps_what_proves_it_however_long_prices_hovered_around_the_trigger()
    {
        var policy = await BindAsync(1_000m, Depeg);
        var before = long.Parse((await ColumnAsync("SELECT sequence::text FROM intake WHERE producer = 'bridgeservice'"))[0], CultureInfo.InvariantCulture);
        var points = new List<IPlatformEvent>();
        var start = _clock.GetUtcNow().AddMinutes(1);
        for (var minute = 0; minute < 1_440; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            var breaks = minute < 132 ? minute is 40 or 81 : (minute - 132) % 41 == 0;
            points.Add(_host.Price(Stablecoin.USDC, breaks ? 0.971m : 0.97m));
        }

        // The last point must not leave a run open.
        points[^1] = _host.Price(Stablecoin.USDC, 0.971m);
        _host.Tell(points);
        await _host.KnownAsync();

        var claim = await FileAsync(_host, policy);

        Assert.Equal((HttpStatusCode.Created, "refused"), (claim.Status, (string?)claim["status"]));
        Assert.Contains("the longest run lasted 50 min", (string?)claim["reason"], StringComparison.Ordinal);
        var evidence = await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        var kept = evidence["body"]["points"]!.AsArray();
        Assert.Equal([(82, "0.97"), (131, "0.97"), (132, "0.971")], kept.Select(p => (Minute((double)p!["at"]!), (string?)p["peg_ratio"])));
        Assert.All(kept, p => Assert.Equal(3, p!["sources"]!.AsArray().Count));
        var considered = evidence["body"]["considered"]!;
        Assert.Equal((1_440, before + 1, before + 1_440), ((long)considered["count"]!, (long)considered["first_sequence"]!, (long)considered["last_sequence"]!));
        Assert.Equal((string?)evidence["hash"], EvidenceChain.HashOf((string)evidence["previous_hash"]!, CanonicalJson.Write(evidence["body"])));

        int Minute(double at) => (int)Math.Round((at - (start.ToUnixTimeMilliseconds() / 1000.0)) / 60);
    }

    /// <summary>What pays keeps what it always did: 25 points ten minutes apart, and no word of others.</summary>
    [Fact]
    public async Task A_payment_keeps_all_points_of_its_run_and_none_but_those()
    {
        var policy = await BindAsync(10_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.96m);
        await PriceAsync(Stablecoin.USDC, 0.98m);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.94m);

        var claim = await PaidAsync(policy);

        var evidence = await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal(Enumerable.Repeat("0.94", 25), evidence["body"]["points"]!.AsArray().Select(p => (string?)p!["peg_ratio"]));
        Assert.Equal(
            ["claim_id", "decided_at", "decision", "exploits", "incidents", "period", "points", "policy", "rule"],
            evidence["body"].AsObject().Select(member => member.Key));
    }

    /// <summary>The run is due at minute 240; the clock is set back between the points of 245 and 235, which are told together.</summary>
    [Fact]
    public async Task A_point_that_completes_a_run_counts_though_the_clock_was_set_back_after_it()
    {
        var policy = await BindAsync(10_000m, Depeg);
        var start = _clock.GetUtcNow().AddSeconds(1);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromMinutes(230), 0.94m);
        await JudgedAsync();
        _clock.Advance(TimeSpan.FromMinutes(5));

        _host.Tell(new[] { 245, 235 }.Select(minute => _host.Price(Stablecoin.USDC, 0.94m) with { OccurredAt = start.AddMinutes(minute) }));

        var claim = await PaidAsync(policy);
        Assert.Equal(4285.71m, (decimal)claim["payout_usd"]!);
        Assert.Equal(240, ((double)claim["triggered_at"]! - (start.ToUnixTimeMilliseconds() / 1000.0)) / 60, 2);
    }

    /// <summary>Whoever read all points of the time around the run again would meet one that cannot be read, from between two runs.</summary>
    [Fact]
    public async Task A_pending_claim_is_not_judged_again_while_its_run_goes_on()
    {
        var policy = await BindAsync(10_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.94m);
        await PriceAsync(Stablecoin.USDC, 1m);
        var between = _clock.GetUtcNow();
        await PriceAsync(Stablecoin.USDC, 0.94m);
        var pending = await EventuallyFiledAsync(policy, "pending");
        await JudgedAsync();
        await ExecuteAsync(
            """
            WITH unreadable AS (INSERT INTO consensus_point (sequence, stablecoin, at, sources) VALUES (0, 'USDC', $1, '{}') RETURNING point_id)
            UPDATE watch_position SET judged_point = point_id FROM unreadable WHERE stablecoin = 'USDC'
            """,
            between.UtcDateTime);

        await _host.WatchAsync();

        _clock.Advance(TimeSpan.FromMinutes(9));
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.94m);
        var claim = await PaidAsync(policy);
        Assert.Equal(((string?)pending["claim_id"], 4285.71m), ((string?)claim["claim_id"], (decimal)claim["payout_usd"]!));
    }

    [Fact]
    public async Task A_pending_claim_is_refused_when_its_run_is_broken()
    {
        var policy = await BindAsync(10_000m, Depeg);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(1), 0.94m);
        var pending = await EventuallyFiledAsync(policy, "pending");
        await JudgedAsync();

        await PriceAsync(Stablecoin.USDC, 0.98m);

        await UtilizationHost.EventuallyAsync(async () => (string?)(await ClaimAsync(pending))["status"] == "refused", "the claim to be refused");
        Assert.Contains("by a point without it", (string?)(await ClaimAsync(pending))["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_of_others_are_not_there()
    {
        var policy = await BindAsync(1_000m, Depeg);
        var claim = await FileAsync(_host, policy);

        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.PostAsync(_host.Bob, "/api/v2/claims", new { policy_id = policy })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.GetAsync(_host.Bob, $"/api/v2/claims/{claim["claim_id"]}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.GetAsync(_host.Bob, $"/api/v2/claims/{claim["claim_id"]}/evidence")).Status);
        Assert.Empty((await UtilizationHost.GetAsync(_host.Bob, $"/api/v2/claims?policy_id={policy}"))["items"].AsArray());
        Assert.Single((await UtilizationHost.GetAsync(_host.Operator, $"/api/v2/claims?policy_id={policy}&status=refused"))["items"].AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await UtilizationHost.GetAsync(_host.Alice, "/api/v2/claims?status=maybe")).Status);
    }

    private Guid DetectedOnSolana()
    {
        var exploit = Guid.CreateVersion7();
        _host.Tell(new ExploitDetected(Guid.CreateVersion7(), _clock.GetUtcNow(), "wormhole_sol_ton", exploit, 700_000m, 1_000_000m, "Two sources saw it drained."));
        return exploit;
    }

    private ExploitCleared ClearedOnSolana(Guid exploit) =>
        new(Guid.CreateVersion7(), _clock.GetUtcNow(), "wormhole_sol_ton", exploit, 950_000m, 1_000_000m, "Value came back.");

    private Task<Answer> RecordAsync(string type, string chain, DateTimeOffset at, string? coin = null, decimal? loss = null) =>
        UtilizationHost.PostAsync(_host.Operator, "/api/v2/incidents", new
        {
            coverage_type = type,
            chain,
            stablecoin = coin,
            occurred_at = at.ToUnixTimeMilliseconds() / 1000m,
            evidence_url = "https://example.org/post-mortem",
            loss_fraction = loss,
        });

    private async Task<string> BindAsync(decimal coverageUsd, Product product, int days = 90)
    {
        var answer = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(coverageUsd, product, days: days));
        Assert.True(answer.Status == HttpStatusCode.Created, answer.Body?.ToString());
        return (string)answer["policy_id"]!;
    }

    private async Task PriceAsync(Stablecoin coin, params decimal[] ratios)
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        _host.Tell(_host.Price(coin, ratios));
        await _host.KnownAsync();
    }

    /// <summary>A point every ten minutes, from now to <paramref name="span"/> from now.</summary>
    private async Task PriceForAsync(Stablecoin coin, TimeSpan span, decimal ratio)
    {
        var step = TimeSpan.FromMinutes(10);
        _clock.Advance(TimeSpan.FromSeconds(1));
        for (var told = TimeSpan.Zero; told <= span; told += step)
        {
            _host.Tell(_host.Price(coin, ratio));
            _clock.Advance(step);
        }

        await _host.KnownAsync();
    }

    private async Task DeployAsync(string direction, decimal amount, decimal? gain = null) => Assert.Equal(
        HttpStatusCode.Created,
        (await UtilizationHost.PostAsync(_host.Operator, "/api/v2/pool/deployments", new { direction, amount_usd = amount, gain_usd = gain })).Status);

    private static Task<Answer> FileAsync(UtilizationHost host, string policy) =>
        UtilizationHost.PostAsync(host.Alice, "/api/v2/claims", new { policy_id = policy });

    /// <summary>Files as soon as what was told is known.</summary>
    private async Task<Answer> EventuallyFiledAsync(string policy, string status)
    {
        await _host.KnownAsync();
        var filed = await FileAsync(_host, policy);
        Assert.Equal((HttpStatusCode.Created, status), (filed.Status, (string?)filed["status"]));
        return filed;
    }

    private Task<Answer> ClaimAsync(Answer claim) => UtilizationHost.GetAsync(_host.Alice, $"/api/v2/claims/{claim["claim_id"]}");

    private async Task<JsonNode> PaidAsync(string policy)
    {
        await UtilizationHost.EventuallyAsync(
            async () => (await ClaimsAsync(policy)).Any(c => (string?)c["status"] is "paid" or "partially_paid"), "the claim to be paid");
        return (await ClaimsAsync(policy)).First(c => (string?)c["status"] is "paid" or "partially_paid");
    }

    private Task ExpiredAsync(string policy) => UtilizationHost.EventuallyAsync(
        async () => (string?)(await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies/{policy}"))["status"] == "expired", "the policy to expire");

    private async Task<IReadOnlyList<JsonNode>> ClaimsAsync(string policy) =>
        [.. (await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/claims?policy_id={policy}"))["items"].AsArray().OfType<JsonNode>()];

    /// <summary>Waits until the watch has judged every point that is known.</summary>
    private async Task JudgedAsync()
    {
        await _host.KnownAsync();
        await UtilizationHost.EventuallyAsync(
            async () => (await ColumnAsync("SELECT stablecoin FROM peg LEFT JOIN watch_position w USING (stablecoin) WHERE coalesce(w.judged_point, 0) < (SELECT max(point_id) FROM consensus_point c WHERE c.stablecoin = peg.stablecoin)")).Count == 0,
            "every point to be judged");
    }

    private async Task LedgerAgreesAsync() =>
        Assert.True((bool)(await UtilizationHost.GetAsync(_host.Operator, "/api/v2/ledger/check"))["agrees"]);

    /// <summary>All points of the analytics of claims added up, over the last ten days of the clock.</summary>
    private async Task<string> StatisticsAsync(string query)
    {
        var from = _clock.GetUtcNow().AddDays(-10).ToUnixTimeSeconds();
        var points = (await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/analytics/claims?from={from}&{query}"))["points"].AsArray();
        decimal Sum(string field) => points.Sum(p => (decimal)p![field]!);
        return $"{Sum("filed")} filed, {Sum("refused")} refused, {Sum("triggered")} triggered, {Sum("payout_usd")} owed, {Sum("shortfall_usd")} short, {Sum("paid")} paid with {Sum("paid_usd")}";
    }

    private async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = _host.Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.AddWithValue(value);
        }

        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private async Task<IReadOnlyList<string>> ColumnAsync(string sql)
    {
        await using var command = _host.Database.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        var values = new List<string>();
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            values.Add(reader.GetString(0));
        }

        return values;
    }
}

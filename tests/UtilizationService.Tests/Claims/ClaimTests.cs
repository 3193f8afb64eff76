using System.Collections;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Npgsql;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Breaker;
using Sure.UtilizationService.Claims;
using Sure.UtilizationService.Claims.Evidence;
using Sure.UtilizationService.Claims.Rules;
using Sure.UtilizationService.Pool;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>Claims as holders file them, and what paying them does to the pool, on a real database.</summary>
public sealed class ClaimTests(PostgresServer postgres) : CoverInForce(postgres)
{
    [Fact]
    public async Task Two_instances_and_the_holder_together_pay_once()
    {
        await using var other = await StartAnotherAsync();
        var policy = await BindAsync(10_000m, Depeg);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.94m);
        await Host.KnownAsync();

        var filed = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => FileAsync(i % 2 == 0 ? Host : other, policy)));

        Assert.All(filed, f => Assert.Contains(f.Status, new[] { HttpStatusCode.OK, HttpStatusCode.Created }));
        var claim = await PaidAsync(policy);
        Assert.All(filed, f => Assert.Equal((string?)claim["claim_id"], (string?)f["claim_id"]));
        Assert.Single(await ColumnAsync("SELECT claim_id::text FROM claim"));
        Assert.Equal(["-4285.71"], await ColumnAsync("SELECT amount::text FROM posting JOIN journal_entry USING (entry_id) WHERE kind = 'claim_paid' AND account = 'cash'"));
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
        var pool = await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/pool");
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
        Assert.Equal(3_000_000m, (decimal)(await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/pool"))["claims_payable_usd"]);

        await DeployAsync("return", 1_000_000m);

        Assert.Equal("paid", (string?)(await PaidAsync(policy))["status"]);
        await LedgerAgreesAsync();
    }

    /// <summary>
    /// Two policies of 2 950 000 and their premiums of 10 leave 4 100 020 of 10 000 000, and 2 000 020 in cash, on which both wait. Of 5 000 000
    /// that are lost then the tranches bear all they have; 899 980 are left. Cash is 5 000 020: 2 950 000 for the first, 2 050 020 for the second.
    /// </summary>
    [Fact]
    public async Task What_is_lost_beyond_all_capital_is_borne_by_the_newest_claim_that_waits_and_not_by_who_deposits_next()
    {
        var (first, second) = await TwoWaitingAsync();

        await DeployAsync("return", 8_000_000m, gain: -5_000_000m);

        Assert.Equal(("paid", 0m), Standing(await PaidAsync(first)));
        Assert.Equal(("partially_paid", 899_980m), Standing(await PaidAsync(second)));
        var deposit = await UtilizationHost.PostAsync(Host.Bob, "/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 1_000_000m });
        Assert.Equal(("1.000000000000000000", HttpStatusCode.Created), ((string?)deposit["share_price"], deposit.Status));
        await Host.WatchAsync();
        var pool = await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/pool");
        Assert.Equal(
            (1_000_000m, 1_000_000m, 0m, 899_980m),
            ((decimal)pool["total_capital_usd"], (decimal)pool["liquid_reserves_usd"], (decimal)pool["claims_payable_usd"], (decimal)pool["shortfall_usd"]));
        Assert.Equal(["-2950000.00", "-2050020.00"], await ColumnAsync("SELECT amount::text FROM posting JOIN journal_entry USING (entry_id) WHERE kind = 'claim_paid' AND account = 'cash' ORDER BY posting_id"));
        Assert.Equal("2 filed, 0 refused, 2 triggered, 5900000.00 owed, 899980.00 short, 2 paid with 5000020.00", await StatisticsAsync("interval=day"));
        await LedgerAgreesAsync();
    }

    /// <summary>
    /// A payment waits for the lock that the return has: what was owed before is not paid after it, though the premium of another policy would
    /// be enough for that.
    /// </summary>
    [Fact]
    public async Task A_payment_that_waited_pays_what_is_owed_when_its_turn_comes()
    {
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(Host.Bob, Host.Quote(100m, Depeg, premiumUsd: 1_000m))).Status);
        var (_, second) = await TwoWaitingAsync();
        var capital = (decimal)(await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/pool"))["total_capital_usd"];
        await using (var holder = await Host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken))
        await using (var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken))
        {
            await using var hold = new NpgsqlCommand(PoolStore.LockSql, holder, transaction);
            await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
            var back = DeployAsync("return", 8_000_000m, gain: -capital - 10m);
            await UtilizationHost.EventuallyAsync(async () => await WaitingAsync() == 1, "the return to wait");
            var payment = Host.PayAsync();
            await UtilizationHost.EventuallyAsync(async () => await WaitingAsync() == 2, "the payment to wait behind it");
            await transaction.RollbackAsync(TestContext.Current.CancellationToken);
            await Task.WhenAll(back, payment);
        }

        Assert.Equal(("partially_paid", 10m), Standing(await PaidAsync(second)));
        Assert.Equal(0m, (decimal)(await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/pool"))["claims_payable_usd"]);
        await LedgerAgreesAsync();

        async Task<int> WaitingAsync() => (await ColumnAsync(
            "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM pool FOR UPDATE%'")).Count;
    }

    /// <summary>Buyers wait for whoever has the pool, so nothing that takes long is left for then.</summary>
    [Fact]
    public async Task Points_are_spelt_before_the_pool_is_had()
    {
        var policy = Guid.Parse(await BindAsync(1_000m, Depeg));
        var points = new WatchedList<ConsensusPoint>([Series.Point(0, 0.9m)]);
        await using var holder = await Host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand("SELECT one FROM pool FOR UPDATE", holder, transaction);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var settling = Host.SettleAsync([policy], 1m, points);

        await UtilizationHost.EventuallyAsync(() => Task.FromResult(points.IsEnumerated), "the points to be spelt while another has the pool");
        await transaction.RollbackAsync(TestContext.Current.CancellationToken);
        await settling;
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{(await ClaimsAsync(policy.ToString()))[0]["claim_id"]}/evidence");
        Assert.Equal(["0.9"], evidence["body"]["points"]!.AsArray().Select(p => (string?)p!["peg_ratio"]));
    }

    [Fact]
    public async Task A_great_loss_trips_the_breaker_until_an_operator_resets_it()
    {
        var policy = await BindAsync(3_000_000m, Depeg);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(4), 0.85m);
        await PaidAsync(policy);
        await Host.CalmAsync();

        var product = new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.PYUSD);
        var declined = await UtilizationHost.BindAsync(Host.Alice, Host.Quote(100m, product));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, declined.Status);
        Assert.Contains(declined["checks"].AsArray(), c => (string?)c!["check"] == "circuit_breaker");
        Assert.True((bool)(await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/pool"))["circuit_breaker"]["open"]!);

        // Deposits go on: the tranches that were used up are there again.
        await Host.FillAsync();
        Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.PostAsync(Host.Operator, "/api/v2/admin/breaker/reset", new { })).Status);

        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(Host.Alice, Host.Quote(100m, product))).Status);
        var audit = await UtilizationHost.GetAsync(Host.Peer, "/internal/audit");
        Assert.Equal(["breaker_reset", "breaker_tripped"], audit["items"].AsArray().Select(a => (string?)a!["action"]));
        Assert.Equal(["BreakerTripped", "BreakerReset"], await ColumnAsync("SELECT type FROM outbox WHERE type LIKE 'Breaker%' ORDER BY position"));
    }

    /// <summary>
    /// The claim that was filed first is booked second, in the same settlement: before the first loss of the two there were 10 000 000 and the
    /// premium of 10 that it left behind.
    /// </summary>
    [Fact]
    public async Task Losses_of_a_day_are_held_against_the_capital_before_the_one_that_was_booked_first()
    {
        var filedFirst = await BindAsync(500_000m, Depeg);
        var bookedFirst = await BindAsync(1_000_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.94m);
        await EventuallyFiledAsync(filedFirst, "pending");
        Clock.Advance(TimeSpan.FromSeconds(1));
        await EventuallyFiledAsync(bookedFirst, "pending");

        await Host.SettleAsync([Guid.Parse(bookedFirst), Guid.Parse(filedFirst)], 1m);

        await using var connection = await Host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        Assert.Equal(
            new RecentLosses(1_500_000m, 10_000_010m),
            await ClaimStore.ReadLossesAsync(connection, transaction, Clock.GetUtcNow().AddDays(-1), TestContext.Current.CancellationToken));
    }

    /// <summary>
    /// 365.00 in 365 days is 1.00 in the first. The monitor, which books by itself, is held off.
    /// </summary>
    [Fact]
    public async Task A_claim_that_pays_nothing_books_no_premium()
    {
        var quote = Host.Quote(10_000m, Depeg, premiumUsd: 365m, days: 365);
        var policy = (string)(await UtilizationHost.BindAsync(Host.Alice, quote))["policy_id"]!;
        await using var holder = await Host.Database.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await holder.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var hold = new NpgsqlCommand("SELECT FROM lease WHERE name = 'premium-earning' FOR UPDATE", holder, transaction);
        await hold.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        Clock.Advance(TimeSpan.FromDays(1));

        Assert.Equal("refused", (string?)(await FileAsync(Host, policy))["status"]);
        await PriceAsync(Stablecoin.USDC, 0.94m);
        await EventuallyFiledAsync(policy, "pending");
        Assert.Equal(["0.00"], await ColumnAsync("SELECT earned_usd::text FROM policy"));

        await Host.SettleAsync(Guid.Parse(policy), 0.5m);
        Assert.Equal(["1.00"], await ColumnAsync("SELECT amount::text FROM posting JOIN journal_entry USING (entry_id) WHERE kind = 'premium_earned' AND reference = 'book' AND account = 'premium_unearned'"));
    }

    [Fact]
    public async Task A_filed_claim_is_refused_with_what_came_nearest_to_the_trigger()
    {
        var policy = await BindAsync(1_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.981m);
        await Host.KnownAsync();

        var claim = await FileAsync(Host, policy);

        Assert.Equal((HttpStatusCode.Created, "refused"), (claim.Status, (string?)claim["status"]));
        Assert.Contains("0.981", (string?)claim["reason"], StringComparison.Ordinal);
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal("0.981", (string?)evidence["body"]["points"]![0]!["peg_ratio"]);
        Assert.Equal((string?)claim["evidence_hash"], (string?)evidence["hash"]);
        var again = await FileAsync(Host, policy);
        Assert.NotEqual((string?)claim["claim_id"], (string?)again["claim_id"]);
        var chain = await UtilizationHost.GetAsync(Host.Anonymous, "/api/v2/claims/evidence-chain");
        Assert.Equal([(string?)claim["evidence_hash"], (string?)again["evidence_hash"]], chain["items"].AsArray().Select(l => (string?)l!["hash"]));
        Assert.Equal("2 filed, 2 refused, 0 triggered, 0.00 owed, 0.00 short, 0 paid with 0.00", await StatisticsAsync("interval=day"));
    }

    /// <summary>
    /// What is known is six hours old; nobody can say what the price was since. Two points are of the policy's time, of which the first was
    /// nearer to the trigger.
    /// </summary>
    [Fact]
    public async Task A_refusal_says_until_when_anything_is_known()
    {
        var policy = await BindAsync(1_000m, Depeg);
        var before = await LastSequenceAsync();
        await PriceAsync(Stablecoin.USDC, 0.981m);
        await PriceAsync(Stablecoin.USDC, 0.99m);
        var known = (await ColumnAsync("SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS') FROM consensus_point WHERE stablecoin = 'USDC'"))[0];
        Clock.Advance(TimeSpan.FromHours(6));

        var claim = await FileAsync(Host, policy);

        Assert.Equal(
            ("refused", $"The peg ratio was never below 0.981 while the policy was in force, in the points recorded until {known} UTC; the trigger is 0.97."),
            ((string?)claim["status"], (string?)claim["reason"]));
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal(["0.981"], evidence["body"]["points"]!.AsArray().Select(p => (string?)p!["peg_ratio"]));
        Assert.Equal((2, before + 1, before + 2), Considered(evidence));
    }

    [Fact]
    public async Task A_refusal_says_that_nothing_is_known()
    {
        var policy = await BindAsync(1_000m, Depeg);

        var claim = await FileAsync(Host, policy);

        Assert.Equal("No consensus on the price has been recorded since the policy began.", (string?)claim["reason"]);
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal((0, false), (evidence["body"]["points"]!.AsArray().Count, evidence["body"].AsObject().ContainsKey("considered")));
    }

    /// <summary>
    /// A point every ten minutes: 0.94 from 0 to 170, two hours of 1 from 180, and 0.94 at 300 alone. The first run lasts until 180, which is
    /// three hours, the second ten minutes. What could belong to the first ends 75 minutes after its last, so 25 points of it are read, and
    /// two of the second.
    /// </summary>
    [Fact]
    public async Task Of_runs_far_apart_the_longest_is_told()
    {
        var policy = await BindAsync(1_000m, Depeg);
        var points = new List<IPlatformEvent>();
        var start = Clock.GetUtcNow().AddMinutes(10);
        for (var minute = 0; minute <= 310; minute += 10)
        {
            Clock.Advance(TimeSpan.FromMinutes(10));
            points.Add(Host.Price(Stablecoin.USDC, minute is < 180 or 300 ? 0.94m : 1m) with { OccurredAt = start.AddMinutes(minute) });
        }

        Host.Tell(points);
        await Host.KnownAsync();

        var claim = await FileAsync(Host, policy);

        Assert.Equal((HttpStatusCode.Created, "refused"), (claim.Status, (string?)claim["status"]));
        Assert.Contains("the longest run lasted 3 h, from", (string?)claim["reason"], StringComparison.Ordinal);
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal(
            [(0, "0.94"), (170, "0.94"), (180, "1")],
            evidence["body"]["points"]!.AsArray().Select(p => ((int)Math.Round(((double)p!["at"]! - (start.ToUnixTimeMilliseconds() / 1000.0)) / 60), (string?)p["peg_ratio"])));
        Assert.Equal(27, Considered(evidence).Count);
    }

    /// <summary>
    /// Two points of 0.94 two hours apart, with nothing said between: the second ends the run of the first and begins one of its own, which
    /// 1 ends. It is one point, though it does both.
    /// </summary>
    [Fact]
    public async Task A_point_that_ends_one_run_and_begins_another_is_one_point()
    {
        var policy = await BindAsync(1_000m, Depeg);
        var before = await LastSequenceAsync();
        await PriceAsync(Stablecoin.USDC, 0.94m);
        Clock.Advance(TimeSpan.FromHours(2));
        await PriceAsync(Stablecoin.USDC, 0.94m);
        await PriceAsync(Stablecoin.USDC, 1m);

        var claim = await FileAsync(Host, policy);

        Assert.Contains("the longest run lasted 15 min, from", (string?)claim["reason"], StringComparison.Ordinal);
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal((3, before + 1, before + 3), Considered(evidence));
    }

    /// <summary>
    /// Prices of 1.20: against 1.35 at 0.889. While one says so, the holder is refused and nothing is sold; since two say so, the policy pays
    /// (0.95 − 0.88888889) / 0.15 of 10 000 = 4 074.07.
    /// </summary>
    [Fact]
    public async Task What_a_coin_is_worth_must_be_said_by_two()
    {
        var product = new Product(CoverageType.CexLiquidation, Chain.Ethereum, Stablecoin.sUSDe);
        var policy = await BindAsync(10_000m, product);
        await WorthAsync(1.35m);

        var refused = await EventuallyFiledAsync(policy, "refused");
        await JudgedAsync();
        var declined = await UtilizationHost.BindAsync(Host.Alice, Host.Quote(100m, product));

        Assert.Equal("refused", (string?)(await ClaimAsync(refused))["status"]);
        Assert.Contains(
            declined["checks"].AsArray(),
            c => (string?)c!["check"] == "known_event" && (string?)c["reason"] == "Fewer than 2 sources say what sUSDe can be redeemed for.");
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{refused["claim_id"]}/evidence");
        Assert.Equal(["1.35"], evidence["body"]["points"]![0]!["navs"]!.AsArray().Select(n => (string?)n!["value"]));

        await WorthAsync(1.35m, 1.35m);
        Clock.Advance(TimeSpan.FromHours(1));
        await WorthAsync(1.35m, 1.35m);

        Assert.Equal(4_074.07m, (decimal)(await PaidAsync(policy))["payout_usd"]!);

        Task WorthAsync(params decimal[] navs)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            var made = Host.Price(Stablecoin.sUSDe, 0.88888889m);
            Host.Tell(made with
            {
                Price = 1.20m,
                Reference = 1.35m,
                Sources = [.. made.Sources.Select(s => s with { Price = 1.20m })],
                Navs = [.. navs.Select((n, i) => new NavFigure($"source-{i}", n, Clock.GetUtcNow(), Live: true))],
            });
            return Host.KnownAsync();
        }
    }

    /// <summary>A refused claim and one that pays: whoever does not get the answer asks again, and gets the same bytes for the same claim.</summary>
    [Fact]
    public async Task Filing_again_under_the_same_key_is_answered_as_before()
    {
        var (policy, other) = (await BindAsync(10_000m, Depeg), await BindAsync(1_000m, Depeg));
        await PriceAsync(Stablecoin.USDC, 0.981m);

        var refused = await FileAsync("refused");
        Assert.Equal((HttpStatusCode.Created, "refused", $"/api/v2/claims/{refused["claim_id"]}"), (refused.Status, (string?)refused["status"], refused.Location));
        AssertSame(refused, await FileAsync("refused"));

        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(3), 0.94m);
        var pending = await FileAsync("pending");
        Assert.Equal((HttpStatusCode.Created, "pending"), (pending.Status, (string?)pending["status"]));
        var standing = await FileAsync("standing");
        Assert.Equal((HttpStatusCode.OK, "pending", null), (standing.Status, (string?)standing["status"], standing.Location));
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(1), 0.94m);
        await PaidAsync(policy);
        AssertSame(pending, await FileAsync("pending"));
        AssertSame(standing, await FileAsync("standing"));
        foreach (var key in (string[])["pending", "standing"])
        {
            var reused = await UtilizationHost.PostAsync(Host.Alice, "/api/v2/claims", new { policy_id = other }, key);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "urn:sure:problem:idempotency-key-reused"), (reused.Status, (string?)reused["type"]));
        }

        var another = await FileAsync("another");
        Assert.Equal((HttpStatusCode.OK, "paid"), (another.Status, (string?)another["status"]));
        Assert.Equal(["refused", "pending", "standing", "another"], await ColumnAsync("SELECT key FROM idempotency ORDER BY created_at"));

        Task<Answer> FileAsync(string key) => UtilizationHost.PostAsync(Host.Alice, "/api/v2/claims", new { policy_id = policy }, key);

        static void AssertSame(Answer before, Answer again) => Assert.Equal(
            (before.Status, before.Location, before.Body!.ToJsonString()), (again.Status, again.Location, again.Body!.ToJsonString()));
    }

    [Fact]
    public async Task Asking_at_once_for_a_claim_that_stands_is_answered_alike_under_the_same_key()
    {
        var policy = await BindAsync(10_000m, Depeg);
        await PriceForAsync(Stablecoin.USDC, TimeSpan.FromHours(3), 0.94m);
        Assert.Equal("pending", (string?)(await FileAsync(Host, policy))["status"]);

        var asked = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => UtilizationHost.PostAsync(Host.Alice, "/api/v2/claims", new { policy_id = policy }, "standing")));

        Assert.All(asked, a => Assert.Equal((HttpStatusCode.OK, asked[0].Body!.ToJsonString()), (a.Status, a.Body!.ToJsonString())));
        Assert.Equal(["standing"], await ColumnAsync("SELECT key FROM idempotency"));
    }

    /// <summary>All of them are judged before the first has the lock; a refusal, of which each could have one of its own, is made once.</summary>
    [Fact]
    public async Task Filing_at_once_under_the_same_key_makes_one_claim()
    {
        var policy = await BindAsync(1_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.981m);

        var filed = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => UtilizationHost.PostAsync(Host.Alice, "/api/v2/claims", new { policy_id = policy }, "once")));

        Assert.All(filed, f => Assert.Equal((HttpStatusCode.Created, filed[0].Location), (f.Status, f.Location)));
        Assert.Single(await ColumnAsync("SELECT claim_id::text FROM claim"));
    }

    /// <summary>A run is broken after 15 minutes without a word, and what could still count of cex cover is over after 75.</summary>
    [Fact]
    public async Task A_filed_claim_is_refused_by_the_first_point_after_a_long_silence()
    {
        var policy = await BindAsync(1_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.94m);
        var pending = await EventuallyFiledAsync(policy, "pending");

        Clock.Advance(TimeSpan.FromHours(2));
        await PriceAsync(Stablecoin.USDC, 1m);

        await UtilizationHost.EventuallyAsync(async () => (string?)(await ClaimAsync(pending))["status"] == "refused", "the claim to be refused");
        Assert.Contains("by more than 15 min without consensus", (string?)(await ClaimAsync(pending))["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Claims_of_others_are_not_there()
    {
        var policy = await BindAsync(1_000m, Depeg);
        var claim = await FileAsync(Host, policy);

        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.PostAsync(Host.Bob, "/api/v2/claims", new { policy_id = policy })).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.GetAsync(Host.Bob, $"/api/v2/claims/{claim["claim_id"]}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.GetAsync(Host.Bob, $"/api/v2/claims/{claim["claim_id"]}/evidence")).Status);
        Assert.Empty((await UtilizationHost.GetAsync(Host.Bob, $"/api/v2/claims?policy_id={policy}"))["items"].AsArray());
        Assert.Single((await UtilizationHost.GetAsync(Host.Operator, $"/api/v2/claims?policy_id={policy}&status=refused"))["items"].AsArray());
        Assert.Equal(HttpStatusCode.BadRequest, (await UtilizationHost.GetAsync(Host.Alice, "/api/v2/claims?status=maybe")).Status);
    }

    /// <summary>
    /// A day of points a minute in which each run of 40 min is broken; the longest, of 50, is the third: from minute 82, with a last point at
    /// 131 and broken at 132. The first of the 1 440 is the first of them at the trigger.
    /// </summary>
    [Fact]
    public async Task A_refusal_keeps_what_proves_it_however_long_prices_hovered_around_the_trigger()
    {
        var policy = await BindAsync(1_000m, Depeg);
        var before = await LastSequenceAsync();
        var points = new List<IPlatformEvent>();
        var start = Clock.GetUtcNow().AddMinutes(1);
        for (var minute = 0; minute < 1_440; minute++)
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            var breaks = minute < 132 ? minute is 40 or 81 : (minute - 132) % 41 == 0;
            points.Add(Host.Price(Stablecoin.USDC, breaks ? 0.971m : 0.97m));
        }

        // The last point must not leave a run open.
        points[^1] = Host.Price(Stablecoin.USDC, 0.971m);
        Host.Tell(points);
        await Host.KnownAsync();

        var claim = await FileAsync(Host, policy);

        Assert.Equal((HttpStatusCode.Created, "refused"), (claim.Status, (string?)claim["status"]));
        Assert.Contains("the longest run lasted 50 min", (string?)claim["reason"], StringComparison.Ordinal);
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        var kept = evidence["body"]["points"]!.AsArray();
        Assert.Equal([(82, "0.97"), (131, "0.97"), (132, "0.971")], kept.Select(p => (Minute((double)p!["at"]!), (string?)p["peg_ratio"])));
        Assert.All(kept, p => Assert.Equal(3, p!["sources"]!.AsArray().Count));
        Assert.Equal((1_440, before + 1, before + 1_440), Considered(evidence));
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

        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal(Enumerable.Repeat("0.94", 25), evidence["body"]["points"]!.AsArray().Select(p => (string?)p!["peg_ratio"]));
        Assert.Equal(
            ["claim_id", "decided_at", "decision", "exploits", "incidents", "period", "points", "policy", "rule"],
            evidence["body"].AsObject().Select(member => member.Key));
    }

    /// <summary>Whoever read all points of the time around the run again would meet one that cannot be read, from between two runs.</summary>
    [Fact]
    public async Task A_pending_claim_is_not_judged_again_while_its_run_goes_on()
    {
        var policy = await BindAsync(10_000m, Depeg);
        await PriceAsync(Stablecoin.USDC, 0.94m);
        await PriceAsync(Stablecoin.USDC, 1m);
        var between = Clock.GetUtcNow();
        await PriceAsync(Stablecoin.USDC, 0.94m);
        var pending = await EventuallyFiledAsync(policy, "pending");
        await JudgedAsync();
        await ExecuteAsync(
            """
            WITH unreadable AS (INSERT INTO consensus_point (sequence, stablecoin, at, sources) VALUES (0, 'USDC', $1, '{}') RETURNING point_id)
            UPDATE watch_position SET judged_point = point_id FROM unreadable WHERE stablecoin = 'USDC'
            """,
            between.UtcDateTime);

        await Host.WatchAsync();

        Clock.Advance(TimeSpan.FromMinutes(9));
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

    /// <summary>Of the last that BridgeService told.</summary>
    private async Task<long> LastSequenceAsync() =>
        long.Parse((await ColumnAsync("SELECT sequence::text FROM intake WHERE producer = 'bridgeservice'"))[0], CultureInfo.InvariantCulture);

    private static (long Count, long First, long Last) Considered(Answer evidence)
    {
        var considered = evidence["body"]["considered"]!;
        return ((long)considered["count"]!, (long)considered["first_sequence"]!, (long)considered["last_sequence"]!);
    }

    /// <summary>Policies of 2 950 000 that were decided one after the other while 8 000 000 are deployed.</summary>
    private async Task<(string First, string Second)> TwoWaitingAsync()
    {
        var first = await BindAsync(2_950_000m, Depeg);
        var second = await BindAsync(2_950_000m, new Product(CoverageType.SmartContract, Chain.Base, Stablecoin.DAI));
        await DeployAsync("deploy", 8_000_000m);
        foreach (var policy in new[] { first, second })
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Host.SettleAsync(Guid.Parse(policy), 1m);
        }

        return (first, second);
    }

    private static (string? Status, decimal ShortfallUsd) Standing(JsonNode claim) => ((string?)claim["status"], (decimal)claim["shortfall_usd"]!);

    private async Task DeployAsync(string direction, decimal amount, decimal? gain = null) => Assert.Equal(
        HttpStatusCode.Created,
        (await UtilizationHost.PostAsync(Host.Operator, "/api/v2/pool/deployments", new { direction, amount_usd = amount, gain_usd = gain })).Status);

    /// <summary>Tells whether anybody has looked at what is in it; to count is not to look.</summary>
    private sealed class WatchedList<T>(IReadOnlyList<T> items) : IReadOnlyList<T>
    {
        private volatile bool _isEnumerated;

        public bool IsEnumerated => _isEnumerated;

        public int Count => items.Count;

        public T this[int index] => items[index];

        public IEnumerator<T> GetEnumerator()
        {
            _isEnumerated = true;
            return items.GetEnumerator();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}

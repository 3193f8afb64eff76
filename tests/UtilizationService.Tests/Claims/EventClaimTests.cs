using System.Net;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Claims;

/// <summary>From exploits and incidents to what is paid, on a real database.</summary>
public sealed class EventClaimTests(PostgresServer postgres) : CoverInForce(postgres)
{
    [Fact]
    public async Task A_confirmed_exploit_pays_bridge_cover_of_its_chains_in_full_and_no_other()
    {
        var onEthereum = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Ethereum, Stablecoin.USDC));
        var onTon = await BindAsync(2_000m, new(CoverageType.Bridge, Chain.TON, Stablecoin.DAI));
        var onBase = await BindAsync(3_000m, new(CoverageType.Bridge, Chain.Base, Stablecoin.USDC));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var (detected, exploit) = (Clock.GetUtcNow(), Guid.CreateVersion7());

        Host.Tell(new ExploitDetected(Guid.CreateVersion7(), detected, "wormhole_eth_ton", exploit, 700_000m, 1_000_000m, "Two sources saw it drained."));
        var pending = await EventuallyFiledAsync(onEthereum, "pending");
        Clock.Advance(TimeSpan.FromMinutes(30));
        Host.Tell(new ExploitConfirmed(Guid.CreateVersion7(), Clock.GetUtcNow(), "wormhole_eth_ton", exploit, 700_000m, 1_000_000m, "Value did not come back."));

        var claim = await PaidAsync(onEthereum);
        Assert.Equal(((string?)pending["claim_id"], 1_000m), ((string?)claim["claim_id"], (decimal)claim["payout_usd"]!));
        Assert.Equal(2_000m, (decimal)(await PaidAsync(onTon))["payout_usd"]!);
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{onBase}"))["status"]);
        await ExploitSettledAsync();
    }

    /// <summary>One source sees it, another buys half a minute later; with the second point of the second source it is detected.</summary>
    [Fact]
    public async Task Cover_that_was_bought_after_an_exploit_was_first_seen_is_not_paid_for_it()
    {
        var before = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Base, Stablecoin.USDC));
        Clock.Advance(TimeSpan.FromSeconds(30));
        var seen = Clock.GetUtcNow();
        Clock.Advance(TimeSpan.FromSeconds(35));
        var after = await BindAsync(2_000m, new(CoverageType.Bridge, Chain.Base, Stablecoin.USDC));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var exploit = Guid.CreateVersion7();
        Host.Tell(new ExploitDetected(Guid.CreateVersion7(), Clock.GetUtcNow(), "wormhole_base_ton", exploit, 69_000_000m, 150_000_000m, "Two sources saw it drained.", seen));
        var refused = await EventuallyFiledAsync(after, "refused");
        var pending = await EventuallyFiledAsync(before, "pending");
        Clock.Advance(TimeSpan.FromMinutes(30));
        Host.Tell(new ExploitConfirmed(Guid.CreateVersion7(), Clock.GetUtcNow(), "wormhole_base_ton", exploit, 69_000_000m, 150_000_000m, "Value did not come back.", seen));

        var claim = await PaidAsync(before);

        Assert.Equal(((string?)pending["claim_id"], 1_000m, Seconds(seen)), ((string?)claim["claim_id"], (decimal)claim["payout_usd"]!, (decimal)claim["triggered_at"]!));
        Assert.Contains("first seen while the policy was in force", (string?)refused["reason"], StringComparison.Ordinal);
        await ExploitSettledAsync();
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{after}"))["status"]);
        await EventuallyFiledAsync(after, "refused");
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal(Seconds(seen), (decimal)evidence["body"]["exploits"]![0]!["first_seen_at"]!);
    }

    /// <summary>
    /// Five minutes before the end of both a source sees one bridge drained, which arrives ten minutes after it; the other bridge is judged
    /// beyond the end.
    /// </summary>
    [Fact]
    public async Task Cover_pays_for_an_exploit_that_was_seen_before_its_end_and_detected_after_it()
    {
        var policy = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Solana, Stablecoin.USDC), days: 1);
        var other = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Base, Stablecoin.USDC), days: 1);
        var end = Clock.GetUtcNow().AddDays(1);
        var (seen, exploit) = (end.AddMinutes(-5), Guid.CreateVersion7());
        Clock.Advance(end.AddMinutes(10) - Clock.GetUtcNow());
        Host.Tell([Host.Health("wormhole_sol_ton") with { JudgedUntil = seen }, Host.Health("wormhole_base_ton") with { JudgedUntil = Clock.GetUtcNow() }]);
        await ExpiredAsync(other);

        Clock.Advance(TimeSpan.FromMinutes(10));
        Host.Tell(new ExploitDetected(Guid.CreateVersion7(), Clock.GetUtcNow(), "wormhole_sol_ton", exploit, 69_000_000m, 150_000_000m, "Two sources saw it drained.", seen));
        await EventuallyFiledAsync(policy, "pending");
        // The exploit is known; from here on it holds the policy by itself.
        Host.Tell(Host.Health("wormhole_sol_ton") with { JudgedUntil = Clock.GetUtcNow(), ExploitDetected = true });
        Clock.Advance(TimeSpan.FromMinutes(30));
        Host.Tell(new ExploitConfirmed(Guid.CreateVersion7(), Clock.GetUtcNow(), "wormhole_sol_ton", exploit, 69_000_000m, 150_000_000m, "Value did not come back.", seen));

        Assert.Equal(1_000m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
    }

    /// <summary>What was first seen at the very end is within the cover. The bridge of the other policy is judged a minute further.</summary>
    [Fact]
    public async Task Bridge_cover_expires_when_its_bridges_are_judged_beyond_its_end()
    {
        var policy = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Solana, Stablecoin.USDC), days: 1);
        var other = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Base, Stablecoin.USDC), days: 1);
        var bound = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}");
        var end = DateTimeOffset.UnixEpoch.AddTicks((long)((decimal)bound["ends_at"] * TimeSpan.TicksPerSecond));
        Clock.Advance(end.AddMinutes(10) - Clock.GetUtcNow());
        Host.Tell([Host.Health("wormhole_sol_ton") with { JudgedUntil = end }, Host.Health("wormhole_base_ton") with { JudgedUntil = end.AddMinutes(1) }]);

        await ExpiredAsync(other);
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}"))["status"]);

        Host.Tell(Host.Health("wormhole_sol_ton") with { JudgedUntil = end.AddMinutes(1) });
        await ExpiredAsync(policy);
    }

    [Fact]
    public async Task A_cleared_exploit_pays_nobody_and_refuses_who_filed()
    {
        var policy = await BindAsync(1_000m, new(CoverageType.Bridge, Chain.Solana, Stablecoin.USDC));
        Clock.Advance(TimeSpan.FromMinutes(1));
        var exploit = DetectedOnSolana();
        var pending = await EventuallyFiledAsync(policy, "pending");

        Host.Tell(ClearedOnSolana(exploit));

        await UtilizationHost.EventuallyAsync(async () => (string?)(await ClaimAsync(pending))["status"] == "refused", "the claim to be refused");
        Assert.Equal("active", (string?)(await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/policies/{policy}"))["status"]);
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

        Clock.Advance(TimeSpan.FromMinutes(1));
        var exploit = DetectedOnSolana();
        foreach (var policy in policies)
        {
            await EventuallyFiledAsync(policy, "pending");
        }

        Host.Tell(ClearedOnSolana(exploit));

        await UtilizationHost.EventuallyAsync(
            async () => (await ColumnAsync("SELECT claim_id::text FROM claim WHERE status = 'refused'")).Count == Filed, "the claims to be refused");
        Assert.InRange((await ColumnAsync("SELECT DISTINCT xmin::text FROM claim")).Count, 1, 2);
    }

    [Fact]
    public async Task An_incident_that_two_operators_saw_pays_its_loss_fraction()
    {
        var policy = await BindAsync(1_000m, new(CoverageType.SmartContract, Chain.Polygon, Stablecoin.GHO));
        Clock.Advance(TimeSpan.FromMinutes(1));

        var incident = await RecordAsync("smart_contract", "Polygon", Clock.GetUtcNow(), "GHO", 0.4m);
        Assert.Equal(HttpStatusCode.Created, incident.Status);
        Assert.Equal("pending", (string?)(await FileAsync(Host, policy))["status"]);
        var confirmed = await UtilizationHost.PostAsync(Host.Deputy, $"/api/v2/incidents/{incident["incident_id"]}/confirm", new { });
        Assert.Equal(HttpStatusCode.OK, confirmed.Status);

        Assert.Equal(400m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
    }

    /// <summary>Two are confirmed at one time, of which the one that pays less comes first: of 1 000 the policy is paid 0.9, as whoever files is.</summary>
    [Fact]
    public async Task Of_incidents_that_are_confirmed_the_greatest_pays()
    {
        var policy = await BindAsync(1_000m, new(CoverageType.SmartContract, Chain.Polygon, Stablecoin.GHO));
        foreach (var loss in new[] { 0.1m, 0.9m })
        {
            Clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(HttpStatusCode.Created, (await RecordAsync("smart_contract", "Polygon", Clock.GetUtcNow(), "GHO", loss)).Status);
        }

        // By one statement, so that the watch, which looks every second, cannot see one of them alone.
        await ExecuteAsync("UPDATE incident SET status = 'confirmed', decided_by = 'deputy', decided_at = recorded_at");

        var claim = await PaidAsync(policy);
        Assert.Equal((0.9m, 900m), ((decimal)claim["payout_fraction"]!, (decimal)claim["payout_usd"]!));
        var evidence = await UtilizationHost.GetAsync(Host.Alice, $"/api/v2/claims/{claim["claim_id"]}/evidence");
        Assert.Equal(["0.1", "0.9"], evidence["body"]["incidents"]!.AsArray().Select(i => (string?)i!["loss_fraction"]));
        await UtilizationHost.EventuallyAsync(
            async () => (await ColumnAsync("SELECT incident_id::text FROM incident WHERE settled_at IS NULL")).Count == 0, "both incidents to be done with");
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
        await ExecuteAsync("INSERT INTO consensus_point (sequence, stablecoin, at, sources) VALUES (0, 'DAI', $1, '{}')", Clock.GetUtcNow().UtcDateTime);

        Host.Tell(ClearedOnSolana(exploit));

        await UtilizationHost.EventuallyAsync(async () => (string?)(await ClaimAsync(second))["status"] == "refused", "the later claim to be refused");
        Assert.Equal("pending", (string?)(await ClaimAsync(first))["status"]);
        var failed = await Assert.ThrowsAsync<AggregateException>(Host.WatchAsync);
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
            Clock.Advance(TimeSpan.FromMinutes(1));
            Host.Tell(new ExploitConfirmed(Guid.CreateVersion7(), Clock.GetUtcNow(), bridge, Guid.CreateVersion7(), 700_000m, 1_000_000m, "Value did not come back."));
            var incident = await RecordAsync("smart_contract", chain, Clock.GetUtcNow(), "GHO", 0.4m);
            await UtilizationHost.PostAsync(Host.Deputy, $"/api/v2/incidents/{incident["incident_id"]}/confirm", new { });
        }

        Assert.Equal(2_000m, (decimal)(await PaidAsync(exploited))["payout_usd"]!);
        Assert.Equal(800m, (decimal)(await PaidAsync(lost))["payout_usd"]!);
        var failed = await Assert.ThrowsAsync<AggregateException>(Host.WatchAsync);
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
        var happened = Clock.GetUtcNow().AddHours(23);
        Clock.Advance(TimeSpan.FromHours(24 + 71));
        Assert.Equal("refused", (string?)(await FileAsync(Host, policy))["status"]);
        var incident = await RecordAsync(type, chain, happened, coin, coin is null ? null : 0.4m);
        Assert.Equal(HttpStatusCode.Created, incident.Status);

        Clock.Advance(TimeSpan.FromHours(2));
        await ExpiredAsync(other);
        await UtilizationHost.PostAsync(Host.Deputy, $"/api/v2/incidents/{incident["incident_id"]}/confirm", new { });

        Assert.Equal(coin is null ? 1_000m : 400m, (decimal)(await PaidAsync(policy))["payout_usd"]!);
        await LedgerAgreesAsync();
    }

    /// <summary>To the microsecond, as times are kept.</summary>
    private static decimal Seconds(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / 10 / 1_000_000m;

    private Guid DetectedOnSolana()
    {
        var exploit = Guid.CreateVersion7();
        Host.Tell(new ExploitDetected(Guid.CreateVersion7(), Clock.GetUtcNow(), "wormhole_sol_ton", exploit, 700_000m, 1_000_000m, "Two sources saw it drained."));
        return exploit;
    }

    private ExploitCleared ClearedOnSolana(Guid exploit) =>
        new(Guid.CreateVersion7(), Clock.GetUtcNow(), "wormhole_sol_ton", exploit, 950_000m, 1_000_000m, "Value came back.");

    private Task<Answer> RecordAsync(string type, string chain, DateTimeOffset at, string? coin = null, decimal? loss = null) =>
        UtilizationHost.PostAsync(Host.Operator, "/api/v2/incidents", new
        {
            coverage_type = type,
            chain,
            stablecoin = coin,
            occurred_at = Seconds(at),
            evidence_url = "https://example.org/post-mortem",
            loss_fraction = loss,
        });

    /// <summary>It is once all are paid that are.</summary>
    private Task ExploitSettledAsync() => UtilizationHost.EventuallyAsync(
        async () => await ColumnAsync("SELECT exploit_id::text FROM exploit WHERE settled_at IS NOT NULL") is [_], "the exploit to be settled");
}

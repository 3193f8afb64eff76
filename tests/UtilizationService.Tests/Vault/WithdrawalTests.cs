using System.Net;
using Npgsql;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Vault;

/// <summary>Taking capital out again, on a real database.</summary>
public sealed class WithdrawalTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string Path = "/api/v2/vault/withdraw";
    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await UtilizationHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task An_amount_is_paid_out_and_its_shares_are_burnt()
    {
        await DepositAsync(_host.Alice, 1_000m);

        var withdrawal = await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", amount_usd = 250.50m });

        Assert.Equal(HttpStatusCode.Created, withdrawal.Status);
        Assert.Equal(
            ("250.500000000000000000", "1.000000000000000000", "alice", 250.50m, "withdrawal"),
            ((string?)withdrawal["shares"], (string?)withdrawal["share_price"], (string?)withdrawal["account"], (decimal)withdrawal["amount_usd"], (string?)withdrawal["entry"]["kind"]));
        Assert.Equal(749.50m, (decimal)(await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool"))["liquid_reserves_usd"]);
        Assert.Equal("749.500000000000000000", await HeldAsync("alice"));
        await AssertLedgerAgreesAsync();
    }

    /// <summary>A gain makes 1 000 shares worth 1 333.33: a third of them is 444.443…, paid as 444.44.</summary>
    [Fact]
    public async Task Shares_are_burnt_and_what_they_are_worth_is_paid_out_rounded_down()
    {
        await DepositAsync(_host.Alice, 1_000m);
        await GainAsync(333.33m);

        var withdrawal = await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", shares = "333.333333333333333333" });

        Assert.Equal((444.44m, "333.333333333333333333"), ((decimal)withdrawal["amount_usd"], (string?)withdrawal["shares"]));
        await AssertLedgerAgreesAsync();
    }

    [Fact]
    public async Task Whoever_takes_everything_holds_nothing()
    {
        await DepositAsync(_host.Alice, 1_000m);
        await GainAsync(0.07m);

        var withdrawal = await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", shares = "1000" });

        Assert.Equal(1_000.07m, (decimal)withdrawal["amount_usd"]);
        Assert.Equal("0.000000000000000000", await HeldAsync("alice"));
        // Burnt, not cancelled.
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM share_movement WHERE kind = 'cancelled'"));
        Assert.Equal("100.000000000000000000", (string?)(await DepositAsync(_host.Bob, 100m))["shares"]);
        await AssertLedgerAgreesAsync();
    }

    [Theory]
    [InlineData("{\"tranche_id\":\"SURE_EQT\"}", "amount_usd")]
    [InlineData("{\"tranche_id\":\"SURE_EQT\",\"amount_usd\":1,\"shares\":\"1\"}", "amount_usd")]
    [InlineData("{\"tranche_id\":\"SURE_EQT\",\"shares\":1}", "shares")]
    [InlineData("{\"tranche_id\":\"SURE_EQT\",\"shares\":\"1.0000000000000000001\"}", "shares")]
    [InlineData("{\"tranche_id\":\"SURE_EQT\",\"shares\":\"-1\"}", "shares")]
    [InlineData("{\"tranche_id\":\"SURE_TOP\",\"amount_usd\":1}", "tranche_id")]
    [InlineData("{\"amount_usd\":1}", "tranche_id")]
    public async Task What_cannot_be_read_names_its_field(string body, string field)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await _host.Alice.PostAsync(new Uri(Path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var answer = await Answer.OfAsync(response);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.NotNull(answer["errors"][field]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(0.001)]
    public async Task An_amount_outside_its_bounds_is_refused(double amount) =>
        AssertRefused("outside-bounds", await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", amount_usd = (decimal)amount }));

    [Fact]
    public async Task Nobody_takes_more_than_their_own()
    {
        await DepositAsync(_host.Alice, 1_000m);
        await DepositAsync(_host.Bob, 500m);

        AssertRefused("insufficient-shares", await WithdrawAsync(_host.Bob, new { tranche_id = "SURE_EQT", amount_usd = 500.01m }));
        AssertRefused("insufficient-shares", await WithdrawAsync(_host.Bob, new { tranche_id = "SURE_EQT", shares = "500.000000000000000001" }));
        AssertRefused("insufficient-shares", await WithdrawAsync(_host.Bob, new { tranche_id = "SURE_SNR", amount_usd = 1m }));
        AssertRefused("outside-bounds", await WithdrawAsync(_host.Bob, new { tranche_id = "SURE_EQT", shares = "0" }));
        AssertRefused("outside-bounds", await WithdrawAsync(_host.Bob, new { tranche_id = "SURE_EQT", shares = "0.000000000000000001" }));
        Assert.Equal(HttpStatusCode.Forbidden, (await WithdrawAsync(_host.Bob, new { tranche_id = "SURE_EQT", amount_usd = 1m, account = "alice" })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await WithdrawAsync(_host.Anonymous, new { tranche_id = "SURE_EQT", amount_usd = 1m })).Status);
        Assert.Equal("1000.000000000000000000", await HeldAsync("alice"));
        // An operator may act for others.
        Assert.Equal("alice", (string?)(await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m, account = "alice" }))["account"]);
    }

    [Fact]
    public async Task A_repeated_withdrawal_is_done_once()
    {
        await DepositAsync(_host.Alice, 1_000m);
        var body = new { tranche_id = "SURE_EQT", amount_usd = 400m };

        var first = await UtilizationHost.PostAsync(_host.Alice, Path, body, "once");
        var again = await UtilizationHost.PostAsync(_host.Alice, Path, body, "once");
        var other = await UtilizationHost.PostAsync(_host.Alice, Path, new { tranche_id = "SURE_EQT", amount_usd = 401m }, "once");

        Assert.Equal(first.Body!.ToJsonString(), again.Body!.ToJsonString());
        AssertRefused("idempotency-key-reused", other);
        Assert.Equal("600.000000000000000000", await HeldAsync("alice"));
    }

    [Fact]
    public async Task A_withdrawal_that_is_refused_leaves_its_key_free()
    {
        var body = new { tranche_id = "SURE_EQT", amount_usd = 150m };
        await DepositAsync(_host.Alice, 100m);
        AssertRefused("insufficient-shares", await UtilizationHost.PostAsync(_host.Alice, Path, body, "key-1"));

        await DepositAsync(_host.Alice, 100m);

        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.PostAsync(_host.Alice, Path, body, "key-1")).Status);
    }

    [Fact]
    public async Task Of_withdrawals_that_race_for_the_same_shares_one_wins()
    {
        await DepositAsync(_host.Alice, 1_000m);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", amount_usd = 600m })));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.Equal("400.000000000000000000", await HeldAsync("alice"));
        await AssertLedgerAgreesAsync();
    }

    [Fact]
    public async Task Deployed_capital_cannot_be_withdrawn()
    {
        await DepositAsync(_host.Alice, 1_000m);
        await UtilizationHost.PostAsync(_host.Operator, "/api/v2/pool/deployments", new { direction = "deploy", amount_usd = 900m });

        AssertRefused("insufficient-funds", await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", amount_usd = 100.01m }));
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", amount_usd = 100m })).Status);
    }

    /// <summary>1 000 000 of cover is 100 000 in equity: 105 263.16 of capital keep it at 0.95. Six tranches in their shares reach LTV first.</summary>
    [Fact]
    public async Task What_carries_cover_stays()
    {
        await _host.FillAsync();
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(1_000_000m, Depeg))).Status);

        var full = await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 894_736.85m });
        AssertRefused("tranche-utilization", full);
        Assert.Contains("SURE_EQT", (string?)full["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 894_736m })).Status);

        // Effective capital is 0.5 of SURE_BTC, 0.6 of SURE_SNR …, and 1 000 000 / 0.85 = 1 176 470.59 of it must stay. What is left of the others
        // is 132 000 + 126 600 + 133 000 + 160 000 + 105 264 = 656 864; the rest is 0.9 of 577 340.66 in SURE_JNR_PLUS, of 1 200 000.
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_BTC", amount_usd = 2_236_000m })).Status);
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_SNR", amount_usd = 1_789_000m })).Status);
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_MEZZ", amount_usd = 1_610_000m })).Status);
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_JNR", amount_usd = 1_300_000m })).Status);
        AssertRefused("ltv", await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_JNR_PLUS", amount_usd = 622_700m }));
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_JNR_PLUS", amount_usd = 622_600m })).Status);
    }

    /// <summary>
    /// Of equity a loss of 950 000 leaves 50 000 and the premium, for 100 000 of the 1 000 000 that are covered. SURE_SNR has 2 000 000 for
    /// 200 000 of them, and the LTV is 1 000 000 / (6 990 000 − 950 000) = 0.17.
    /// </summary>
    [Fact]
    public async Task A_tranche_that_is_full_holds_nobody_in_another()
    {
        await _host.FillAsync();
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(1_000_000m, Depeg))).Status);
        var lost = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(950_000m, Depeg));
        await _host.SettleAsync((Guid)lost["policy_id"], 1m);
        Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.PostAsync(_host.Operator, "/api/v2/admin/breaker/reset", new { })).Status);

        AssertRefused("tranche-utilization", await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m }));
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_SNR", amount_usd = 1_000m })).Status);
    }

    [Fact]
    public async Task An_open_breaker_stops_withdrawals_and_not_deposits()
    {
        await DepositAsync(_host.Alice, 1_000m);
        await ExecuteAsync("UPDATE pool SET breaker_reason = 'Too much was lost.', breaker_since = now()");

        var refused = await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", amount_usd = 1m });

        AssertRefused("circuit-breaker", refused);
        Assert.Contains("Too much was lost.", (string?)refused["detail"], StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, (await DepositAsync(_host.Alice, 100m)).Status);
        await ExecuteAsync("UPDATE pool SET breaker_reason = NULL, breaker_since = NULL");
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", amount_usd = 1m })).Status);
    }

    [Fact]
    public async Task A_trigger_run_stops_withdrawals()
    {
        await _host.FillAsync();
        var policy = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(10_000m, Depeg));
        // Due in the past of no point, so that nothing of the service ends it during the test: a point that is still to be judged would.
        await WatchedAsync(_host);
        await ExecuteAsync($"INSERT INTO trigger_run VALUES ('{policy["policy_id"]}', 'USDC', now(), now() + interval '4 hours')");

        var refused = await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m });

        AssertRefused("trigger-run", refused);
        Assert.Contains("USDC", (string?)refused["detail"], StringComparison.Ordinal);
    }

    /// <summary>The watch looks once, before anything happens.</summary>
    [Theory]
    [InlineData("depeg", "USDC", 0.97, 1, true)]
    [InlineData("depeg", "USDC", 0.9701, 1, false)]
    [InlineData("depeg", "DAI", 0.97, 1, false)]
    [InlineData("cex_liquidation", "USDC", 0.95, 1, true)]
    [InlineData("cex_liquidation", "USDC", 0.97, 1, false)]
    [InlineData("oracle", "USDC", 0.9, 0.3, true)]
    [InlineData("oracle", "USDC", 0.9, 0.7, false)]
    public async Task A_point_that_reaches_a_trigger_stops_withdrawals_before_the_watch_has_judged_it(
        string type, string coin, double ratio, double consensus, bool stops)
    {
        await using var host = await UtilizationHost.StartAsync(postgres, settings: new() { ["Monitoring:TriggerInterval"] = "01:00:00" });
        await host.FillAsync();
        var product = new Product(Words<CoverageType>.Parse(type), Chain.Ethereum, Stablecoin.USDC);
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, product))).Status);
        host.Tell(
            host.Price(Words<Stablecoin>.Parse(coin), (decimal)ratio) with { Consensus = (decimal)consensus },
            host.Price(Words<Stablecoin>.Parse(coin), 1m));
        await host.KnownAsync();

        var answer = await WithdrawAsync(host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m });

        if (stops)
        {
            AssertRefused("trigger-run", answer);
            Assert.Contains(coin, (string?)answer["detail"], StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(HttpStatusCode.Created, answer.Status);
        }
    }

    [Fact]
    public async Task A_run_that_a_policy_left_behind_stops_nobody()
    {
        await _host.FillAsync();
        var policy = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(10_000m, Depeg));
        await ExecuteAsync(
            $"""
            INSERT INTO trigger_run VALUES ('{policy["policy_id"]}', 'USDC', now(), now() + interval '4 hours');
            UPDATE policy SET status = 'expired';
            """);

        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m })).Status);
    }

    [Theory]
    [InlineData("wormhole_eth_ton", "NULL, NULL", "Ethereum", true)]
    [InlineData("wormhole_eth_ton", "NULL, now()", "Ethereum", false)]
    [InlineData("wormhole_arb_ton", "NULL, NULL", "Ethereum", false)]
    public async Task An_exploit_stops_withdrawals_where_it_touches_active_cover(string bridge, string confirmedAndCleared, string chain, bool stops)
    {
        await _host.FillAsync();
        var product = new Product(CoverageType.Bridge, Words<Chain>.Parse(chain), Stablecoin.USDC);
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(10_000m, product))).Status);
        // Found after the cover began; claims on it are decided later.
        await ExecuteAsync(
            $"""
            INSERT INTO exploit (exploit_id, bridge_id, detected_at, confirmed_at, cleared_at, peak_usd, reason)
            SELECT gen_random_uuid(), '{bridge}', now(), confirmed_at, cleared_at, 1000000, 'drained'
            FROM (SELECT {confirmedAndCleared}) AS e (confirmed_at, cleared_at)
            """.Replace("NULL", "NULL::timestamptz", StringComparison.Ordinal));

        var answer = await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m });

        if (stops)
        {
            AssertRefused("exploit", answer);
        }
        else
        {
            Assert.Equal(HttpStatusCode.Created, answer.Status);
        }
    }

    /// <summary>The watch, which looked once before anything happened, would decide the claims.</summary>
    [Theory]
    [InlineData("bridge", "exploit", "INSERT INTO exploit (exploit_id, bridge_id, detected_at, confirmed_at, cleared_at, peak_usd, reason) VALUES (gen_random_uuid(), 'wormhole_eth_ton', now(), now(), now(), 1000000, 'drained')")]
    [InlineData("smart_contract", "incident", "INSERT INTO incident VALUES (gen_random_uuid(), 'smart_contract', 'TON', 'USDC', now(), 'https://example.org', 0.5, 'confirmed', 'x', 'y', now(), 'z', now(), NULL)")]
    public async Task What_is_confirmed_stops_withdrawals_until_its_claims_are_decided(string type, string problem, string sql)
    {
        await using var host = await UtilizationHost.StartAsync(postgres, settings: new() { ["Monitoring:TriggerInterval"] = "01:00:00" });
        await host.FillAsync();
        var product = new Product(Words<CoverageType>.Parse(type), Chain.TON, Stablecoin.USDC);
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, product))).Status);
        await ExecuteAsync(host, sql);

        AssertRefused(problem, await WithdrawAsync(host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m }));
    }

    /// <summary>Sales of bridge cover stop at 20 % below the peak, before anybody has detected an exploit.</summary>
    [Theory]
    [InlineData("Ethereum", -25, true)]
    [InlineData("TON", -25, true)]
    [InlineData("Ethereum", -20, true)]
    [InlineData("Ethereum", -19.9, false)]
    [InlineData("Arbitrum", -25, false)]
    [InlineData("", -25, false)]
    public async Task A_bridge_that_has_lost_too_much_stops_withdrawals_before_an_exploit_is_detected(string chain, double drawdownPct, bool stops)
    {
        await _host.FillAsync();
        var product = chain.Length > 0 ? new Product(CoverageType.Bridge, Words<Chain>.Parse(chain), Stablecoin.USDC) : Depeg;
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(10_000m, product))).Status);
        _host.Tell(_host.Health("wormhole_eth_ton") with { TvlDrawdownPct = (decimal)drawdownPct });
        await _host.KnownAsync();
        var body = new { tranche_id = "SURE_EQT", amount_usd = 1m };

        var foreseen = await UtilizationHost.PostAsync(_host.Operator, "/api/v2/vault/preview", new { direction = "withdraw", body.tranche_id, body.amount_usd });
        var answer = await WithdrawAsync(_host.Operator, body);

        if (stops)
        {
            AssertRefused("known-event", answer);
            Assert.Contains("wormhole_eth_ton", (string?)answer["detail"], StringComparison.Ordinal);
            Assert.Equal("urn:sure:problem:known-event", (string?)foreseen["refusal"]["type"]);
        }
        else
        {
            Assert.Equal(HttpStatusCode.Created, answer.Status);
        }
    }

    [Theory]
    [InlineData("Ethereum", "USDC", "open", true)]
    [InlineData("Ethereum", "USDT", "open", false)]
    [InlineData("Arbitrum", "USDC", "open", false)]
    [InlineData("Ethereum", "USDC", "dismissed", false)]
    [InlineData("Ethereum", "", "open", true)]
    [InlineData("Ethereum", "DAI", "open", false)]
    [InlineData("Arbitrum", "", "open", false)]
    public async Task An_incident_stops_withdrawals_where_it_touches_active_cover(string chain, string coin, string status, bool stops)
    {
        await _host.FillAsync();
        var product = new Product(CoverageType.SmartContract, Chain.Ethereum, Stablecoin.USDC);
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(10_000m, product))).Status);
        await ExecuteAsync(
            $"""
            INSERT INTO incident VALUES (gen_random_uuid(), 'smart_contract', '{chain}', nullif('{coin}', ''), now(), 'https://example.org', 0.5, '{status}', 'x', 'y', now(),
                                         {(status == "open" ? "NULL, NULL" : "'z', now()")}, NULL)
            """);

        var answer = await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m });

        if (stops)
        {
            AssertRefused("incident", answer);
        }
        else
        {
            Assert.Equal(HttpStatusCode.Created, answer.Status);
        }
    }

    /// <summary>
    /// While nothing comes from BridgeService somebody may know what this service does not. Two minutes are let go, as for sales; the word of a
    /// coin or bridge without cover is not waited for.
    /// </summary>
    [Theory]
    [InlineData("depeg", "USDC", "")]
    [InlineData("bridge", "USDC", "wormhole_base_ton")]
    public async Task Nobody_leaves_while_what_cover_depends_on_is_unknown(string type, string coin, string bridge)
    {
        var time = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, time);
        await host.FillAsync();
        var product = new Product(Words<CoverageType>.Parse(type), Chain.Base, Words<Stablecoin>.Parse(coin));
        var policy = await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, product));
        Assert.Equal(HttpStatusCode.Created, policy.Status);
        var body = new { tranche_id = "SURE_EQT", amount_usd = 1m };
        time.Advance(TimeSpan.FromSeconds(90));
        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(host.Operator, body)).Status);

        time.Advance(TimeSpan.FromSeconds(31));
        var refused = await UtilizationHost.PostAsync(host.Operator, Path, body, "later");
        var foreseen = await UtilizationHost.PostAsync(host.Operator, "/api/v2/vault/preview", new { direction = "withdraw", body.tranche_id, body.amount_usd });
        var declined = await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, product));

        AssertRefused("known-event", refused);
        Assert.Contains(coin, (string?)refused["detail"], StringComparison.Ordinal);
        Assert.Equal("urn:sure:problem:known-event", (string?)foreseen["refusal"]["type"]);
        Assert.Equal("known_event", (string?)declined["checks"][0]!["check"]);
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.PostAsync(host.Operator, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = 100m })).Status);

        host.Tell(host.Price(product.Stablecoin, 1m));
        await host.KnownAsync();
        if (bridge.Length > 0)
        {
            var unseen = await WithdrawAsync(host.Operator, body);
            AssertRefused("known-event", unseen);
            Assert.Contains(bridge, (string?)unseen["detail"], StringComparison.Ordinal);
            host.Tell(host.Health(bridge));
            await host.KnownAsync();
        }

        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.PostAsync(host.Operator, Path, body, "later")).Status);
    }

    [Fact]
    public async Task A_coin_on_whose_price_nothing_agrees_is_unknown()
    {
        await _host.FillAsync();
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(10_000m, Depeg))).Status);
        _host.Tell(_host.Price(Stablecoin.USDC, 1m) with { PegRatio = null, Consensus = null });
        await _host.KnownAsync();

        AssertRefused("known-event", await WithdrawAsync(_host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m }));
    }

    [Fact]
    public async Task Without_cover_nothing_has_to_be_known()
    {
        var time = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, time);
        await host.FillAsync();
        time.Advance(TimeSpan.FromDays(1));

        Assert.Equal(HttpStatusCode.Created, (await WithdrawAsync(host.Operator, new { tranche_id = "SURE_EQT", amount_usd = 1m })).Status);
    }

    /// <summary>Who holds shares of a tranche that lost everything has nothing, and gains nothing from who comes after.</summary>
    [Fact]
    public async Task A_loss_of_all_capital_cancels_the_shares()
    {
        await DepositAsync(_host.Alice, 1_000m);
        await LoseAsync(1_000m);

        Assert.Equal("0.000000000000000000", await HeldAsync("alice"));
        Assert.Equal(
            "cancelled -1000.000000000000000000 loss",
            await ScalarAsync("SELECT m.kind || ' ' || m.shares || ' ' || e.kind FROM share_movement m JOIN journal_entry e USING (entry_id) WHERE m.kind <> 'deposit'"));
        Assert.Equal("7", await ScalarAsync("SELECT substr(movement_id::text, 15, 1) FROM share_movement WHERE kind = 'cancelled'"));
        AssertRefused("insufficient-shares", await WithdrawAsync(_host.Alice, new { tranche_id = "SURE_EQT", amount_usd = 0.01m }));
        var deposit = await DepositAsync(_host.Bob, 100m);
        Assert.Equal(("100.000000000000000000", "1.000000000000000000"), ((string?)deposit["shares"], (string?)deposit["share_price"]));
        await AssertLedgerAgreesAsync();
    }

    [Fact]
    public async Task A_loss_that_leaves_a_cent_cancels_nothing()
    {
        await DepositAsync(_host.Alice, 1_000m);
        await LoseAsync(999.99m);

        Assert.Equal("1000.000000000000000000", await HeldAsync("alice"));
        var deposit = await DepositAsync(_host.Bob, 100m);
        Assert.Equal(("10000000.000000000000000000", "0.000010000000000000"), ((string?)deposit["shares"], (string?)deposit["share_price"]));
    }

    /// <summary>Ten million at 0.00001 USD a share are 10¹² shares; after such a loss again 10²¹, which cannot be counted.</summary>
    [Fact]
    public async Task A_deposit_that_cannot_be_counted_in_shares_is_refused()
    {
        await DepositAsync(_host.Alice, 1_000m);
        await LoseAsync(999.99m);
        await DepositAsync(_host.Bob, 10_000_000m);
        await LoseAsync(10_000_000m);

        AssertRefused("share-price", await DepositAsync(_host.Bob, 10_000_000m));
    }

    [Theory]
    [InlineData("UPDATE share_movement SET shares = 1")]
    [InlineData("DELETE FROM share_movement")]
    [InlineData("TRUNCATE share_movement")]
    public async Task The_database_refuses_to_change_movements_of_shares(string change)
    {
        await DepositAsync(_host.Alice, 1_000m);

        Assert.Contains("append-only", (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(change))).MessageText, StringComparison.Ordinal);
    }

    private static void AssertRefused(string kind, Answer answer)
    {
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.Status);
        Assert.Equal($"urn:sure:problem:{kind}", (string?)answer["type"]);
    }

    private static Task<Answer> WithdrawAsync(HttpClient client, object body) => UtilizationHost.PostAsync(client, Path, body);

    private static Task<Answer> DepositAsync(HttpClient client, decimal amount) =>
        UtilizationHost.PostAsync(client, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = amount });

    private async Task GainAsync(decimal gain)
    {
        await UtilizationHost.PostAsync(_host.Operator, "/api/v2/pool/deployments", new { direction = "deploy", amount_usd = 1m });
        await UtilizationHost.PostAsync(_host.Operator, "/api/v2/pool/deployments", new { direction = "return", amount_usd = 1m, gain_usd = gain });
    }

    private Task LoseAsync(decimal loss) => ExecuteAsync(string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"""
        WITH e AS (INSERT INTO journal_entry VALUES (gen_random_uuid(), 'loss', 'x', now()) RETURNING entry_id)
        INSERT INTO posting (entry_id, account, amount, occurred_at)
        SELECT e.entry_id, p.account, p.amount, now() FROM e, (VALUES ('capital:SURE_EQT', {loss}), ('cash', -{loss})) AS p (account, amount)
        """));

    private async Task<string?> HeldAsync(string account) =>
        (string?)await ScalarAsync($"SELECT shares::text FROM holding WHERE account = '{account}' AND tranche_id = 'SURE_EQT'");

    private async Task AssertLedgerAgreesAsync() =>
        Assert.True((bool)(await UtilizationHost.GetAsync(_host.Operator, "/api/v2/ledger/check"))["agrees"]);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _host.Database.CreateCommand(sql);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Until the watch has judged every coin as it is known.</summary>
    private static Task WatchedAsync(UtilizationHost host) => UtilizationHost.EventuallyAsync(
        async () =>
        {
            await using var command = host.Database.CreateCommand("SELECT count(*) = (SELECT count(*) FROM peg) FROM watch_position");
            return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        },
        "every coin to be judged");

    private Task ExecuteAsync(string sql) => ExecuteAsync(_host, sql);

    private static async Task ExecuteAsync(UtilizationHost host, string sql)
    {
        await using var command = host.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

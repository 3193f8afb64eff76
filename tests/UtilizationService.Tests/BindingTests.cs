using System.Net;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>Selling cover, on a real database.</summary>
public sealed class BindingTests(PostgresServer postgres) : IAsyncLifetime
{
    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);
    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await UtilizationHost.StartAsync(postgres);
        await _host.FillAsync();
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_bound_quote_is_a_policy_in_force_at_the_quoted_premium()
    {
        var quote = _host.Quote(10_000m, Depeg, premiumUsd: 19.73m);

        var policy = await UtilizationHost.BindAsync(_host.Alice, quote);

        Assert.Equal(HttpStatusCode.Created, policy.Status);
        Assert.Equal($"/api/v2/policies/{policy["policy_id"]}", policy.Location);
        Assert.Equal(("alice", "active", 19.73m), ((string?)policy["holder"], (string?)policy["status"], (decimal)policy["premium"]));
        Assert.Equal(10_000m, policy["attribution"]!.AsObject().Sum(a => (decimal)a.Value!));
        Assert.Equal(2_500m, (decimal)policy["attribution"]["SURE_BTC"]!);
        Assert.Equal(90 * 86_400m, (decimal)policy["ends_at"] - (decimal)policy["starts_at"]);

        var pool = await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool");
        Assert.Equal((10_000m, 1), ((decimal)pool["coverage_sold_usd"], (int)pool["active_policies"]));
        await AssertLedgerAgreesAsync();
    }

    [Fact]
    public async Task A_quote_is_bound_at_most_once_however_many_try_at_the_same_time()
    {
        var quote = _host.Quote(10_000m, Depeg);

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => UtilizationHost.BindAsync(_host.Alice, quote)));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.Equal(11, answers.Count(a => a.Status == HttpStatusCode.Conflict));
    }

    /// <summary>Solana takes 0.10 of 10 m: two of 600 000 do not fit, whoever is first.</summary>
    [Fact]
    public async Task Of_many_buyers_racing_for_the_last_capacity_one_wins()
    {
        var solana = new Product(CoverageType.SmartContract, Chain.Solana, Stablecoin.DAI);

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => UtilizationHost.BindAsync(i % 2 == 0 ? _host.Alice : _host.Bob, _host.Quote(600_000m, solana))));

        Assert.Single(answers, a => a.Status == HttpStatusCode.Created);
        Assert.All(answers.Where(a => a.Status != HttpStatusCode.Created), a =>
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, a.Status);
            var check = Assert.Single(a["checks"].AsArray());
            Assert.Equal(("chain", 0.12m, 0.10m), ((string?)check!["check"], (decimal)check["value"]!, (decimal)check["limit"]!));
        });
        await AssertLedgerAgreesAsync();
    }

    [Fact]
    public async Task A_refused_quote_changes_nothing_and_names_every_check_that_failed()
    {
        var before = await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool");

        var refused = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(8_000_000m, new Product(CoverageType.Bridge, Chain.Polygon, Stablecoin.USDC)));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Superset(
            new HashSet<string> { "ltv", "single_asset", "correlated_group", "chain", "coverage_type" },
            refused["checks"].AsArray().Select(c => (string)c!["check"]!).ToHashSet());
        var after = await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool");
        Assert.Equal(((decimal)before["coverage_sold_usd"], (decimal)before["liquid_reserves_usd"]), ((decimal)after["coverage_sold_usd"], (decimal)after["liquid_reserves_usd"]));
    }

    /// <summary>10 m over a worst stress loss of 6.6 m and 100 000 is 1.4925; over 6.6 m and 60 000 it is 1.5015.</summary>
    [Fact]
    public async Task A_risk_snapshot_says_what_the_pool_must_withstand()
    {
        _host.Tell(new RiskSnapshotTaken(Guid.CreateVersion7(_host.Now), _host.Now, _host.Now, "many-coins", 6_600_000m, CorrelationRegime.Low));
        await _host.KnownAsync();

        var refused = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100_000m, Depeg));
        var bound = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(60_000m, Depeg));

        var check = Assert.Single(refused["checks"].AsArray());
        Assert.Equal(("stress_buffer", 1.49253731m, 1.5m), ((string?)check!["check"], (decimal)check["value"]!, (decimal)check["limit"]!));
        Assert.Equal(HttpStatusCode.Created, bound.Status);
    }

    /// <summary>
    /// The same loss, measured now on a book of six minutes ago, does not count: 100 000 of cover are held against 0.5 × 100 000, and 10 m over
    /// that and 100 000 is 66.7.
    /// </summary>
    [Fact]
    public async Task A_risk_snapshot_of_an_old_book_does_not_count()
    {
        _host.Tell(new RiskSnapshotTaken(Guid.CreateVersion7(_host.Now), _host.Now, _host.Now.AddMinutes(-6), "many-coins", 6_600_000m, CorrelationRegime.Low));
        await _host.KnownAsync();

        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100_000m, Depeg))).Status);
    }

    [Fact]
    public async Task What_is_over_or_never_was_is_said_to_be_so()
    {
        Assert.Equal(HttpStatusCode.Gone, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100m, Depeg, life: TimeSpan.FromSeconds(-1)))).Status);
        Assert.Equal(HttpStatusCode.Gone, (await UtilizationHost.BindAsync(_host.Alice, Guid.CreateVersion7(TimeProvider.System.GetUtcNow().AddHours(-1)))).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await UtilizationHost.BindAsync(_host.Alice, Guid.Empty)).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100m, Depeg, bindable: false))).Status);
    }

    [Fact]
    public async Task The_same_key_and_body_give_the_same_policy_another_body_is_refused()
    {
        var quote = _host.Quote(10_000m, Depeg);

        var first = await UtilizationHost.BindAsync(_host.Alice, quote, "key-1");
        var again = await UtilizationHost.BindAsync(_host.Alice, quote, "key-1");
        var other = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(10_000m, Depeg), "key-1");
        var stranger = await UtilizationHost.BindAsync(_host.Bob, quote, "key-1");

        Assert.Equal(HttpStatusCode.Created, again.Status);
        Assert.Equal((string?)first["policy_id"], (string?)again["policy_id"]);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
        Assert.Equal(HttpStatusCode.Conflict, stranger.Status);
    }

    [Fact]
    public async Task The_same_key_gives_the_same_policy_while_nobody_knows_of_quotes()
    {
        var quote = _host.Quote(10_000m, Depeg);
        var first = await UtilizationHost.BindAsync(_host.Alice, quote, "key-1");
        await _host.LoseQuotesAsync();

        var again = await UtilizationHost.BindAsync(_host.Alice, quote, "key-1");
        var other = await UtilizationHost.BindAsync(_host.Alice, Guid.CreateVersion7(), "key-1");
        var unanswered = await UtilizationHost.BindAsync(_host.Alice, Guid.CreateVersion7(), "key-2");

        Assert.Equal((HttpStatusCode.Created, first.Body!.ToJsonString()), (again.Status, again.Body!.ToJsonString()));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, other.Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, unanswered.Status);
    }

    [Fact]
    public async Task Text_that_holds_control_characters_is_refused_by_its_field()
    {
        foreach (var (path, field) in new[]
            {
                ("/api/v2/policies?holder=a%00", "holder"), ("/api/v2/ledger/entries?account=%00", "account"), ("/api/v2/ledger/entries?account=a%0Ab", "account"),
            })
        {
            AssertRefused(await UtilizationHost.GetAsync(_host.Operator, path), field);
        }

        AssertRefused(await UtilizationHost.PostAsync(_host.Operator, "/api/v2/policies", new { quote_id = Guid.Empty, holder = "\0" }), "holder");
        AssertRefused(await UtilizationHost.PostAsync(_host.Operator, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = 100m, account = "\0" }), "account");

        static void AssertRefused(Answer answer, string field)
        {
            Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
            Assert.Equal($"{field} must hold no control characters.", (string?)answer["errors"][field]![0]);
        }
    }

    [Fact]
    public async Task A_key_holds_for_24_hours_and_is_a_new_one_then()
    {
        var time = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, time);
        await host.FillAsync();
        var deposit = new { tranche_id = "SURE_EQT", amount_usd = 100m };
        var policy = await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg), "key-1");
        var shares = await DepositAsync(deposit);

        time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromMinutes(1));
        Assert.Equal((string?)shares["entry"]["entry_id"], (string?)(await DepositAsync(deposit))["entry"]["entry_id"]);

        time.Advance(TimeSpan.FromMinutes(1));
        await host.CalmAsync();
        var another = await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg), "key-1");
        var more = await DepositAsync(new { tranche_id = "SURE_EQT", amount_usd = 200m });
        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.Created), (another.Status, more.Status));
        Assert.NotEqual((string?)policy["policy_id"], (string?)another["policy_id"]);

        Task<Answer> DepositAsync(object body) => UtilizationHost.PostAsync(host.Alice, "/api/v2/vault/deposit", body, "key-2");
    }

    /// <summary>Kept at 0:00, 24:00 and 24:05. A request that came before 24:00 may still wait at 24:00, but at 24:05 no more.</summary>
    [Fact]
    public async Task An_answer_is_forgotten_only_when_no_request_that_waits_can_count_on_it()
    {
        var time = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, time);
        await host.FillAsync();

        await DepositAsync("key-1");
        time.Advance(TimeSpan.FromHours(24));
        await DepositAsync("key-2");
        Assert.Equal(["key-1", "key-2"], await KeptAsync());

        time.Advance(TimeSpan.FromMinutes(5));
        await DepositAsync("key-3");
        Assert.Equal(["key-2", "key-3"], await KeptAsync());

        async Task DepositAsync(string key) => Assert.Equal(
            HttpStatusCode.Created,
            (await UtilizationHost.PostAsync(host.Alice, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = 100m }, key)).Status);

        async Task<string[]> KeptAsync()
        {
            await using var command = host.Database.CreateCommand("SELECT array_agg(key ORDER BY key) FROM idempotency");
            return (string[])(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
        }
    }

    [Fact]
    public async Task Policies_of_others_are_not_there()
    {
        var policy = await UtilizationHost.BindAsync(_host.Alice, _host.Quote(10_000m, Depeg));
        var path = $"/api/v2/policies/{policy["policy_id"]}";

        Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.GetAsync(_host.Alice, path)).Status);
        Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.GetAsync(_host.Operator, path)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.GetAsync(_host.Bob, path)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await UtilizationHost.GetAsync(_host.Anonymous, path)).Status);
        Assert.Empty((await UtilizationHost.GetAsync(_host.Bob, "/api/v2/policies"))["items"].AsArray());
    }

    [Fact]
    public async Task Pages_of_policies_hold_each_once()
    {
        var bound = new HashSet<string>();
        for (var i = 0; i < 7; i++)
        {
            bound.Add((string)(await UtilizationHost.BindAsync(_host.Alice, _host.Quote(100m, Depeg)))["policy_id"]!);
        }

        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await UtilizationHost.GetAsync(_host.Alice, $"/api/v2/policies?limit=3{(cursor is null ? "" : $"&cursor={cursor}")}");
            seen.AddRange(page["items"].AsArray().Select(p => (string)p!["policy_id"]!));
            cursor = (string?)page.Body!["next_cursor"];
        }
        while (cursor is not null);

        Assert.Equal(7, seen.Count);
        Assert.Equal(bound, seen.ToHashSet());
    }

    private async Task AssertLedgerAgreesAsync() =>
        Assert.True((bool)(await UtilizationHost.GetAsync(_host.Operator, "/api/v2/ledger/check"))["agrees"]);
}

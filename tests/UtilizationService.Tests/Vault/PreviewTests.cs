using System.Net;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;
using Sure.UtilizationService.Vault;

namespace Sure.UtilizationService.Tests.Vault;

/// <summary>What a movement would do, and what an account is worth.</summary>
public sealed class PreviewTests(PostgresServer postgres) : IAsyncLifetime
{
    private const string Path = "/api/v2/vault/preview";
    private static readonly Product Depeg = new(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC);

    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await UtilizationHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    /// <summary>1 m of cover on 10 m: u of every tranche 0.10, LTV 1/6.99. Another million in equity: u 0.05, LTV 1/7.99.</summary>
    [Fact]
    public async Task A_deposit_is_foreseen_and_nothing_is_written()
    {
        await FillAndSellAsync();
        var before = await EntriesAsync();

        var preview = await UtilizationHost.PostAsync(_host.Alice, Path, new { direction = "deposit", tranche_id = "SURE_EQT", amount_usd = 1_000_000m });

        Assert.Equal(HttpStatusCode.OK, preview.Status);
        Assert.Equal(("1000000.000000000000000000", 1_000_000m, "alice"), ((string?)preview["shares"], (decimal)preview["amount_usd"], (string?)preview["account"]));
        Assert.Null(preview.Body!["refusal"]);
        Assert.Equal((0.14306152m, 0.12515645m), ((decimal)preview["before"]["ltv"]!, (decimal)preview["after"]["ltv"]!));
        Assert.Equal((0.1m, 0.05m), (Equity(preview, "before", "utilization"), Equity(preview, "after", "utilization")));
        Assert.True(Equity(preview, "before", "apy") > Equity(preview, "after", "apy"));
        Assert.Equal(6, preview["after"]["tranches"]!.AsArray().Count);
        Assert.Equal(before, await EntriesAsync());
    }

    [Fact]
    public async Task What_is_foreseen_is_what_happens()
    {
        await FillAndSellAsync();
        var body = new { tranche_id = "SURE_EQT", amount_usd = 123_456.78m };

        var preview = await UtilizationHost.PostAsync(_host.Operator, Path, new { direction = "withdraw", body.tranche_id, body.amount_usd });
        var withdrawal = await UtilizationHost.PostAsync(_host.Operator, "/api/v2/vault/withdraw", body);

        Assert.Equal((string?)withdrawal["shares"], (string?)preview["shares"]);
        Assert.Equal((string?)withdrawal["share_price"], (string?)preview["share_price"]);
        Assert.Equal((decimal)(await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool"))["ltv"], (decimal)preview["after"]["ltv"]!);
    }

    /// <summary>Ten policies of 90 days for 90 USD earn 1 USD a day each; the pool is the same until somebody buys or deposits.</summary>
    [Fact]
    public async Task What_premiums_have_earned_is_summed_up_once_a_second_while_the_pool_stays_the_same()
    {
        await using var tap = new PostgresTap(await postgres.CreateDatabaseAsync());
        await using var host = await UtilizationHost.StartAsync(postgres, database: tap.ConnectionString);
        await host.FillAsync();
        foreach (var _ in Enumerable.Range(0, 10))
        {
            Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg, premiumUsd: 90m))).Status);
        }

        var clock = new SteppedClock(host.Now.AddDays(1));
        var accounts = host.Another<VaultAccounts>(clock);
        Assert.Equal(10_000_010m, await ReadAsync("operator"), 0);
        Assert.Equal(0m, await ReadAsync("alice"));
        clock.Step(TimeSpan.FromSeconds(0.999));
        await ReadAsync("operator");
        Assert.Equal(1, Sums());
        clock.Step(TimeSpan.FromSeconds(0.001));
        Assert.Equal(10_000_010m, await ReadAsync("operator"), 0);
        Assert.Equal(2, Sums());

        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg))).Status);
        await ReadAsync("operator");
        Assert.Equal(3, Sums());

        async Task<decimal> ReadAsync(string account) => (await accounts.ReadAsync(account, TestContext.Current.CancellationToken)).ValueUsd;

        int Sums() => tap.Transactions.Count(t => t.Sql.Contains("sum(after - before)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_refusal_is_foreseen_with_its_reason()
    {
        await FillAndSellAsync();

        var full = await UtilizationHost.PostAsync(_host.Operator, Path, new { direction = "withdraw", tranche_id = "SURE_EQT", amount_usd = 900_000m });
        var more = await UtilizationHost.PostAsync(_host.Alice, Path, new { direction = "withdraw", tranche_id = "SURE_EQT", shares = "1" });
        var less = await UtilizationHost.PostAsync(_host.Alice, Path, new { direction = "deposit", tranche_id = "SURE_EQT", amount_usd = 1m });

        Assert.Equal("urn:sure:problem:tranche-utilization", (string?)full["refusal"]["type"]);
        Assert.Equal(100_000m, Equity(full, "after", "total_capital_usd"));
        Assert.Equal(("urn:sure:problem:insufficient-shares", null), ((string?)more["refusal"]["type"], more.Body!["after"]));
        Assert.Equal("urn:sure:problem:outside-bounds", (string?)less["refusal"]["type"]);
    }

    [Fact]
    public async Task Previews_that_cannot_be_read_are_malformed_and_those_of_others_forbidden()
    {
        Assert.Equal(HttpStatusCode.BadRequest, (await UtilizationHost.PostAsync(_host.Alice, Path, new { direction = "up", tranche_id = "SURE_EQT", amount_usd = 1m })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await UtilizationHost.PostAsync(_host.Alice, Path, new { direction = "withdraw", tranche_id = "SURE_EQT" })).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await UtilizationHost.PostAsync(_host.Alice, Path, new { direction = "deposit", tranche_id = "SURE_EQT", shares = "1" })).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await UtilizationHost.PostAsync(_host.Alice, Path, new { direction = "deposit", tranche_id = "SURE_EQT", amount_usd = 100m, account = "bob" })).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await UtilizationHost.PostAsync(_host.Anonymous, Path, new { direction = "deposit", tranche_id = "SURE_EQT", amount_usd = 100m })).Status);
    }

    [Fact]
    public async Task An_account_shows_shares_and_value_per_tranche_to_its_owner()
    {
        await UtilizationHost.PostAsync(_host.Alice, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = 1_000m });
        await UtilizationHost.PostAsync(_host.Alice, "/api/v2/vault/deposit", new { tranche_id = "SURE_SNR", amount_usd = 500m });

        var account = await UtilizationHost.GetAsync(_host.Alice, "/api/v2/vault/accounts/alice");

        Assert.Equal(("alice", 1_500m, 6), ((string?)account["account"], (decimal)account["value_usd"], account["tranches"].AsArray().Count));
        var senior = account["tranches"][1]!;
        Assert.Equal(
            ("SURE_SNR", "500.000000000000000000", 500m, "1.000000000000000000"),
            ((string?)senior["tranche_id"], (string?)senior["shares"], (decimal)senior["value_usd"]!, (string?)senior["share_price"]));
        Assert.Equal(HttpStatusCode.OK, (await UtilizationHost.GetAsync(_host.Operator, "/api/v2/vault/accounts/alice")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.GetAsync(_host.Bob, "/api/v2/vault/accounts/alice")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/vault/accounts/alice")).Status);
        Assert.Equal(0m, (decimal)(await UtilizationHost.GetAsync(_host.Bob, "/api/v2/vault/accounts/bob"))["value_usd"]);
    }

    [Theory]
    [InlineData("repo:org/app")]
    [InlineData("..")]
    [InlineData("100 %")]
    public async Task An_account_whose_name_fits_into_no_path_can_be_read_too(string name)
    {
        const string accounts = "/api/v2/vault/accounts";
        using var owner = _host.ClientOf(name);
        var named = $"{accounts}?account={Uri.EscapeDataString(name)}";
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.PostAsync(owner, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = 100m })).Status);

        foreach (var (client, path) in new[] { (owner, accounts), (owner, named), (_host.Operator, named) })
        {
            var account = await UtilizationHost.GetAsync(client, path);
            Assert.Equal((name, 100m), ((string?)account["account"], (decimal)account["value_usd"]));
        }

        Assert.Equal(HttpStatusCode.NotFound, (await UtilizationHost.GetAsync(_host.Bob, named)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await UtilizationHost.GetAsync(_host.Anonymous, accounts)).Status);
    }

    /// <summary>Half of a premium of 90 USD is earned after half of its 90 days; no monitor has to have booked it.</summary>
    [Fact]
    public async Task An_account_is_worth_what_a_withdrawal_would_pay()
    {
        var time = new MovableClock();
        await using var host = await UtilizationHost.StartAsync(postgres, time, new() { ["Capital:PremiumBookingInterval"] = "1.00:00:00" });
        await host.FillAsync();
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(host.Alice, host.Quote(10_000m, Depeg, premiumUsd: 90m))).Status);
        time.Advance(TimeSpan.FromDays(45));
        await host.CalmAsync();

        var worth = (decimal)(await UtilizationHost.GetAsync(host.Operator, "/api/v2/vault/accounts/operator"))["value_usd"];
        var equity = (decimal)(await UtilizationHost.GetAsync(host.Operator, "/api/v2/vault/accounts/operator"))["tranches"][5]!["value_usd"]!;
        var withdrawal = await UtilizationHost.PostAsync(host.Operator, "/api/v2/vault/withdraw", new { tranche_id = "SURE_EQT", shares = "500000" });

        // A second more or less is a hundred-thousandth of a cent.
        Assert.Equal(10_000_045m, worth);
        Assert.Equal(Math.Round(equity / 2, 2, MidpointRounding.ToZero), (decimal)withdrawal["amount_usd"]);
    }

    private static decimal Equity(Answer preview, string side, string field) => (decimal)preview[side]["tranches"]![5]![field]!;

    private async Task FillAndSellAsync()
    {
        await _host.FillAsync();
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, _host.Quote(1_000_000m, Depeg))).Status);
    }

    private async Task<int> EntriesAsync() =>
        (await UtilizationHost.GetAsync(_host.Operator, "/api/v2/ledger/entries?limit=200"))["items"].AsArray().Count;
}

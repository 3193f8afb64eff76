using System.Net;
using Npgsql;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests;

/// <summary>The journal and the vault, on a real database.</summary>
public sealed class LedgerTests(PostgresServer postgres) : IAsyncLifetime
{
    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await UtilizationHost.StartAsync(postgres);

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task The_database_refuses_an_entry_that_does_not_balance()
    {
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(
            """
            INSERT INTO journal_entry VALUES ('0199a000-0000-7000-8000-000000000001', 'deposit', 'x', now());
            INSERT INTO posting (entry_id, account, amount, occurred_at) VALUES
                ('0199a000-0000-7000-8000-000000000001', 'cash', 100, now()), ('0199a000-0000-7000-8000-000000000001', 'capital:SURE_EQT', -99.99, now());
            """));

        Assert.Contains("does not balance", refused.MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE posting SET amount = 1")]
    [InlineData("DELETE FROM posting")]
    [InlineData("TRUNCATE posting")]
    [InlineData("UPDATE journal_entry SET kind = 'other'")]
    [InlineData("DELETE FROM journal_entry")]
    [InlineData("UPDATE consensus_point SET peg_ratio = 1")]
    [InlineData("DELETE FROM consensus_point")]
    [InlineData("TRUNCATE consensus_point")]
    [InlineData("UPDATE evidence SET body = ''")]
    [InlineData("DELETE FROM evidence")]
    [InlineData("TRUNCATE evidence")]
    [InlineData("UPDATE audit SET actor = 'nobody'")]
    [InlineData("DELETE FROM audit")]
    [InlineData("TRUNCATE audit")]
    public async Task The_database_refuses_to_change_what_was_written(string change)
    {
        await _host.FillAsync();

        Assert.Contains("append-only", (await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(change))).MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_deposit_mints_at_one_dollar_a_share()
    {
        var deposit = await DepositAsync(_host.Alice, 1_000.50m);

        Assert.Equal(HttpStatusCode.Created, deposit.Status);
        Assert.Equal(("1000.500000000000000000", "1.000000000000000000", "alice"), ((string?)deposit["shares"], (string?)deposit["share_price"], (string?)deposit["account"]));
    }

    /// <summary>A return gains 500 on 1 500 of capital: a share is worth 2 000 / 1 500; 100 USD mint 75 shares.</summary>
    [Fact]
    public async Task A_later_deposit_mints_at_net_asset_value()
    {
        await DepositAsync(_host.Alice, 1_500m);
        await UtilizationHost.PostAsync(_host.Operator, "/api/v2/pool/deployments", new { direction = "deploy", amount_usd = 1_000m });
        var back = await UtilizationHost.PostAsync(_host.Operator, "/api/v2/pool/deployments", new { direction = "return", amount_usd = 1_000m, gain_usd = 500m });
        Assert.Equal(HttpStatusCode.Created, back.Status);

        var deposit = await DepositAsync(_host.Bob, 100m);

        Assert.Equal(("75.000000000000000000", "1.333333333333333333"), ((string?)deposit["shares"], (string?)deposit["share_price"]));
        Assert.True((bool)(await UtilizationHost.GetAsync(_host.Operator, "/api/v2/ledger/check"))["agrees"]);
    }

    [Theory]
    [InlineData(99.99)]
    [InlineData(100.001)]
    [InlineData(-100)]
    [InlineData(0)]
    public async Task A_deposit_outside_its_bounds_is_refused(double amount) =>
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await DepositAsync(_host.Alice, (decimal)amount)).Status);

    [Fact]
    public async Task Nobody_moves_what_is_not_theirs()
    {
        var foreign = await UtilizationHost.PostAsync(_host.Alice, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = 100, account = "bob" });
        var deployment = await UtilizationHost.PostAsync(_host.Alice, "/api/v2/pool/deployments", new { direction = "deploy", amount_usd = 1 });

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (foreign.Status, deployment.Status));
    }

    [Fact]
    public async Task More_than_is_there_is_not_deployed()
    {
        await DepositAsync(_host.Alice, 1_000m);

        var refused = await UtilizationHost.PostAsync(_host.Operator, "/api/v2/pool/deployments", new { direction = "deploy", amount_usd = 1_000.01m });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Equal(0m, (decimal)(await UtilizationHost.GetAsync(_host.Anonymous, "/api/v2/pool"))["deployed_usd"]);
    }

    /// <summary>Six deposits, and premium that came in and went out in one entry.</summary>
    [Fact]
    public async Task The_entries_of_an_account_come_newest_first_each_once_and_with_all_its_postings()
    {
        await _host.FillAsync();
        await ExecuteAsync(
            """
            INSERT INTO journal_entry VALUES ('ffffffff-0000-7000-8000-000000000001', 'premium_earned', 'x', now());
            INSERT INTO posting (entry_id, account, amount, occurred_at) VALUES
                ('ffffffff-0000-7000-8000-000000000001', 'premium_unearned', 5, now()), ('ffffffff-0000-7000-8000-000000000001', 'premium_earned', -5, now()),
                ('ffffffff-0000-7000-8000-000000000001', 'premium_earned', 5, now()), ('ffffffff-0000-7000-8000-000000000001', 'surplus', -5, now());
            """);

        var all = await EntriesAsync("");
        var first = await EntriesAsync("?account=cash&limit=4");
        var second = await EntriesAsync($"?account=cash&limit=4&cursor={first["next_cursor"]}");

        Assert.Equal(7, IdsOf(all).Count);
        Assert.Equal(IdsOf(all).OrderDescending(StringComparer.Ordinal), IdsOf(all));
        Assert.Equal(IdsOf(all).Skip(1), [.. IdsOf(first), .. IdsOf(second)]);
        Assert.Null(second.Body!["next_cursor"]);
        Assert.Equal(["cash", "capital:SURE_EQT"], (await EntriesAsync("?account=capital:SURE_EQT"))["items"].AsArray().Single()!["postings"]!.AsArray().Select(p => (string?)p!["account"]));
        Assert.Equal(4, (await EntriesAsync("?account=premium_earned"))["items"].AsArray().Single()!["postings"]!.AsArray().Count);
        Assert.Empty(IdsOf(await EntriesAsync("?account=shortfall")));

        Task<Answer> EntriesAsync(string query) => UtilizationHost.GetAsync(_host.Operator, $"/api/v2/ledger/entries{query}");
        static List<string> IdsOf(Answer answer) => [.. answer["items"].AsArray().Select(e => (string)e!["entry_id"]!)];
    }

    private static Task<Answer> DepositAsync(HttpClient client, decimal amount) =>
        UtilizationHost.PostAsync(client, "/api/v2/vault/deposit", new { tranche_id = "SURE_EQT", amount_usd = amount });

    private async Task ExecuteAsync(string sql)
    {
        await using var command = _host.Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}

using System.Net;
using System.Text.Json.Nodes;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Tests.Hosts;

namespace Sure.UtilizationService.Tests.Vault;

/// <summary>The check finds what was changed behind the service's back.</summary>
public sealed class LedgerCheckTests(PostgresServer postgres) : IAsyncLifetime
{
    private UtilizationHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await UtilizationHost.StartAsync(postgres);
        await _host.FillAsync();
        var quote = _host.Quote(10_000.01m, new Product(CoverageType.Depeg, Chain.Ethereum, Stablecoin.USDC), premiumUsd: 19.73m);
        Assert.Equal(HttpStatusCode.Created, (await UtilizationHost.BindAsync(_host.Alice, quote)).Status);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Every_figure_is_recomputed()
    {
        var check = await CheckAsync();

        Assert.True((bool)check["agrees"]);
        Assert.Equal(
            ["active_policies", "coverage", "holdings", "premium_unearned", "tranche_coverage", "tranche_shares"],
            check["figures"].AsArray().Select(f => (string)f!["figure"]!).Distinct().Order());
        Assert.All(check["figures"].AsArray(), f => Assert.True((bool)f!["agrees"]!));
        var equity = Figure(check, "tranche_coverage", "SURE_EQT");
        Assert.Equal(("1000.01", "1000.01"), ((string?)equity["kept"], (string?)equity["recomputed"]));
        Assert.Equal("2500000.000000000000000000", (string?)Figure(check, "holdings", "SURE_BTC")["recomputed"]);
    }

    [Theory]
    [InlineData("UPDATE pool SET active_policies = 2", "active_policies", null)]
    [InlineData("UPDATE policy SET earned_usd = 19", "premium_unearned", null)]
    [InlineData("UPDATE tranche SET coverage_usd = 0 WHERE tranche_id = 'SURE_SNR'", "tranche_coverage", "SURE_SNR")]
    [InlineData("UPDATE coverage SET coverage_usd = 0 WHERE member = 'USDC'", "coverage", "USDC")]
    [InlineData("DELETE FROM coverage WHERE member = 'Ethereum'", "coverage", "Ethereum")]
    [InlineData("UPDATE tranche SET shares = shares + 0.000000000000000001 WHERE tranche_id = 'SURE_EQT'", "tranche_shares", "SURE_EQT")]
    [InlineData("UPDATE holding SET shares = 1 WHERE tranche_id = 'SURE_EQT'", "holdings", "SURE_EQT")]
    [InlineData("INSERT INTO holding VALUES ('thief', 'SURE_EQT', 1)", "holding", "thief SURE_EQT")]
    [InlineData("UPDATE account SET balance = balance + 1 WHERE name = 'cash'", null, null)]
    public async Task What_does_not_agree_is_named(string change, string? figure, string? subject)
    {
        await using (var command = _host.Database.CreateCommand(change))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var check = await CheckAsync();

        Assert.False((bool)check["agrees"]);
        Assert.True(figure is null || !(bool)Figure(check, figure, subject)["agrees"]!);
    }

    [Fact]
    public async Task The_check_is_for_operators() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await UtilizationHost.GetAsync(_host.Alice, "/api/v2/ledger/check")).Status);

    private static JsonNode Figure(Answer check, string figure, string? subject) =>
        check["figures"].AsArray().Single(f => (string?)f!["figure"] == figure && (string?)f["subject"] == subject)!;

    private Task<Answer> CheckAsync() => UtilizationHost.GetAsync(_host.Operator, "/api/v2/ledger/check");
}

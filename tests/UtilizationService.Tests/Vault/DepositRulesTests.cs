using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Vault;

namespace Sure.UtilizationService.Tests.Vault;

/// <summary>How much capital is taken.</summary>
public sealed class DepositRulesTests
{
    /// <summary>10¹² USD by default: 990 000 000 000 beside ten million leave room for 9 990 000 000.</summary>
    [Theory]
    [InlineData(9_990_000_000, true)]
    [InlineData(9_990_000_000.01, false)]
    [InlineData(999_999_999_999_999.99, false)]
    public void Deposits_are_taken_up_to_the_most_that_the_pool_may_have(double amount, bool taken)
    {
        var pool = Positions.TenMillion();
        pool = pool with { Tranches = [.. pool.Tranches.Select(t => t.Tranche == Tranche.Senior ? t with { CapitalUsd = t.CapitalUsd + 990_000_000_000m } : t)] };
        // Shares of equity are worth 1 USD each.
        Assert.True(Shares.TryParse("1000000", out var shares));

        var decision = VaultRules.Deposit(new VaultView(pool, Tranche.Equity, shares, Shares.Zero), (decimal)amount, new CapitalOptions());

        if (taken)
        {
            Assert.Equal((null, (decimal)amount), (decision.Refusal, decision.Move!.AmountUsd));
        }
        else
        {
            Assert.Equal((null, "outside-bounds", "amount_usd"), (decision.Move, decision.Refusal!.Kind, decision.Refusal.Field));
        }
    }

    [Fact]
    public void Where_more_is_allowed_more_is_taken()
    {
        Assert.True(Shares.TryParse("1000000", out var shares));
        var view = new VaultView(Positions.TenMillion(), Tranche.Equity, shares, Shares.Zero);

        Assert.NotNull(VaultRules.Deposit(view, 1_000_000_000_000m, new CapitalOptions()).Refusal);
        Assert.Null(VaultRules.Deposit(view, 1_000_000_000_000m, new CapitalOptions { MostCapitalUsd = 2_000_000_000_000m }).Refusal);
    }
}

using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.TestServers;
using Sure.UtilizationService.Capital;
using Sure.UtilizationService.Policies;

namespace Sure.UtilizationService.Tests;

/// <summary>Limits and the capital structure hold as they are configured, or the service does not start.</summary>
public sealed class LimitSettingsTests
{
    [Theory]
    [InlineData("Underwriting:ChainMax:Solona", "0.05", "Solona")]
    [InlineData("Underwriting:CoverageTypeMax:bridge", "15%", "Underwriting:CoverageTypeMax:bridge")]
    [InlineData("Underwriting:CorrelatedGroups:0:0", "USDX", "USDX")]
    [InlineData("Underwriting:ChainMax:Solana", "-0.1", "Underwriting:ChainMax:Solana is -0.1; it must be 0 … 10.")]
    [InlineData("Capital:RiskCapacities:SURE_BTC", "0.4", "SURE_BTC")]
    [InlineData("Capital:LossShares:Bitcoin", "0.3", "Capital:LossShares add up to 1.05; they must add up to 1.")]
    [InlineData("Capital:MostCapitalUsd", "1000000000000001", "MostCapitalUsd must be between 1 and 1000000000000000")]
    [InlineData("ClaimBacktests:Terms:LeastDistance", "0", "ClaimBacktests:Terms:LeastDistance is 0; it must be above 0.")]
    public async Task What_cannot_be_read_or_makes_no_sense_is_refused_by_name(string key, string value, string named)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => ReadAsync<UnderwritingOptions>((key, value)));

        Assert.Contains(named, Assert.Single(fault.Failures), StringComparison.Ordinal);
    }

    /// <summary>By default USDC falls with USDT and BUSD, and not with DAI.</summary>
    [Fact]
    public async Task Groups_of_coins_that_are_set_take_the_place_of_the_default()
    {
        var limits = await ReadAsync<UnderwritingOptions>(("Underwriting:CorrelatedGroups:0:0", "USDC"), ("Underwriting:CorrelatedGroups:0:1", "DAI"));

        Assert.Equal(["USDC+DAI"], GroupsOf(Stablecoin.USDC));
        Assert.Empty(GroupsOf(Stablecoin.USDT));

        IEnumerable<string?> GroupsOf(Stablecoin coin)
        {
            var capital = new CapitalOptions();
            var cover = new ProposedCover(new Product(CoverageType.Depeg, Chain.Ethereum, coin), 100m, Attribution.Of(100m, capital.LossShares));
            return Underwriting.Check(Positions.TenMillion(), cover, SalesStops.None, worstStressLossUsd: null, capital, limits)
                .Where(c => c.Check == "correlated_group").Select(c => c.Subject);
        }
    }

    private static Task<TOptions> ReadAsync<TOptions>(params (string Key, string Value)[] settings)
        where TOptions : class =>
        TestService.ReadAsync<TOptions>("UtilizationService", settings.ToDictionary(s => s.Key, s => (string?)s.Value), b => b.AddUtilizationService());
}

using Microsoft.Extensions.Options;
using Sure.Contracts.Vocabulary;
using Sure.RiskService.Snapshots;
using Sure.RiskService.Stress;
using Sure.TestServers;

namespace Sure.RiskService.Tests;

/// <summary>Of the sections of UtilizationService it reads what it needs, which holds as it is configured or ends it at start.</summary>
public sealed class SharedSettingsTests
{
    [Theory]
    [InlineData("Capital:RiskCapacities:SURE_BTC", "0.4", "SURE_BTC")]
    [InlineData("Capital:RiskCapacities:Bitcoin", "1.4", "Capital:RiskCapacities:Bitcoin is 1.4; it must be 0 … 1.")]
    [InlineData("Underwriting:CorrelatedGroups:0:0", "USDX", "USDX")]
    public async Task What_cannot_be_read_or_makes_no_sense_is_refused_by_name(string key, string value, string named)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => ReadAsync<StressOptions>((key, value)));

        Assert.Contains(named, Assert.Single(fault.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_set_takes_the_place_of_the_default_whatever_else_is_in_those_sections()
    {
        (string, string)[] settings =
        [
            ("Capital:RiskCapacities:Bitcoin", "0.4"), ("Capital:LeastDepositUsd", "200"),
            ("Underwriting:CorrelatedGroups:0:0", "USDC"), ("Underwriting:CorrelatedGroups:0:1", "DAI"), ("Underwriting:LtvMax", "0.8"),
        ];

        var capacities = (await ReadAsync<RiskCapacityOptions>(settings)).RiskCapacities;
        Assert.Equal((0.4m, 0.6m), (capacities[Tranche.Bitcoin], capacities[Tranche.Senior]));
        Assert.Equal([[Stablecoin.USDC, Stablecoin.DAI]], (await ReadAsync<CorrelatedGroupOptions>(settings)).CorrelatedGroups);
    }

    private static Task<TOptions> ReadAsync<TOptions>(params (string Key, string Value)[] settings)
        where TOptions : class =>
        TestService.ReadAsync<TOptions>("RiskService", settings.ToDictionary(s => s.Key, s => (string?)s.Value), b => b.AddRiskService());
}

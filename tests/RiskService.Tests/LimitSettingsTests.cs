using Microsoft.Extensions.Options;
using Sure.RiskService.Alerts;
using Sure.TestServers;

namespace Sure.RiskService.Tests;

/// <summary>A limit that would never be reached, or whose alert would never clear, ends the service at start.</summary>
public sealed class LimitSettingsTests
{
    [Theory]
    [InlineData("Ltv:High=70 Ltv:Critical=75", "Risk:Limits:Ltv:Critical is 75; it must be above High, 70, and at most 10.")]
    [InlineData("Concentration:Critical=30", "Risk:Limits:Concentration:Critical is 30; it must be above High, 0.25, and at most 10.")]
    [InlineData("StressLoss:Critical=10.01", "Risk:Limits:StressLoss:Critical is 10.01; it must be above High, 0.30, and at most 10.")]
    [InlineData("ValueAtRisk:Critical=10.01", "Risk:Limits:ValueAtRisk:Critical is 10.01; it must be above High, 0.06, and at most 10.")]
    [InlineData("Correlation:Critical=1.01", "Risk:Limits:Correlation:Critical is 1.01; it must be above High, 0.70, and at most 1.")]
    [InlineData("Ltv:Critical=0.70", "Risk:Limits:Ltv:Critical is 0.70; it must be above High, 0.70, and at most 10.")]
    [InlineData("ValueAtRisk:High=0.005", "Risk:Limits:ValueAtRisk:Hysteresis is 0.005; it must be 0 or more and below High, 0.005.")]
    [InlineData("StressLoss:Hysteresis=-0.01", "Risk:Limits:StressLoss:Hysteresis is -0.01; it must be 0 or more and below High, 0.30.")]
    [InlineData("Concentration:High=0 Concentration:Hysteresis=0", "Risk:Limits:Concentration:High is 0; it must be above 0.")]
    [InlineData("Reserves:Critical=-0.01", "Risk:Limits:Reserves:Critical is -0.01; it must be 0 or more and below High, 0.20.")]
    [InlineData("Reserves:Critical=0.20", "Risk:Limits:Reserves:Critical is 0.20; it must be 0 or more and below High, 0.20.")]
    [InlineData("Reserves:High=0.995", "Risk:Limits:Reserves:Hysteresis is 0.01; it must be 0 or more, and High, 0.995, with it at most 1.")]
    [InlineData("Reserves:Hysteresis=-0.01", "Risk:Limits:Reserves:Hysteresis is -0.01; it must be 0 or more, and High, 0.20, with it at most 1.")]
    public async Task A_limit_that_never_fires_or_never_clears_is_refused_by_name(string settings, string sentence)
    {
        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => ReadAsync(settings));

        Assert.Contains(sentence, fault.Failures);
    }

    [Theory]
    [InlineData("Ltv:High=9.99 Ltv:Critical=10 Ltv:Hysteresis=9.98")]
    [InlineData("Correlation:High=0.99 Correlation:Critical=1 Correlation:Hysteresis=0")]
    [InlineData("Reserves:High=0.99 Reserves:Critical=0 Reserves:Hysteresis=0.01")]
    public async Task A_limit_may_be_as_wide_as_its_figure(string settings) => Assert.NotNull(await ReadAsync(settings));

    private static Task<LimitOptions> ReadAsync(string settings) => TestService.ReadAsync<LimitOptions>(
        "RiskService",
        settings.Split(' ').Select(s => s.Split('=')).ToDictionary(s => $"Risk:Limits:{s[0]}", s => (string?)s[1]),
        b => b.AddRiskService());
}

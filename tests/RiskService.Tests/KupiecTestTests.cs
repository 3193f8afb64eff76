using Sure.RiskService.ModelCheck;

namespace Sure.RiskService.Tests;

public sealed class KupiecTestTests
{
    /// <summary>
    /// −2 ln(0.99^(n−x) 0.01^x / ((1−x/n)^(n−x) (x/n)^x)). For 5 of 250: −2(245 ln 0.99 + 5 ln 0.01 − 245 ln 0.98 − 5 ln 0.02)
    /// = −2(−25.488183 + 24.509778) = 1.956810; p = erfc(√(1.956810/2)) = 0.161855. Zones as the Basel Committee drew them for 250 days.
    /// </summary>
    [Theory]
    [InlineData(0, 250, 5.025168, 0.024982, TrafficLight.Green)]
    [InlineData(2, 200, 0, 1, TrafficLight.Green)]
    [InlineData(4, 250, 0.769138, 0.380484, TrafficLight.Green)]
    [InlineData(5, 250, 1.956810, 0.161855, TrafficLight.Yellow)]
    [InlineData(9, 250, 10.229031, 0.001382, TrafficLight.Yellow)]
    [InlineData(10, 250, 12.955491, 0.000319, TrafficLight.Red)]
    public void Exceptions_are_judged_by_their_frequency(int exceptions, int days, double ratio, double pValue, TrafficLight light)
    {
        var test = KupiecTest.Of(exceptions, days);

        Assert.Equal((ratio, pValue, light), (Math.Round(test.LikelihoodRatio, 6), Math.Round(test.PValue, 6), test.Light));
    }

    [Fact]
    public void Every_day_may_be_an_exception() => Assert.Equal(-2 * 3 * Math.Log(0.01), KupiecTest.Of(3, 3).LikelihoodRatio, precision: 9);

    [Fact]
    public void Only_a_loss_greater_than_the_forecast_is_an_exception()
    {
        Assert.False(new DayOutcome(new DateOnly(2026, 1, 5), 1_000m, 1_000m).IsException);
        Assert.True(new DayOutcome(new DateOnly(2026, 1, 5), 1_000m, 1_000.01m).IsException);
        Assert.False(new DayOutcome(new DateOnly(2026, 1, 5), 0m, 0m).IsException);
    }
}

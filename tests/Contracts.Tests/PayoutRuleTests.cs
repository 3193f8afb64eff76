using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Tests;

public sealed class PayoutRuleTests
{
    /// <summary>(0.97 − p) / (0.97 − 0.90), worked by hand; 0.93388 is the worked example of March 2023 in the domain (0.516).</summary>
    [Theory]
    [InlineData(1.00, 0)]
    [InlineData(0.97, 0)]
    [InlineData(0.935, 0.5)]
    [InlineData(0.90, 1)]
    [InlineData(0.50, 1)]
    public void The_fraction_grows_from_the_trigger_to_the_floor(double pegRatio, double expected) =>
        Assert.Equal((decimal)expected, PayoutRule.Fraction((decimal)pegRatio, 0.97m, 0.90m));

    [Fact]
    public void The_weekend_of_March_2023_pays_0_516() => Assert.Equal(0.516m, Math.Round(PayoutRule.Fraction(0.93388m, 0.97m, 0.90m), 3));

    [Fact]
    public void A_floor_at_the_trigger_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PayoutRule.Fraction(0.9m, 0.97m, 0.97m));
}

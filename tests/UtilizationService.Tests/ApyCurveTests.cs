using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Tranches;

namespace Sure.UtilizationService.Tests;

public sealed class ApyCurveTests
{
    /// <summary>
    /// Ends from the table (u = 0 and u = 1); the middle computed with bc: 6.5 + 3.5·ln 1.5/ln 2 = 8.54737, 12.5 + 3.5·½ = 14.25,
    /// 16 + 6/4 = 17.5, 17 + 8·(e − 1)/(e² − 1) = 17 + 8/(e + 1) = 19.15153.
    /// </summary>
    [Theory]
    [InlineData(Tranche.Bitcoin, 4, 4, 4)]
    [InlineData(Tranche.Senior, 6.5, 8.5474, 10)]
    [InlineData(Tranche.Mezzanine, 9, 12, 15)]
    [InlineData(Tranche.Junior, 12.5, 14.25, 16)]
    [InlineData(Tranche.JuniorPlus, 16, 17.5, 22)]
    [InlineData(Tranche.Equity, 17, 19.1515, 25)]
    public void The_target_goes_from_one_end_to_the_other(Tranche tranche, double atZero, double atHalf, double atOne)
    {
        Assert.Equal((decimal)atZero, ApyCurve.TargetPercent(tranche, 0));
        Assert.Equal((decimal)atHalf, ApyCurve.TargetPercent(tranche, 0.5m));
        Assert.Equal((decimal)atOne, ApyCurve.TargetPercent(tranche, 1));
    }

    [Fact]
    public void A_more_junior_tranche_targets_more_at_every_utilization() =>
        Assert.All(Enumerable.Range(0, 1001).Select(i => i / 1000m), u => Assert.All(
            Words<Tranche>.Members.Zip(Words<Tranche>.Members.Skip(1)),
            pair => Assert.True(ApyCurve.TargetPercent(pair.First, u) < ApyCurve.TargetPercent(pair.Second, u), $"{pair} at {u}")));

    [Theory]
    [InlineData(-0.01)]
    [InlineData(1.01)]
    public void Outside_0_to_1_there_is_no_target(double utilization) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ApyCurve.TargetPercent(Tranche.Senior, (decimal)utilization));
}

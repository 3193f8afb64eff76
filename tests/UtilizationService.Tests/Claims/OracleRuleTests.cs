using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Rules;
using static Sure.UtilizationService.Tests.Claims.Series;

namespace Sure.UtilizationService.Tests.Claims;

public sealed class OracleRuleTests
{
    /// <summary>Any two of these vary by 1 % or more: (1.03 − 1.00) / 2 / 1.015 = 1.48 %.</summary>
    private static readonly decimal[] Torn = [0.97m, 1.00m, 1.03m];

    /// <summary>All three vary by 2.3 %, but without the first the others agree.</summary>
    private static readonly decimal[] OneErrs = [0.95m, 1.00m, 1.00m];

    private static readonly PriceRule Rule = PriceRule.For(CoverageType.Oracle, terms: null, new TriggerOptions());

    [Fact]
    public void Sources_that_contradict_each_other_for_an_hour_pay_in_full()
    {
        var verdict = Assert.IsType<Verdict.Triggered>(Judge([.. Hour(Torn)]));

        Assert.Equal((At(60), At(0), 1m), (verdict.At, verdict.RunStartedAt, verdict.PayoutFraction));
    }

    [Fact]
    public void One_source_that_errs_never_pays()
    {
        Assert.IsType<Verdict.NotTriggered>(Judge([.. Hour(OneErrs)]));
        Assert.False(Rule.Touches(Point(0, OneErrs)));
        Assert.True(Rule.Touches(Point(0, Torn)));
    }

    /// <summary>(1.02 − 1.00) / 2 / 1.01 = 0.99 %: without the third, the other two score 0.7.</summary>
    [Fact]
    public void Every_source_must_be_dispensable() => Assert.False(Rule.Touches(Point(0, [1.00m, 1.02m, 1.10m])));

    [Fact]
    public void Too_few_sources_break_the_run() =>
        Assert.Equal(At(40), Assert.IsType<Verdict.Running>(Judge([.. Hour(Torn).Take(3), Point(30, Torn[..2]), .. Hour(Torn).Skip(4)])).StartedAt);

    /// <summary>The score is 0.3 of the second and third point; at the first the sources agree better.</summary>
    [Fact]
    public void Where_no_run_began_the_point_of_the_lowest_score_is_told() => Assert.Equal(
        [At(10)], Judge([Point(0, OneErrs) with { Consensus = 0.7m }, Point(10, OneErrs), Point(20, OneErrs)]).Points.Select(p => p.At));

    [Fact]
    public void Points_without_consensus_do_not() =>
        Assert.IsType<Verdict.Triggered>(Judge([.. Hour(Torn).Take(3), Point(25, ratio: null), .. Hour(Torn).Skip(3)]));

    private static IEnumerable<ConsensusPoint> Hour(decimal[] prices) => Enumerable.Range(0, 7).Select(i => Point(10 * i, prices));

    private static Verdict Judge(IReadOnlyList<ConsensusPoint> points) => Rule.Judge(points, Year);
}

using FsCheck;
using FsCheck.Fluent;
using Sure.Contracts.Vocabulary;
using Sure.UtilizationService.Claims.Rules;
using static Sure.UtilizationService.Tests.Claims.Series;

namespace Sure.UtilizationService.Tests.Claims;

public sealed class DepegRuleTests
{
    /// <summary>Trigger 0.97, floor 0.90, 1 h.</summary>
    private static readonly PriceRule Rule = PriceRule.For(CoverageType.Depeg, new PolicyTerms(0.97m, 0.90m, 1), new TriggerOptions());

    /// <summary>30 min at 0.96 and 30 min at 0.92: mean 0.94, (0.97 − 0.94) / 0.07 = 0.428571….</summary>
    [Fact]
    public void A_run_of_the_dwell_time_pays_by_its_time_weighted_mean()
    {
        var verdict = Triggered([Point(0, 1m), .. Every(10, 10, 30, 0.96m), .. Every(10, 40, 70, 0.92m)]);

        Assert.Equal((At(70), At(10)), (verdict.At, verdict.RunStartedAt));
        Assert.Equal(0.03m / 0.07m, verdict.PayoutFraction);
        Assert.Equal((At(10), At(70), 7), (verdict.Points[0].At, verdict.Points[^1].At, verdict.Points.Count));
        Assert.Contains("3384 / 3600 = 0.94;", verdict.Arithmetic, StringComparison.Ordinal);
    }

    /// <summary>10 min at 0.95, 50 min at 0.89: 0.90, all of it.</summary>
    [Fact]
    public void At_the_floor_everything_is_paid() =>
        Assert.Equal(1m, Triggered([Point(0, 0.95m), .. Every(10, 10, 60, 0.89m)]).PayoutFraction);

    /// <summary>The mean lies on the trigger: the run is complete and pays nothing.</summary>
    [Fact]
    public void At_the_trigger_nothing_is_paid() => Assert.Equal(0m, Triggered([.. Every(10, 0, 60, 0.97m)]).PayoutFraction);

    [Fact]
    public void Until_a_point_at_or_after_due_is_known_the_run_goes_on()
    {
        var verdict = Assert.IsType<Verdict.Running>(Rule.Judge([.. Every(10, 5, 60, 0.96m)], Year));

        Assert.Equal((At(5), At(65)), (verdict.StartedAt, verdict.DueAt));
    }

    [Fact]
    public void A_point_above_the_trigger_breaks_the_run() =>
        Assert.Contains(
            "lasted 50 min", Broken([.. Every(10, 0, 40, 0.96m), Point(50, 0.9701m), .. Every(10, 60, 90, 0.96m), Point(100, 1m)]), StringComparison.Ordinal);

    /// <summary>The longest, of 50 min: its first point, its last, and the one that broke it.</summary>
    [Fact]
    public void Of_runs_that_were_broken_the_ends_of_the_longest_and_what_broke_it_are_told() => Assert.Equal(
        [At(20), At(60), At(70)],
        Told([.. Every(5, 0, 10, 0.96m), Point(15, 1m), .. Every(10, 20, 60, 0.96m), Point(65, ratio: null), Point(70, 1m), .. Every(5, 80, 120, 0.96m), Point(125, 1m)]));

    /// <summary>After 15 min without consensus whatever comes next proves the gap, with consensus or without.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(0.96)]
    public void Of_a_run_that_silence_broke_the_point_after_it_is_told(double? next) => Assert.Equal(
        [At(0), At(30), At(46)],
        Told([.. Every(10, 0, 30, 0.96m), Point(40, ratio: null), Point(46, (decimal?)next), .. Every(5, 47, 52, 0.96m), Point(53, 1m)]));

    [Fact]
    public void Of_a_run_of_one_point_it_and_what_broke_it_are_told() => Assert.Equal([At(10), At(20)], Told([Point(0, 1m), Point(10, 0.96m), Point(20, 1m)]));

    [Fact]
    public void Where_no_run_began_the_nearest_point_is_told() =>
        Assert.Equal([At(20)], Told([Point(10, ratio: null), Point(15, 0.99m), Point(20, 0.98m), Point(30, 0.98m), Point(40, 1m)]));

    /// <summary>0.5 is before the cover, in which a run of an hour begins half an hour before its end.</summary>
    [Fact]
    public void Of_a_run_that_the_end_of_the_cover_forestalls_the_first_point_is_told() => Assert.Equal(
        [At(40)],
        Assert.IsType<Verdict.NotTriggered>(Rule.Judge([Point(0, 0.5m), Point(10, 1m), .. Every(10, 40, 90, 0.96m)], new CoverPeriod(At(5), At(70)))).Points.Select(p => p.At));

    [Fact]
    public void Of_a_run_that_goes_on_the_ends_are_told() => Assert.Equal(
        [At(5), At(35)], Assert.IsType<Verdict.Running>(Rule.Judge([Point(0, 1m), .. Every(10, 5, 35, 0.96m), Point(40, ratio: null)], Year)).Points.Select(p => p.At));

    /// <summary>At the very moment it is due the condition must still hold; a moment later it has held.</summary>
    [Theory]
    [InlineData(60, false)]
    [InlineData(60.1, true)]
    public void A_point_above_the_trigger_breaks_the_run_up_to_due_and_not_after(double minute, bool triggered) =>
        Assert.Equal(triggered, Rule.Judge([.. Every(10, 0, 50, 0.96m), Point(minute, 1m)], Year) is Verdict.Triggered);

    /// <summary>Fifteen minutes may pass, and not a second more; whatever the run would have been due.</summary>
    [Theory]
    [InlineData(55, 70, true)]
    [InlineData(55, 70.02, false)]
    [InlineData(45, 60, true)]
    [InlineData(45, 60.02, false)]
    public void A_gap_of_more_than_a_quarter_of_an_hour_breaks_the_run(double last, double next, bool triggered) =>
        Assert.Equal(triggered, Rule.Judge([.. Every(5, 0, last, 0.96m), Point(next, 0.96m)], Year) is Verdict.Triggered);

    [Fact]
    public void Points_without_consensus_neither_break_nor_carry_on()
    {
        Assert.Equal(0.01m / 0.07m, Triggered([.. Every(5, 0, 50, 0.96m), Point(55, ratio: null), Point(60, ratio: null), Point(65, 0.96m)]).PayoutFraction);
        Assert.IsType<Verdict.Running>(Rule.Judge([.. Every(5, 0, 50, 0.96m), Point(55, ratio: null), Point(61, ratio: null)], Year));
        Assert.Contains("without consensus", Broken([.. Every(5, 0, 50, 0.96m), Point(60, ratio: null), Point(66, ratio: null)]), StringComparison.Ordinal);
    }

    /// <summary>
    /// The run began at minute 0 and would be due at 60; at 50 and at 65, which would complete it, data are of the other kind. It lasted until
    /// 40 or 55, and a run of the other kind goes on.
    /// </summary>
    [Theory]
    [InlineData("simulated", "http", 40, 50)]
    [InlineData("simulated", "keepers", 40, 50)]
    [InlineData("http", "simulated", 40, 50)]
    [InlineData("simulated", "http", 55, 65)]
    public void Simulated_and_real_points_are_not_one_run(string before, string after, double last, double change)
    {
        ConsensusPoint[] points = [.. Of(before, Every(5, 0, last, 0.94m)), .. Of(after, Every(10, change, change + 50, 0.94m))];

        var running = Assert.IsType<Verdict.Running>(Rule.Judge(points, Year));
        Assert.Equal(At(change), running.StartedAt);
        Assert.Contains(
            $"the longest run lasted {last} min, from 2026-01-05 12:00:00 UTC, and was broken at 2026-01-05 12:{last}:00 UTC by a change between simulated and real data.",
            Broken([.. points[..^5], Point(change + 10, 1m)]),
            StringComparison.Ordinal);
        Assert.Equal([At(0), At(last), At(change)], Told([.. points[..^5], Point(change + 10, 1m)]));
        Assert.Equal(At(change + 60), Triggered([.. points, .. Of(after, Point(change + 60, 0.94m))]).At);
    }

    /// <summary>Points of an older version do not say of which kind they are; those about them do.</summary>
    [Theory]
    [InlineData("http", "keepers", true)]
    [InlineData(null, "simulated", true)]
    [InlineData("http", null, true)]
    [InlineData("http", "simulated", false)]
    public void A_run_goes_on_from_one_real_source_to_the_other_and_over_points_that_do_not_say(string? first, string? second, bool triggered) =>
        Assert.Equal(
            triggered,
            Rule.Judge([.. Of(first, Every(10, 0, 20, 0.94m)), .. Of(dataSource: null, Point(30, 0.94m)), .. Of(second, Every(10, 40, 60, 0.94m))], Year) is Verdict.Triggered);

    /// <summary>The median of three is below, but only with one of them, and a source that is not live does not count.</summary>
    [Fact]
    public void One_source_alone_triggers_nothing()
    {
        var alone = Every(10, 0, 120, 0.96m).Select(p => p with { Sources = [p.Sources[0], p.Sources[1] with { PegRatio = 0.98m }, p.Sources[2] with { Live = false }] });

        Assert.IsType<Verdict.NotTriggered>(Rule.Judge([.. alone], Year));
    }

    [Fact]
    public void A_run_begins_with_the_first_point_within_the_cover()
    {
        var cover = new CoverPeriod(At(15), At(90));

        var verdict = Assert.IsType<Verdict.Triggered>(Rule.Judge([.. Every(10, 0, 90, 0.96m)], cover));

        Assert.Equal((At(20), At(80)), (verdict.RunStartedAt, verdict.At));
    }

    /// <summary>Due at minute 60, whatever is known after it.</summary>
    [Theory]
    [InlineData(59.9, false)]
    [InlineData(60, true)]
    public void A_run_must_be_due_before_the_cover_ends(double end, bool triggered) =>
        Assert.Equal(triggered, Rule.Judge([.. Every(7, 0, 70, 0.96m)], new CoverPeriod(Start, At(end))) is Verdict.Triggered);

    [Fact]
    public void The_first_of_several_runs_counts() => Assert.Equal(At(160), Triggered(
        [.. Every(10, 0, 50, 0.91m), Point(60, 1m), .. Every(10, 100, 160, 0.96m), Point(170, 1m), .. Every(10, 200, 260, 0.5m)]).At);

    [Fact]
    public void A_point_that_is_not_later_than_the_one_before_is_ignored() =>
        Assert.Equal(At(60), Triggered([.. Every(10, 0, 40, 0.96m), Point(30, 1m), Point(40, 1m), .. Every(10, 50, 60, 0.96m)]).At);

    /// <summary>However often and whenever the points so far are judged, the first verdict that triggers is that of all of them.</summary>
    [Fact]
    public void More_points_never_change_a_verdict_that_triggered() => Prop.ForAll(
        Gen.Choose(0, 9).ListOf(60).ToArbitrary(),
        choices =>
        {
            // Steps of 1 to 20 min; above, below or unknown: mostly below, so that runs complete.
            var minute = 0.0;
            var points = choices.Select((c, i) => Point(minute += c == 9 ? 20 : 1 + ((c + i) % 7), c switch { 8 => null, 7 => 0.98m, _ => 0.9m + (c * 0.01m) })).ToList();
            var whole = Rule.Judge(points, Year);
            var first = Enumerable.Range(1, points.Count).Select(n => Rule.Judge(points[..n], Year)).OfType<Verdict.Triggered>().FirstOrDefault();
            return whole is Verdict.Triggered all
                ? first is not null && (first.At, first.PayoutFraction, first.RunStartedAt, first.Arithmetic) == (all.At, all.PayoutFraction, all.RunStartedAt, all.Arithmetic)
                : first is null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Its_numbers_are_told() => Assert.Equal(
        new Dictionary<string, decimal>
        {
            ["trigger_price"] = 0.97m,
            ["floor_price"] = 0.90m,
            ["dwell_seconds"] = 3600,
            ["longest_gap_seconds"] = 900,
            ["min_sources"] = 2,
        },
        Rule.Parameters);

    [Theory]
    [InlineData(CoverageType.Bridge)]
    [InlineData(CoverageType.SmartContract)]
    public void Other_cover_is_not_decided_by_prices(CoverageType type) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PriceRule.For(type, terms: null, new TriggerOptions()));

    private static Verdict.Triggered Triggered(IReadOnlyList<ConsensusPoint> points) => Assert.IsType<Verdict.Triggered>(Rule.Judge(points, Year));

    private static IEnumerable<DateTimeOffset> Told(IReadOnlyList<ConsensusPoint> points) =>
        Assert.IsType<Verdict.NotTriggered>(Rule.Judge(points, Year)).Points.Select(p => p.At);

    private static string Broken(IReadOnlyList<ConsensusPoint> points) => Assert.IsType<Verdict.NotTriggered>(Rule.Judge(points, Year)).Reason;
}

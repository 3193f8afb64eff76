using System.Text.Json;
using Sure.BridgeService.Bridges;
using Sure.BridgeService.Observations;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;

namespace Sure.BridgeService.Tests;

/// <summary>The rules of the domain, §6, by scores worked by hand: 0.40 · TVL + 0.30 · consensus + 0.20 · success + 0.10 · freshness.</summary>
public sealed class BridgeAssessorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private BridgeAssessor _assessor = new(new BridgeOptions());
    private readonly List<IPlatformEvent> _events = [];
    private BridgeState _state = BridgeState.New(Start);

    [Fact]
    public void Of_a_bridge_nobody_saw_nothing_is_known()
    {
        var report = At(0);

        Assert.Equal((null, BridgeStatus.Unknown, null, null), (report.HealthScore, report.HealthStatus, report.TvlUsd, report.OracleConsensus));
        Assert.Equal("no_live_source", Assert.Single(report.ActiveAlerts).AlertType);
        Assert.False(_events.OfType<BridgeHealthMade>().Single().Announce);
    }

    [Fact]
    public void Agreeing_sources_of_a_steady_bridge_make_it_healthy()
    {
        var report = At(0, 1_000_000, 1_001_000, 999_000);

        Assert.Equal((1m, BridgeStatus.Healthy, 1_000_000m, 0m, 1m), (report.HealthScore, report.HealthStatus, report.TvlUsd, report.TvlDrawdownPct, report.OracleConsensus));
        Assert.Empty(report.ActiveAlerts);
    }

    /// <summary>Two sources m ± d vary by d/m. 0.40 + 0.30 × (1.0, 0.9, 0.7, 0.3) + 0.20 + 0.10.</summary>
    [Theory]
    [InlineData(19_900, 1.0, 1.0)]
    [InlineData(20_000, 0.9, 0.97)]
    [InlineData(49_900, 0.9, 0.97)]
    [InlineData(50_000, 0.7, 0.91)]
    [InlineData(100_000, 0.3, 0.79)]
    public void Consensus_falls_with_the_variation_of_sources(double spread, double consensus, double score)
    {
        var report = At(0, 1_000_000 - (decimal)spread, 1_000_000 + (decimal)spread);

        Assert.Equal(((decimal)consensus, (decimal)score), (report.OracleConsensus, report.HealthScore));
    }

    /// <summary>0.40 + 0.30 × 0.5 + 0.20 + 0.10 = 0.85.</summary>
    [Fact]
    public void A_single_source_is_half_a_consensus()
    {
        var report = At(0, 1_000_000);

        Assert.Equal((0.5m, 0.85m, BridgeStatus.Caution), (report.OracleConsensus, report.HealthScore, report.HealthStatus));
        Assert.Equal("single_source", Assert.Single(report.ActiveAlerts).AlertType);
    }

    /// <summary>0.40 × (1.0, 0.9, 0.7, 0.4, 0.1) + 0.60, capped at 0.49 from −20 % on.</summary>
    [Theory]
    [InlineData(4.9, 1.0, BridgeStatus.Healthy)]
    [InlineData(5.0, 0.96, BridgeStatus.Healthy)]
    [InlineData(10.0, 0.88, BridgeStatus.Caution)]
    [InlineData(19.9, 0.88, BridgeStatus.Caution)]
    [InlineData(20.0, 0.49, BridgeStatus.Critical)]
    [InlineData(60.0, 0.49, BridgeStatus.Critical)]
    public void The_score_falls_with_the_drawdown(double drop, double score, BridgeStatus status)
    {
        At(0, 1_000_000, 1_000_000);

        var left = 1_000_000 - ((decimal)drop * 10_000);
        var report = At(1, left, left);

        Assert.Equal((-(decimal)drop, (decimal)score, status), (report.TvlDrawdownPct, report.HealthScore, report.HealthStatus));
    }

    /// <summary>0.40 × (0.7, 0.4, 0.1) + 0.30 × 0.3 + 0.20 × 0 + 0.10: sources that vary by a tenth and transactions that all fail, so that no cap hides a step.</summary>
    [Theory]
    [InlineData(801_000, 0.47)]
    [InlineData(800_000, 0.35)]
    [InlineData(601_000, 0.35)]
    [InlineData(600_000, 0.23)]
    public void The_score_goes_on_falling_with_the_drawdown(double left, double score)
    {
        At(0, 1_000_000, 1_000_000);

        var report = Judge(1, [Saw(1, "a", (decimal)left * 0.9m), Saw(1, "b", (decimal)left * 1.1m)], new SourceTransactions("a", 100, 0));

        Assert.Equal((decimal)score, report.HealthScore);
    }

    /// <summary>0.40 + 0.30 + 0.20 + 0.10 × (1.0, 0.9, 0.7, 0.3).</summary>
    [Theory]
    [InlineData(4.99, 1.00)]
    [InlineData(5, 0.99)]
    [InlineData(9.99, 0.99)]
    [InlineData(10, 0.97)]
    [InlineData(29.99, 0.97)]
    [InlineData(30, 0.93)]
    public void The_score_falls_with_the_age_of_what_was_seen_last(double age, double score)
    {
        Hourly("a", "b");

        Assert.Equal((decimal)score, Judge(age, [Saw(0, "a", 1_000_000), Saw(0, "b", 1_000_000)]).HealthScore);
    }

    [Fact]
    public void The_message_of_a_drop_says_how_much_and_since_when()
    {
        At(0, 500_000, 500_000);
        var report = At(45, 375_000, 375_000);

        var alert = Assert.Single(report.ActiveAlerts, a => a.AlertType == "tvl_drop");
        Assert.Equal((Severity.Critical, "CRITICAL: Bridge TVL dropped 25.0% ($125000) in 45 minutes"), (alert.Severity, alert.Message));
    }

    /// <summary>Of 1 000 000: one begins beyond 20 % and is over at 19 %, the other begins beyond 10 % and is over at 9 %.</summary>
    [Theory]
    [InlineData("tvl_drop", 790_000, 809_999, 810_000)]
    [InlineData("tvl_decline", 890_000, 909_999, 910_000)]
    public void A_drop_is_over_at_exactly_a_point_back_inside(string alert, double left, double almost, double inside)
    {
        At(0, 1_000_000, 1_000_000);
        Assert.Contains(At(1, (decimal)left, (decimal)left).ActiveAlerts, a => a.AlertType == alert);
        Assert.Contains(At(2, (decimal)almost, (decimal)almost).ActiveAlerts, a => a.AlertType == alert);

        Assert.DoesNotContain(At(3, (decimal)inside, (decimal)inside).ActiveAlerts, a => a.AlertType == alert);
    }

    /// <summary>1 000 000 → 940 000 is −6 %, → 902 400 another −4 %.</summary>
    [Fact]
    public void A_step_is_over_at_exactly_a_point_back_inside()
    {
        At(0, 1_000_000, 1_000_000);
        Assert.Contains(At(1, 940_000, 940_000).ActiveAlerts, a => a.AlertType == "tvl_step");

        Assert.DoesNotContain(At(2, 902_400, 902_400).ActiveAlerts, a => a.AlertType == "tvl_step");
    }

    /// <summary>Two sources m ± d vary by d/m: 10 %, 9.01 % and 9 %.</summary>
    [Fact]
    public void A_discrepancy_is_over_at_exactly_a_point_back_inside()
    {
        Assert.Contains(At(0, 900_000, 1_100_000).ActiveAlerts, a => a.AlertType == "oracle_discrepancy");
        Assert.Contains(At(1, 909_900, 1_090_100).ActiveAlerts, a => a.AlertType == "oracle_discrepancy");

        Assert.DoesNotContain(At(2, 910_000, 1_090_000).ActiveAlerts, a => a.AlertType == "oracle_discrepancy");
    }

    [Fact]
    public void Without_a_margin_a_discrepancy_at_its_limit_lasts()
    {
        _assessor = new(new BridgeOptions { ResolveMarginPct = 0 });
        At(0, 900_000, 1_100_000);

        Assert.Contains(At(1, 900_000, 1_100_000).ActiveAlerts, a => a.AlertType == "oracle_discrepancy");
        Assert.Single(_events.OfType<BridgeAlertRaised>(), a => a.AlertType == "oracle_discrepancy");
    }

    /// <summary>The observation is kept as it came; 1 000 000.005 is told as 1 000 000.01.</summary>
    [Fact]
    public void What_a_source_says_is_told_in_cents()
    {
        var report = At(0, 1_000_000.005m, 999_999.994m);

        Assert.Equal([1_000_000.01m, 999_999.99m], report.Sources.Select(s => s.TvlUsd));
    }

    [Fact]
    public void An_alert_is_raised_once_and_resolved_a_point_back_inside()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 790_000, 790_000);
        At(2, 795_000, 795_000);
        Assert.Single(_events.OfType<BridgeAlertRaised>(), a => a.AlertType == "tvl_drop");

        // −19.5 % is inside −20 % by less than a point, −18.9 % by more.
        Assert.Contains(At(3, 805_000, 805_000).ActiveAlerts, a => a.AlertType == "tvl_drop");
        Assert.DoesNotContain(At(4, 811_000, 811_000).ActiveAlerts, a => a.AlertType == "tvl_drop");
        var raised = _events.OfType<BridgeAlertRaised>().Single(a => a.AlertType == "tvl_drop");
        Assert.Equal(raised.AlertId, _events.OfType<BridgeAlertResolved>().Single(a => a.AlertType == "tvl_drop").AlertId);
    }

    [Fact]
    public void An_exploit_is_detected_when_two_sources_see_it_twice_each()
    {
        At(0, 1_000_000, 1_000_000);
        Assert.False(At(1, 500_000, 500_000).ExploitDetected);

        var report = At(2, 500_000, 500_000);

        Assert.True(report.ExploitDetected);
        Assert.Equal(0.29m, report.HealthScore);
        Assert.Equal(1_000_000m, Assert.Single(_events.OfType<ExploitDetected>()).PeakUsd);
    }

    [Fact]
    public void One_source_that_errs_triggers_nothing()
    {
        At(0, 1_000_000, 1_000_000, 1_000_000);
        for (var minute = 1; minute < 40; minute++)
        {
            Assert.False(At(minute, 100_000, 1_000_000, 1_000_000).ExploitDetected);
        }
    }

    [Fact]
    public void A_source_that_speaks_of_value_and_pause_at_different_times_is_one_witness()
    {
        At(0, 1_000_000);
        At(1, 500_000);

        var report = Judge(2, [Saw(2, "a", 500_000), SawPause(1.5, "a"), SawPause(1, "a")]);

        Assert.False(report.ExploitDetected);
        Assert.Contains(report.ActiveAlerts, a => a.AlertType == "single_source");
    }

    /// <summary>The value of one is eleven minutes old at minute 13, and live for ten; what it says of the pause is new.</summary>
    [Fact]
    public void A_source_whose_value_is_old_is_no_witness_by_what_else_it_says()
    {
        At(0, 1_000_000, 1_000_000);
        Judge(1, [Saw(1, "a", 500_000), Saw(1, "b", 1_000_000)]);
        Judge(2, [Saw(2, "a", 500_000), Saw(2, "b", 1_000_000)]);
        Judge(12, [Saw(2, "a", 500_000), SawPause(12, "a"), Saw(12, "b", 500_000)]);

        Assert.False(Judge(13, [Saw(2, "a", 500_000), SawPause(13, "a"), Saw(13, "b", 500_000)]).ExploitDetected);
    }

    [Fact]
    public void An_observation_that_is_seen_again_is_no_second_sighting()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 500_000, 500_000);

        var again = Judge(2, [Saw(1, "a", 500_000), Saw(1, "b", 500_000)]);

        Assert.False(again.ExploitDetected);
    }

    [Fact]
    public void An_exploit_is_confirmed_after_half_an_hour_below_and_not_before()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 500_000, 500_000);
        At(2, 500_000, 500_000);

        Assert.False(At(31, 500_000, 500_000).ExploitConfirmed);
        Assert.True(At(32, 500_000, 500_000).ExploitConfirmed);
        Assert.Single(_events.OfType<ExploitConfirmed>());
    }

    /// <summary>
    /// From 5 on the other is back: the median is 130 of 150, −13.3 %, by the one that is stuck alone. Three minutes were below by 5, so one more
    /// point below at 40 is none of 30, and with 27 further ones they are full.
    /// </summary>
    [Fact]
    public void One_of_two_sources_does_not_confirm_an_exploit()
    {
        At(0, 150, 150);
        At(1, 110, 110);
        Assert.True(At(2, 110, 110).ExploitDetected);
        At(3, 110, 110);
        At(4, 110, 110);
        for (var minute = 5; minute < 40; minute++)
        {
            Assert.Equal((-13.3333m, false), (At(minute, 110, 150).TvlDrawdownPct, _state.Exploit!.ConfirmedAt is not null));
        }

        for (var minute = 40; minute < 67; minute++)
        {
            Assert.False(At(minute, 110, 110).ExploitConfirmed);
        }

        Assert.True(At(67, 110, 110).ExploitConfirmed);
    }

    [Fact]
    public void One_source_that_is_left_does_not_confirm_an_exploit()
    {
        At(0, 150, 150);
        At(1, 110, 110);
        Assert.True(At(2, 110, 110).ExploitDetected);

        for (var minute = 3; minute < 60; minute++)
        {
            Assert.False(At(minute, 110).ExploitConfirmed);
        }
    }

    /// <summary>(69 + 210) / 2 = 139.5 of 150, −7 %.</summary>
    [Fact]
    public void One_of_two_sources_does_not_clear_an_exploit()
    {
        At(0, 150, 150);
        At(1, 69, 69);
        At(2, 69, 69);
        for (var minute = 3; minute < 100; minute++)
        {
            Assert.Equal((-7m, true), (At(minute, 69, 210).TvlDrawdownPct, _state.Exploit is not null));
        }

        // When both are back the hour begins.
        At(100, 150, 150);
        Assert.True(At(159, 150, 150).ExploitDetected);
        Assert.False(At(160, 150, 150).ExploitDetected);
    }

    /// <summary>Of 150 and 100 the peak is 125, a fifth above the lower one: what that one is held against is its own.</summary>
    [Fact]
    public void Sources_that_count_differently_are_each_back_at_their_own_peak()
    {
        At(0, 150, 100);
        At(1, 60, 40);
        Assert.True(At(2, 60, 40).ExploitDetected);
        At(3, 150, 100);

        Assert.True(At(62, 150, 100).ExploitDetected);
        Assert.False(At(63, 150, 100).ExploitDetected);
    }

    /// <summary>
    /// One says 300 of 150 at 0, another at 1: against that each of them is low twice by 3. The median never was above 150, so they are back.
    /// </summary>
    [Fact]
    public void Sources_that_erred_upwards_are_back_at_the_peak_of_the_bridge()
    {
        At(0, 150, 300, 150);
        At(1, 150, 150, 300);
        At(2, 150, 150, 150);
        Assert.True(At(3, 150, 150, 150).ExploitDetected);

        Assert.Equal((true, false), (At(62, 150, 150, 150).ExploitDetected, _state.Exploit!.ConfirmedAt is not null));
        Assert.False(At(63, 150, 150, 150).ExploitDetected);
    }

    /// <summary>
    /// Of two the median is the mean: 225 at 1 and 2, of which nobody but the one that errs says more than 150. So from detection on they are
    /// back at what both bore out, and 60 minutes later it is over.
    /// </summary>
    [Fact]
    public void Two_sources_that_each_erred_upwards_once_confirm_nothing()
    {
        At(0, 150, 150);
        At(1, 300, 150);
        At(2, 150, 300);
        for (var minute = 3; minute < 64; minute++)
        {
            Assert.Equal((minute >= 4, false), (At(minute, 150, 150).ExploitDetected, _state.Exploit?.ConfirmedAt is not null));
        }

        for (var minute = 64; minute <= 130; minute++)
        {
            Assert.False(At(minute, 150, 150).ExploitDetected);
        }

        Assert.Equal(150m, Assert.Single(_events.OfType<ExploitDetected>()).PeakUsd);
        Assert.Empty(_events.OfType<ExploitConfirmed>());
    }

    /// <summary>The spikes of 1 and 2 are forgotten no less than before; the value really falls by 54 % at 5.</summary>
    [Fact]
    public void What_two_sources_lose_after_they_erred_upwards_is_confirmed()
    {
        At(0, 150, 150);
        At(1, 300, 150);
        At(2, 150, 300);
        At(3, 150, 150);
        At(4, 150, 150);
        for (var minute = 5; minute < 35; minute++)
        {
            Assert.Equal((-54m, false), (At(minute, 69, 69).TvlDrawdownPct, _state.Exploit!.ConfirmedAt is not null));
        }

        Assert.True(At(35, 69, 69).ExploitConfirmed);
    }

    /// <summary>A version before knew the highest median only: what fell just before it was replaced is held against that.</summary>
    [Fact]
    public void An_exploit_that_began_under_a_version_before_is_confirmed()
    {
        At(0, 150, 150);
        At(1, 69, 69);
        var kept = JsonSerializer.SerializeToNode(_state, SureJson.Internal)!.AsObject();
        kept.Remove("borne_out");
        _state = kept.Deserialize<BridgeState>(SureJson.Internal)!;

        Assert.True(At(2, 69, 69).ExploitDetected);
        Assert.True(At(32, 69, 69).ExploitConfirmed);
        Assert.Equal(150m, Assert.Single(_events.OfType<ExploitConfirmed>()).PeakUsd);
    }

    /// <summary>One sees it at 0.6, in an observation that is judged at 1, the other at 1.8; both twice by 3.</summary>
    [Fact]
    public void An_exploit_carries_when_the_first_of_its_witnesses_saw_it()
    {
        At(0, 150_000_000, 150_000_000, 150_000_000);
        Judge(1, [Saw(0.6, "a", 69_000_000), Saw(1, "b", 150_000_000), Saw(1, "c", 150_000_000)]);
        Judge(2, [Saw(2, "a", 69_000_000), Saw(1.8, "b", 69_000_000), Saw(2, "c", 150_000_000)]);
        Judge(3, [Saw(3, "a", 69_000_000), Saw(3, "b", 69_000_000), Saw(3, "c", 69_000_000)]);
        Judge(33, [Saw(33, "a", 69_000_000), Saw(33, "b", 69_000_000), Saw(33, "c", 69_000_000)]);

        Assert.Equal((Minute(3), Minute(0.6)), (_events.OfType<ExploitDetected>().Single().OccurredAt, _events.OfType<ExploitDetected>().Single().FirstSeenAt));
        Assert.Equal((Minute(33), Minute(0.6)), (_events.OfType<ExploitConfirmed>().Single().OccurredAt, _events.OfType<ExploitConfirmed>().Single().FirstSeenAt));
    }

    /// <summary>What was low at 1 was back at 2. A clock that is ahead sees nothing before it is told.</summary>
    [Fact]
    public void A_run_that_was_broken_begins_anew_and_not_after_it_is_judged()
    {
        At(0, 150_000_000, 150_000_000);
        At(1, 69_000_000, 150_000_000);
        At(2, 150_000_000, 150_000_000);
        Judge(3, [Saw(7, "a", 69_000_000), Saw(7, "b", 69_000_000)]);
        Judge(4, [Saw(8, "a", 69_000_000), Saw(8, "b", 69_000_000)]);

        Assert.Equal(Minute(3), _events.OfType<ExploitDetected>().Single().FirstSeenAt);
    }

    /// <summary>What a source says next is younger than what it said, and than ten minutes.</summary>
    [Fact]
    public void A_bridge_is_judged_until_the_oldest_of_its_sources_words()
    {
        Judge(10, [Saw(9, "a", 150_000_000), Saw(4, "b", 150_000_000)]);
        Assert.Equal(Minute(4), JudgedUntil);

        // Nothing of the other is awaited any longer than it counts.
        Judge(19, [Saw(19, "a", 150_000_000), Saw(4, "b", 150_000_000)]);
        Assert.Equal(Minute(9), JudgedUntil);

        // Nor of any.
        Judge(200, []);
        Assert.Equal(Minute(190), JudgedUntil);
    }

    [Fact]
    public void Of_a_bridge_without_sources_nothing_is_awaited()
    {
        Judge(5, []);

        Assert.Equal(Minute(5), JudgedUntil);
    }

    /// <summary>The value really is lower: from 61.5 on the peak of 0.5 is past, and nothing is deep any more.</summary>
    [Fact]
    public void A_run_holds_what_a_bridge_is_judged_until_and_ends_with_its_peak()
    {
        Judge(1, [Saw(0.5, "a", 150_000_000), Saw(0.5, "b", 150_000_000)]);
        for (var minute = 2; minute <= 60; minute++)
        {
            Judge(minute, [Saw(minute - 0.5, "a", 69_000_000), Saw(minute - 0.5, "b", 150_000_000)]);
            Assert.Equal(Minute(1.5), JudgedUntil);
        }

        Judge(62, [Saw(61.5, "a", 69_000_000), Saw(61.5, "b", 150_000_000)]);
        Assert.Equal(Minute(61.5), JudgedUntil);
    }

    /// <summary>
    /// It could go on as long as there may be a word of it with a peak before it: at 71 a word that counts is younger than 61, an hour after its last.
    /// </summary>
    [Fact]
    public void A_run_whose_source_fell_silent_holds_nothing_for_ever()
    {
        At(0, 150_000_000, 150_000_000);
        At(1, 69_000_000, 150_000_000);

        Judge(70, [Saw(1, "a", 69_000_000), Saw(70, "b", 150_000_000)]);
        Assert.Equal(Minute(1), JudgedUntil);

        Judge(71, [Saw(1, "a", 69_000_000), Saw(71, "b", 150_000_000)]);
        Assert.Equal(Minute(61), JudgedUntil);
    }

    [Fact]
    public void An_outage_of_all_sources_confirms_nothing()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 500_000, 500_000);
        At(2, 500_000, 500_000);

        Assert.False(At(40).ExploitConfirmed);
    }

    [Fact]
    public void A_paused_contract_confirms_at_once()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 500_000, 500_000);

        var report = Judge(2, [Saw(2, "a", 500_000, paused: true), Saw(2, "b", 500_000, paused: true)]);

        Assert.True(report.ExploitConfirmed);
        Assert.Contains(report.ActiveAlerts, a => a.AlertType == "contract_paused");
    }

    /// <summary>It is told and caps the score; what pays is the half hour, and then not because of the pause.</summary>
    [Fact]
    public void A_pause_that_one_keeper_speaks_of_confirms_nothing()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 500_000, 500_000);

        var report = Judge(2, [Saw(2, "a", 500_000, paused: true), Saw(2, "b", 500_000)]);

        Assert.Equal((true, true, false), (report.ExploitDetected, report.Paused, report.ExploitConfirmed));
        Assert.Contains(report.ActiveAlerts, a => a.AlertType == "contract_paused");
        Assert.False(Judge(31, [Saw(31, "a", 500_000, paused: true), Saw(31, "b", 500_000)]).ExploitConfirmed);
        Assert.True(Judge(32, [Saw(32, "a", 500_000, paused: true), Saw(32, "b", 500_000)]).ExploitConfirmed);
        Assert.Equal("The value did not come back.", Assert.Single(_events.OfType<ExploitConfirmed>()).Reason);
    }

    /// <summary>The values are by a and b; of the pause only final blocks speak, as a majority of a chain's endpoints reads them.</summary>
    [Fact]
    public void A_pause_that_final_blocks_speak_of_confirms_by_itself()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 500_000, 500_000);

        var report = Judge(2, [Saw(2, "a", 500_000), Saw(2, "b", 500_000), SawPause(1, "paused-ethereum", paused: true)]);

        Assert.True(report.ExploitConfirmed);
        Assert.Equal("The contract was paused.", Assert.Single(_events.OfType<ExploitConfirmed>()).Reason);
    }

    /// <summary>It says so of the blocks of a minute ago, two keepers the contrary.</summary>
    [Fact]
    public void A_pause_that_most_deny_confirms_nothing()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 500_000, 500_000);

        var report = Judge(2, [Saw(2, "a", 500_000, paused: false), Saw(2, "b", 500_000, paused: false), SawPause(1, "paused-ethereum", paused: true)]);

        Assert.Equal((true, false, false), (report.ExploitDetected, report.Paused, report.ExploitConfirmed));
    }

    [Fact]
    public void The_peak_of_an_exploit_stays_and_it_clears_after_an_hour_of_recovery()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 500_000, 500_000);
        At(2, 500_000, 500_000);

        // Two hours later the window has forgotten the peak, the exploit has not.
        var later = At(122, 500_000, 500_000);
        Assert.Equal((-50m, true), (later.TvlDrawdownPct, later.ExploitDetected));

        Assert.True(At(130, 900_000, 900_000).ExploitDetected);
        Assert.True(At(189, 900_000, 900_000).ExploitDetected);
        Assert.False(At(190, 900_000, 900_000).ExploitDetected);
        Assert.Single(_events.OfType<ExploitCleared>());
    }

    [Fact]
    public void A_paused_contract_caps_the_score()
    {
        var report = Judge(0, [Saw(0, "a", 1_000_000, paused: true), Saw(0, "b", 1_000_000, paused: true)]);

        Assert.Equal((0.69m, BridgeStatus.Warning), (report.HealthScore, report.HealthStatus));
    }

    [Fact]
    public void Old_observations_do_not_count()
    {
        At(0, 1_000_000, 1_000_000);

        var report = Judge(10, [Saw(0, "a", 1_000_000), Saw(0, "b", 1_000_000)]);

        Assert.Equal(BridgeStatus.Unknown, report.HealthStatus);
        Assert.All(report.Sources, s => Assert.False(s.Live));
        Assert.True(_events.OfType<BridgeHealthMade>().Last().Announce);

        Judge(11, []);

        var next = _events.OfType<BridgeHealthMade>().Last();
        Assert.Equal((null, false, true), (next.HealthScore, next.Announce, next.Announced));
    }

    [Fact]
    public void After_half_an_hour_without_an_observation_a_bridge_is_stale()
    {
        At(0, 1_000_000, 1_000_000);

        Assert.DoesNotContain(Judge(29, [Saw(0, "a", 1_000_000)]).ActiveAlerts, a => a.AlertType == "stale");
        Assert.Contains(Judge(30, [Saw(0, "a", 1_000_000)]).ActiveAlerts, a => a.AlertType == "stale");
    }

    /// <summary>Success 0.5: 0.40 + 0.30 + 0.10 + 0.10 = 0.90.</summary>
    [Fact]
    public void Failing_transactions_lower_the_score()
    {
        var report = Judge(0, [Saw(0, "a", 1_000_000), Saw(0, "b", 1_000_000)], new SourceTransactions("a", 10, 5));

        Assert.Equal((0.5m, 0.90m), (report.TransactionSuccessRate, report.HealthScore));
    }

    /// <summary>0.98 and 0.96 are said beside 0 of very many; who tried nothing says nothing. 0.40 + 0.30 + 0.20 × 0.96 + 0.10 = 0.992.</summary>
    [Fact]
    public void One_source_that_counts_without_end_does_not_decide_how_many_transactions_fail()
    {
        var report = Judge(
            0,
            [Saw(0, "a", 1_000_000), Saw(0, "b", 1_000_000)],
            new SourceTransactions("a", 100, 98),
            new SourceTransactions("b", 50, 48),
            new SourceTransactions("c", int.MaxValue, 0),
            new SourceTransactions("d", 0, 0));

        Assert.Equal((0.96m, 0.992m), (report.TransactionSuccessRate, report.HealthScore));
    }

    [Fact]
    public void Subscribers_are_told_of_the_first_score_and_of_moves_that_matter()
    {
        At(0, 1_000_000, 1_000_000);
        At(1, 1_000_000, 1_000_000);
        // −6 %: 0.96, moved by 0.04. −11 %: 0.88, moved by 0.12.
        At(2, 940_000, 940_000);
        At(3, 890_000, 890_000);

        var made = _events.OfType<BridgeHealthMade>().ToList();
        Assert.Equal([true, false, false, true], made.Select(m => m.Announce));
        Assert.Equal((1m, 0.88m), (made[3].PreviousScore, made[3].HealthScore));
    }

    /// <summary>
    /// Drained at 30. The one that speaks once an hour sees it at 60 and 120, by when the other's peak is 90 minutes old, and the bridge's own
    /// more than an hour.
    /// </summary>
    [Fact]
    public void A_source_that_speaks_once_an_hour_witnesses_an_exploit()
    {
        Hourly("slow");
        for (var minute = 0; minute < 120; minute++)
        {
            Assert.False(Judge(minute, [Saw(minute / 60 * 60, "slow", minute < 60 ? 150 : 69), Saw(minute, "fast", minute < 30 ? 150 : 69)]).ExploitDetected);
        }

        Judge(120, [Saw(120, "slow", 69), Saw(120, "fast", 69)]);
        var detected = Assert.Single(_events.OfType<ExploitDetected>());
        Assert.Equal((Minute(120), Minute(30), 150m), (detected.OccurredAt, detected.FirstSeenAt, detected.PeakUsd));
        Assert.Equal(Minute(30), JudgedUntil);

        Assert.False(Judge(149, [Saw(120, "slow", 69), Saw(149, "fast", 69)]).ExploitConfirmed);
        Assert.True(Judge(150, [Saw(120, "slow", 69), Saw(150, "fast", 69)]).ExploitConfirmed);
    }

    [Fact]
    public void Two_sources_that_speak_once_an_hour_witness_an_exploit()
    {
        Hourly("a", "b");
        for (var minute = 0; minute <= 150; minute++)
        {
            Judge(minute, [Saw(minute / 60 * 60, "a", minute < 60 ? 150 : 69), Saw(minute / 60 * 60, "b", minute < 60 ? 150 : 69)]);
        }

        var detected = Assert.Single(_events.OfType<ExploitDetected>());
        Assert.Equal((Minute(120), Minute(60), 150m), (detected.OccurredAt, detected.FirstSeenAt, detected.PeakUsd));
        Assert.Equal(Minute(150), Assert.Single(_events.OfType<ExploitConfirmed>()).OccurredAt);
    }

    /// <summary>0.22 a minute are 8.8 % an hour of 150: to the slow one more than 20 % within its four hours, to the other never within one.</summary>
    [Fact]
    public void With_a_slow_source_a_slow_decline_is_no_exploit_either()
    {
        Hourly("slow");
        for (var minute = 0; minute < 240; minute++)
        {
            var hour = minute / 60 * 60;
            Judge(minute, [Saw(hour, "slow", 150 - (0.22m * hour)), Saw(minute, "fast", 150 - (0.22m * minute))]);
        }

        Assert.Empty(_events.OfType<ExploitDetected>());
    }

    private DateTimeOffset? JudgedUntil => _events.OfType<BridgeHealthMade>().Last().JudgedUntil;

    private static DateTimeOffset Minute(double minute) => Start.AddMinutes(minute);

    private static BridgeObservation Saw(double minute, string source, decimal tvl, bool? paused = null) =>
        new(source, "orbit_eth_ton", Start.AddMinutes(minute), tvl, paused);

    private static BridgeObservation SawPause(double minute, string source, bool paused = false) =>
        new(source, "orbit_eth_ton", Start.AddMinutes(minute), TvlUsd: null, paused);

    /// <summary>They count for two hours.</summary>
    private void Hourly(params string[] sources)
    {
        var options = new BridgeOptions();
        foreach (var source in sources)
        {
            options.SourceMaxAges[source] = TimeSpan.FromHours(2);
        }

        _assessor = new BridgeAssessor(options);
    }

    private BridgeReport At(double minute, params decimal[] tvls) =>
        Judge(minute, [.. tvls.Select((tvl, i) => Saw(minute, $"{(char)('a' + i)}", tvl))]);

    private BridgeReport Judge(double minute, IReadOnlyCollection<BridgeObservation> sources, params SourceTransactions[] transactions)
    {
        var assessment = _assessor.Assess(
            new BridgeEvidence(Bridge.Find("orbit_eth_ton")!, Start.AddMinutes(minute), sources, transactions, TvlBeforeUsd: null), _state, "keepers");
        _state = assessment.State;
        _events.AddRange(assessment.Events);
        return assessment.Report;
    }
}

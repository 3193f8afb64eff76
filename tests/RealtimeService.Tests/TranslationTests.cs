using System.Text.Json.Nodes;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.RealtimeService.Channels;

namespace Sure.RealtimeService.Tests;

public sealed class TranslationTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly Guid Id = Guid.Parse("0199a000-0000-7000-8000-000000000001");

    private static readonly BridgeHealthMade Health = new(
        Id, Noon, "orbit_eth_ton", 0.49m, BridgeStatus.Critical, 750_000m, -25m, 1m, ExploitDetected: false, ExploitConfirmed: false, PreviousScore: 1m, Announce: true, "simulated");

    [Fact]
    public void A_change_of_health_is_told_with_both_scores()
    {
        var message = Translation.Of(Health)!;

        Assert.Equal((Channel.BridgeHealth, "orbit_eth_ton"), (message.Channel, message.Subject));
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""
                {"channel":"bridge_health","type":"health_change","bridge_id":"orbit_eth_ton","previous_score":1,"current_score":0.49,
                 "health_score":0.49,"health_status":"Critical","tvl_usd":750000,"exploit_detected":false,"timestamp":1767614400}
                """),
            JsonNode.Parse(message.Body)));
    }

    [Fact]
    public void A_cycle_that_changed_nothing_is_not_told_but_known_to_snapshots()
    {
        var quiet = Health with { Announce = false };

        Assert.Null(Translation.Of(quiet));
        Assert.Equal("orbit_eth_ton", Assert.Single(Translation.ForSnapshot(quiet)).Subject);
        Assert.Empty(Translation.ForSnapshot(quiet with { HealthScore = null }));
        // Of which nothing is known any more: subscribers were told so, however long ago.
        Assert.Equal("orbit_eth_ton", Assert.Single(Translation.ForSnapshot(quiet with { HealthScore = null, Announced = true })).Subject);
    }

    [Fact]
    public void A_critical_alert_is_told_and_no_part_of_snapshots()
    {
        var alert = new BridgeAlertRaised(Id, Noon, "orbit_eth_ton", Id, "tvl_drop", Severity.Critical, "CRITICAL: …");

        Assert.Equal("critical_alert", (string?)JsonNode.Parse(Translation.Of(alert)!.Body)!["type"]);
        Assert.Empty(Translation.ForSnapshot(alert));
        Assert.Null(Translation.Of(alert with { Severity = Severity.High }));
    }

    [Fact]
    public void Alerts_of_one_figure_are_one_subject_from_raising_to_clearing()
    {
        var raised = new RiskAlertRaised(Id, Noon, Id, "Concentration_High", "USDC", Severity.High, "…", 0.27m, 0.25m);
        var cleared = new RiskAlertCleared(Id, Noon, Id, "Concentration_High", "USDC", Severity.High, "…", 0.2m, 0.25m);

        Assert.Equal(Translation.Of(raised)!.Subject, Translation.Of(cleared)!.Subject);
        Assert.Equal("new_alert", (string?)JsonNode.Parse(Translation.Of(raised)!.Body)!["type"]);
        Assert.Equal("alert_cleared", (string?)JsonNode.Parse(Translation.Of(cleared)!.Body)!["type"]);
    }

    [Fact]
    public void What_clients_are_not_told_has_no_message() =>
        Assert.Null(Translation.Of(new PolicyExpired(Id, Noon, Id, CoverageType.Depeg, Chain.Base, Stablecoin.DAI, 100m)));
}

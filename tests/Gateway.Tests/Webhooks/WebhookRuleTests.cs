using System.Text.Json.Nodes;
using Sure.Contracts.Events;
using Sure.Contracts.Vocabulary;
using Sure.Gateway.Webhooks;

namespace Sure.Gateway.Tests.Webhooks;

/// <summary>What is signed, when it is tried again, and what is told.</summary>
public sealed class WebhookRuleTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    /// <summary>
    /// By OpenSSL: <c>printf '%s' '1767614400.{"id":"1","text":"café"}' | openssl dgst -sha256 -hmac whsec_MDEy…</c>, in UTF-8.
    /// </summary>
    [Fact]
    public void A_signature_is_what_OpenSSL_makes_it() => Assert.Equal(
        "v1=7d405aa8bc759c6eedbaf7e6bd1adbdd4fe4d1b4fd1c820e1396de9106b431f6",
        WebhookSecret.Sign("whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY", 1767614400, """{"id":"1","text":"café"}"""));

    [Fact]
    public void Secrets_have_256_bits_and_differ()
    {
        var (one, other) = (WebhookSecret.Generate(), WebhookSecret.Generate());

        Assert.NotEqual(one, other);
        // 32 bytes are 43 digits of base 64.
        Assert.All([one, other], s => Assert.Matches("^whsec_[A-Za-z0-9_-]{43}$", s));
    }

    /// <summary>10 s × 3ⁿ up to an hour: after 10, 40, 130, 400, 1 210 and 3 640 s, then every hour; the last at the end of the day.</summary>
    [Fact]
    public void A_receiver_that_is_away_is_tried_again_for_24_hours()
    {
        var attempts = Attempts(chance: 0.5);

        Assert.Equal([0, 10, 40, 130, 400, 1_210, 3_640, 7_240, 10_840], attempts.Take(9));
        // From 3 640 s on every 3 600 s: 22 more fit into 86 400 s, and then comes the last.
        Assert.Equal(3_640 + (22 * 3_600), attempts[^2]);
        Assert.Equal(86_400, attempts[^1]);
        Assert.Equal(30, attempts.Count);
    }

    [Theory]
    [InlineData(0.0, 7.5)]
    [InlineData(1.0, 12.5)]
    public void Pauses_are_spread_by_a_quarter_in_either_direction(double chance, double seconds) =>
        Assert.Equal(seconds, Attempts(chance)[1], 6);

    [Fact]
    public void A_failure_at_the_end_is_the_last()
    {
        Assert.Null(RetrySchedule.Next(30, Start, Start.AddHours(24), 0.5, new WebhookOptions()));
        Assert.Equal(Start.AddHours(24), RetrySchedule.Next(29, Start, Start.AddHours(23.9), 0.5, new WebhookOptions()));
        Assert.NotNull(RetrySchedule.Next(int.MaxValue, Start, Start, 1, new WebhookOptions()));
    }

    [Fact]
    public void Alerts_and_claims_are_told_and_nothing_else()
    {
        var (id, about) = (Guid.CreateVersion7(Start), Guid.CreateVersion7(Start));
        Check(new RiskAlertRaised(id, Start, about, "LTV_Breach", "", Severity.High, "LTV", 0.71m, 0.7m), WebhookEvent.RiskAlerts, "risk_alert_raised",
            $$"""{"alert_id":"{{about}}","alert_type":"LTV_Breach","subject":"","severity":"High","message":"LTV","current_value":0.71,"limit_value":0.7}""");
        Check(new RiskAlertEscalated(id, Start, about, "LTV_Breach", "", Severity.Critical, "LTV", CurrentValue: null, 0.75m), WebhookEvent.RiskAlerts, "risk_alert_escalated",
            $$"""{"alert_id":"{{about}}","alert_type":"LTV_Breach","subject":"","severity":"Critical","message":"LTV","current_value":null,"limit_value":0.75}""");
        Check(new RiskAlertCleared(id, Start, about, "LTV_Breach", "", Severity.High, "LTV", 0.6m, 0.7m), WebhookEvent.RiskAlerts, "risk_alert_cleared",
            $$"""{"alert_id":"{{about}}","alert_type":"LTV_Breach","subject":"","severity":"High","message":"LTV","current_value":0.6,"limit_value":0.7}""");
        Check(new BridgeAlertRaised(id, Start, "wormhole_eth_ton", about, "tvl_drop", Severity.Critical, "It is emptied."), WebhookEvent.BridgeAlerts, "bridge_alert_raised",
            $$"""{"alert_id":"{{about}}","bridge_id":"wormhole_eth_ton","alert_type":"tvl_drop","severity":"Critical","message":"It is emptied."}""");
        Check(new BridgeAlertResolved(id, Start, "wormhole_eth_ton", about, "tvl_drop", Severity.Critical, "It is emptied."), WebhookEvent.BridgeAlerts, "bridge_alert_resolved",
            $$"""{"alert_id":"{{about}}","bridge_id":"wormhole_eth_ton","alert_type":"tvl_drop","severity":"Critical","message":"It is emptied."}""");
        Check(new ClaimDecided(id, Start, about, id, Triggered: true, 12.50m, "It was met.", "0x1"), WebhookEvent.Claims, "claim_decided",
            $$"""{"claim_id":"{{about}}","policy_id":"{{id}}","triggered":true,"payout_usd":12.50,"reason":"It was met.","evidence_hash":"0x1"}""");
        Check(new ClaimPaid(id, Start, about, id, 12.50m, 0m), WebhookEvent.Claims, "claim_paid",
            $$"""{"claim_id":"{{about}}","policy_id":"{{id}}","paid_usd":12.50,"shortfall_usd":0}""");

        Assert.Null(WebhookMessage.Of(new BreakerTripped(id, Start, "It tripped.")));

        void Check(IPlatformEvent told, WebhookEvent kind, string type, string data)
        {
            var message = WebhookMessage.Of(told)!;
            Assert.Equal((id, kind, type), (message.EventId, message.Event, message.Type));
            var expected = JsonNode.Parse($$"""{"id":"{{id}}","type":"{{type}}","timestamp":1767614400,"data":{{data}}}""");
            Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(message.Body)), message.Body);
        }
    }

    /// <summary>Seconds after the start at which a receiver that always fails is tried.</summary>
    private static List<double> Attempts(double chance)
    {
        var options = new WebhookOptions();
        var attempts = new List<double>();
        for (DateTimeOffset? at = Start; at is { } now; at = RetrySchedule.Next(attempts.Count, Start, now, chance, options))
        {
            attempts.Add((now - Start).TotalSeconds);
        }

        return attempts;
    }
}

using System.Text.Json;
using System.Text.Json.Serialization;
using Sure.Contracts.Events;
using Sure.Contracts.Json;

namespace Sure.Gateway.Webhooks;

/// <summary>What a webhook can subscribe to.</summary>
public enum WebhookEvent
{
    /// <summary>Alerts of the book's limits: raised, escalated, cleared.</summary>
    [JsonStringEnumMemberName("risk_alerts")]
    RiskAlerts,

    /// <summary>Alerts of bridges: raised, resolved.</summary>
    [JsonStringEnumMemberName("bridge_alerts")]
    BridgeAlerts,

    /// <summary>Claims: decided, paid.</summary>
    [JsonStringEnumMemberName("claims")]
    Claims,
}

/// <summary>What is sent to those who subscribed to it.</summary>
/// <param name="EventId">The same for every attempt and subscriber; receivers know by it what they have.</param>
/// <param name="Event">What it belongs to; null for a test, which goes to one only.</param>
/// <param name="Type">What happened, for example <c>risk_alert_raised</c>.</param>
/// <param name="Body">The JSON that is sent and signed.</param>
internal sealed record WebhookMessage(Guid EventId, WebhookEvent? Event, string Type, string Body)
{
    /// <summary>The type of a test.</summary>
    public const string TestType = "test";

    /// <summary>The message of an event; null for what no webhook is told. The words are those of the public contract, whatever events hold.</summary>
    public static WebhookMessage? Of(IPlatformEvent told) => told switch
    {
        RiskAlertRaised a => Make(a, WebhookEvent.RiskAlerts, "risk_alert_raised", new { a.AlertId, a.AlertType, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue }),
        RiskAlertEscalated a => Make(a, WebhookEvent.RiskAlerts, "risk_alert_escalated", new { a.AlertId, a.AlertType, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue }),
        RiskAlertCleared a => Make(a, WebhookEvent.RiskAlerts, "risk_alert_cleared", new { a.AlertId, a.AlertType, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue }),
        BridgeAlertRaised a => Make(a, WebhookEvent.BridgeAlerts, "bridge_alert_raised", new { a.AlertId, a.BridgeId, a.AlertType, a.Severity, a.Message }),
        BridgeAlertResolved a => Make(a, WebhookEvent.BridgeAlerts, "bridge_alert_resolved", new { a.AlertId, a.BridgeId, a.AlertType, a.Severity, a.Message }),
        ClaimDecided c => Make(c, WebhookEvent.Claims, "claim_decided", new { c.ClaimId, c.PolicyId, c.Triggered, c.PayoutUsd, c.Reason, c.EvidenceHash }),
        ClaimPaid c => Make(c, WebhookEvent.Claims, "claim_paid", new { c.ClaimId, c.PolicyId, c.PaidUsd, c.ShortfallUsd }),
        _ => null,
    };

    /// <summary>A message that says nothing, to try whether a webhook works.</summary>
    public static WebhookMessage Test(DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        return new(id, Event: null, TestType, Write(id, TestType, now, new { Message = "This is a test." }));
    }

    private static WebhookMessage Make<T>(IPlatformEvent told, WebhookEvent kind, string type, T data) =>
        new(told.EventId, kind, type, Write(told.EventId, type, told.OccurredAt, data));

    private static string Write<T>(Guid id, string type, DateTimeOffset timestamp, T data) =>
        JsonSerializer.Serialize(new { Id = id, Type = type, Timestamp = timestamp, Data = data }, SureJson.Internal);
}

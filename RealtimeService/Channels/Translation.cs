using System.Text.Json;
using Sure.Contracts.Events;
using Sure.Contracts.Json;
using Sure.Contracts.Vocabulary;

namespace Sure.RealtimeService.Channels;

/// <summary>What clients are told of an event. Pure; a new live event gets its line here.</summary>
internal static class Translation
{
    /// <summary>The message of an event; null when clients are not told.</summary>
    public static ChannelMessage? Of(IPlatformEvent known) => known switch
    {
        BridgeHealthMade { Announce: true } made => Describe(made),
        BridgeAlertRaised { Severity: Severity.Critical } alert => new ChannelMessage(
            Channel.BridgeHealth,
            Subject: null,
            Write(new CriticalAlert("bridge_health", "critical_alert", alert.BridgeId, alert.AlertId, alert.Message, alert.Severity, alert.OccurredAt))),
        RiskAlertRaised a => Describe("new_alert", a.AlertId, a.AlertType, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue, a.OccurredAt),
        RiskAlertEscalated a => Describe("alert_escalated", a.AlertId, a.AlertType, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue, a.OccurredAt),
        RiskAlertCleared a => Describe("alert_cleared", a.AlertId, a.AlertType, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue, a.OccurredAt),
        TopProductsChanged changed => Describe(changed.Products, changed.OccurredAt),
        TrancheUtilizationChanged changed => new ChannelMessage(
            Channel.TrancheApy,
            "",
            Write(new ApyUpdate(
                "tranche_apy",
                "apy_update",
                [.. changed.Tranches.Select(t => new TrancheYield(t.TrancheId, t.Apy, t.RealisedApy30d, t.Utilization, t.LastUpdated))],
                changed.OccurredAt))),
        _ => null,
    };

    /// <summary>
    /// What a snapshot that is made anew says of an event: services tell their whole state in every cycle, so what has not been announced
    /// lately is known all the same.
    /// </summary>
    public static IEnumerable<ChannelMessage> ForSnapshot(IPlatformEvent known) => known switch
    {
        BridgeHealthMade made when made.Announced || made.HealthScore is not null => [Describe(made)],
        RiskSnapshotTaken { Alerts: { } alerts, TopProducts: { } ranking } taken => [.. alerts.Select(Describe), Describe(ranking, taken.OccurredAt)],
        _ => Of(known) is { Subject: not null } message ? [message] : [],
    };

    private static ChannelMessage Describe(BridgeHealthMade made) => new(
        Channel.BridgeHealth,
        made.BridgeId,
        Write(new HealthChange(
            "bridge_health",
            "health_change",
            made.BridgeId,
            made.PreviousScore,
            made.HealthScore,
            made.HealthScore,
            made.HealthStatus,
            made.TvlUsd,
            made.ExploitDetected,
            made.OccurredAt)));

    private static ChannelMessage Describe(AlertState a) => Describe(
        a.ClearedAt is null ? "new_alert" : "alert_cleared",
        a.AlertId, a.AlertType, a.Subject, a.Severity, a.Message, a.CurrentValue, a.LimitValue, a.ClearedAt ?? a.RaisedAt);

    private static ChannelMessage Describe(IReadOnlyList<ProductExposure> ranking, DateTimeOffset at) =>
        new(Channel.TopProducts, "", Write(new RankingUpdate("top_products", "ranking_update", ranking, at)));

    private static ChannelMessage Describe(
        string type, Guid id, string alertType, string subject, Severity severity, string message, decimal? value, decimal limit, DateTimeOffset at) => new(
        Channel.RiskAlerts,
        $"{alertType}/{subject}",
        Write(new RiskAlert("risk_alerts", type, id, alertType, subject, severity, message, value, limit, at)));

    private static string Write<T>(T message) => JsonSerializer.Serialize(message, SureJson.Internal);

    private sealed record HealthChange(
        string Channel,
        string Type,
        string BridgeId,
        decimal? PreviousScore,
        decimal? CurrentScore,
        decimal? HealthScore,
        BridgeStatus HealthStatus,
        decimal? TvlUsd,
        bool ExploitDetected,
        DateTimeOffset Timestamp);

    private sealed record CriticalAlert(
        string Channel, string Type, string BridgeId, Guid AlertId, string Message, Severity Severity, DateTimeOffset Timestamp);

    private sealed record RiskAlert(
        string Channel,
        string Type,
        Guid AlertId,
        string AlertType,
        string Subject,
        Severity Severity,
        string Message,
        decimal? CurrentValue,
        decimal LimitValue,
        DateTimeOffset Timestamp);

    private sealed record RankingUpdate(string Channel, string Type, IReadOnlyList<ProductExposure> Products, DateTimeOffset Timestamp);

    private sealed record ApyUpdate(string Channel, string Type, IReadOnlyList<TrancheYield> Tranches, DateTimeOffset Timestamp);

    private sealed record TrancheYield(Tranche TrancheId, decimal Apy, decimal RealisedApy30d, decimal Utilization, DateTimeOffset LastUpdated);
}

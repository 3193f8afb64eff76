using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>A risk limit was touched.</summary>
/// <param name="AlertId">The alert; the same id from raising to clearing.</param>
/// <param name="AlertType">Its kind, for example <c>LTV_Breach</c>.</param>
/// <param name="Subject">What it is about where the kind alone does not say it, for example a stablecoin; else empty.</param>
/// <param name="Severity">How urgent.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="CurrentValue">The figure, a fraction; null for coverage without any capital, which no fraction expresses.</param>
/// <param name="LimitValue">The limit it is held against, a fraction.</param>
public sealed record RiskAlertRaised(
    Guid EventId,
    DateTimeOffset OccurredAt,
    Guid AlertId,
    string AlertType,
    string Subject,
    Severity Severity,
    string Message,
    decimal? CurrentValue,
    decimal LimitValue) : IPlatformEvent;

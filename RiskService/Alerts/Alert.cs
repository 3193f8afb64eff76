using Sure.Contracts.Vocabulary;

namespace Sure.RiskService.Alerts;

/// <summary>An alert that lasts.</summary>
/// <param name="AlertId">The same from raising to clearing.</param>
/// <param name="AlertType">What it is about.</param>
/// <param name="Subject">A stablecoin, or empty.</param>
/// <param name="Severity">How urgent it is now.</param>
/// <param name="Message">One sentence for a person, as of the last look.</param>
/// <param name="CurrentValue">A fraction; null for coverage without any capital.</param>
/// <param name="LimitValue">The limit that was touched.</param>
/// <param name="Timestamp">When it was raised.</param>
public sealed record Alert(
    Guid AlertId,
    AlertType AlertType,
    string Subject,
    Severity Severity,
    string Message,
    decimal? CurrentValue,
    decimal LimitValue,
    DateTimeOffset Timestamp);

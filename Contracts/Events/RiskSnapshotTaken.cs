using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>The risk of the whole book was measured; told with every snapshot, whether or not anything changed.</summary>
/// <param name="AsOf">The time of the book it rests on.</param>
/// <param name="WorstScenario">Id of the stress scenario that costs most.</param>
/// <param name="WorstStressLossUsd">What it costs, in USD; 0 where no scenario costs anything.</param>
/// <param name="CorrelationRegime">How strongly the coins move together.</param>
/// <param name="Alerts">
/// The last alert of each figure, whether it lasts or is over, so that the state of all is known from one event however long ago it was
/// told. Null where an older producer tells it.
/// </param>
/// <param name="TopProducts">The products with the most active coverage, for the same purpose; null where an older producer tells it.</param>
public sealed record RiskSnapshotTaken(
    Guid EventId,
    DateTimeOffset OccurredAt,
    DateTimeOffset AsOf,
    string WorstScenario,
    decimal WorstStressLossUsd,
    CorrelationRegime CorrelationRegime,
    IReadOnlyList<AlertState>? Alerts = null,
    IReadOnlyList<ProductExposure>? TopProducts = null) : IPlatformEvent;

/// <summary>How an alert stands.</summary>
/// <param name="AlertId">The alert; the same id from raising to clearing.</param>
/// <param name="AlertType">Its kind, for example <c>LTV_Breach</c>.</param>
/// <param name="Subject">What it is about where the kind alone does not say it, for example a stablecoin; else empty.</param>
/// <param name="Severity">How urgent; of one that is over, how urgent it was.</param>
/// <param name="Message">One sentence for a person.</param>
/// <param name="CurrentValue">The figure, a fraction; null for coverage without any capital, which no fraction expresses.</param>
/// <param name="LimitValue">The limit it is held against, a fraction.</param>
/// <param name="RaisedAt">When it was raised.</param>
/// <param name="ClearedAt">When it was over; null while it lasts.</param>
public sealed record AlertState(
    Guid AlertId,
    string AlertType,
    string Subject,
    Severity Severity,
    string Message,
    decimal? CurrentValue,
    decimal LimitValue,
    DateTimeOffset RaisedAt,
    DateTimeOffset? ClearedAt);

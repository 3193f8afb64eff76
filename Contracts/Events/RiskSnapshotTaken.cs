using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>The risk of the whole book was measured; told with every snapshot, whether or not anything changed.</summary>
/// <param name="AsOf">The time of the book it rests on.</param>
/// <param name="WorstScenario">Id of the stress scenario that costs most.</param>
/// <param name="WorstStressLossUsd">What it costs, in USD; 0 where no scenario costs anything.</param>
/// <param name="CorrelationRegime">How strongly the coins move together.</param>
public sealed record RiskSnapshotTaken(
    Guid EventId,
    DateTimeOffset OccurredAt,
    DateTimeOffset AsOf,
    string WorstScenario,
    decimal WorstStressLossUsd,
    CorrelationRegime CorrelationRegime) : IPlatformEvent;

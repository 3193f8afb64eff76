using Sure.Contracts.Vocabulary;

namespace Sure.Contracts.Events;

/// <summary>An alert of a bridge began.</summary>
/// <param name="BridgeId">The bridge.</param>
/// <param name="AlertId">The alert; the same id when it is raised and when it is resolved.</param>
/// <param name="AlertType">Its kind, for example <c>tvl_drop</c>.</param>
/// <param name="Severity">How urgent.</param>
/// <param name="Message">One sentence for a person.</param>
public sealed record BridgeAlertRaised(
    Guid EventId,
    DateTimeOffset OccurredAt,
    string BridgeId,
    Guid AlertId,
    string AlertType,
    Severity Severity,
    string Message) : IPlatformEvent;

using System.Text.Json.Serialization;
using Sure.Contracts.Vocabulary;

namespace Sure.UtilizationService.Incidents;

/// <summary>Life of an incident.</summary>
public enum IncidentStatus
{
    /// <summary>Recorded by one operator; no cover is sold on it.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>Confirmed by another; policies pay.</summary>
    [JsonStringEnumMemberName("confirmed")]
    Confirmed,

    /// <summary>Found to be none; nothing pays, sales go on.</summary>
    [JsonStringEnumMemberName("dismissed")]
    Dismissed,
}

/// <summary>
/// What no price and no bridge monitor sees, so that people must say it: a failed smart contract, or a bridge of a chain where none is
/// monitored.
/// </summary>
/// <param name="IncidentId">Its id.</param>
/// <param name="CoverageType">Which cover it concerns: <c>smart_contract</c> or <c>bridge</c>.</param>
/// <param name="Chain">Where.</param>
/// <param name="Stablecoin">On which coin; null for a bridge, where it concerns all.</param>
/// <param name="OccurredAt">When; policies in force then are concerned.</param>
/// <param name="EvidenceUrl">Where it can be looked up.</param>
/// <param name="LossFraction">What policies pay of their cover, above 0 … 1; 1 for a bridge.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="RecordedBy">Subject of the operator who recorded it.</param>
/// <param name="RecordedAt">When.</param>
/// <param name="DecidedBy">Subject of the operator who confirmed or dismissed it.</param>
/// <param name="DecidedAt">When.</param>
public sealed record Incident(
    Guid IncidentId,
    CoverageType CoverageType,
    Chain Chain,
    Stablecoin? Stablecoin,
    DateTimeOffset OccurredAt,
    string EvidenceUrl,
    decimal LossFraction,
    IncidentStatus Status,
    string RecordedBy,
    DateTimeOffset RecordedAt,
    string? DecidedBy,
    DateTimeOffset? DecidedAt);

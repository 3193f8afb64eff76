using System.Text.Json.Serialization;

namespace Sure.RiskService.Statistics;

/// <summary>Who raised an alert.</summary>
public enum AlertSource
{
    /// <summary>RiskService, for a limit of the book.</summary>
    [JsonStringEnumMemberName("risk")]
    Risk,

    /// <summary>BridgeService, for a bridge.</summary>
    [JsonStringEnumMemberName("bridge")]
    Bridge,
}

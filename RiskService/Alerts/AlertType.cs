using System.Text.Json.Serialization;

namespace Sure.RiskService.Alerts;

/// <summary>What an alert is about.</summary>
public enum AlertType
{
    /// <summary>Coverage over effective capital.</summary>
    [JsonStringEnumMemberName("LTV_Breach")]
    LtvBreach,

    /// <summary>Liquid reserves over total capital.</summary>
    [JsonStringEnumMemberName("Reserve_Low")]
    ReserveLow,

    /// <summary>Coverage of one stablecoin over total capital.</summary>
    [JsonStringEnumMemberName("Concentration_High")]
    ConcentrationHigh,
}

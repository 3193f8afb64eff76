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

    /// <summary>Mean absolute correlation of the coins' peg ratios.</summary>
    [JsonStringEnumMemberName("Correlation_Spike")]
    CorrelationSpike,

    /// <summary>Loss of the worst stress scenario over total capital.</summary>
    [JsonStringEnumMemberName("Stress_Loss_High")]
    StressLossHigh,

    /// <summary>VaR 99 over one year over total capital.</summary>
    [JsonStringEnumMemberName("VaR_Breach")]
    VarBreach,
}

using System.Text.Json.Serialization;

namespace Sure.RealtimeService.Channels;

/// <summary>What clients can subscribe to.</summary>
public enum Channel
{
    /// <summary>Health of the bridges.</summary>
    [JsonStringEnumMemberName("bridge_health")]
    BridgeHealth,

    /// <summary>Alerts of the book.</summary>
    [JsonStringEnumMemberName("risk_alerts")]
    RiskAlerts,

    /// <summary>The products with the most coverage.</summary>
    [JsonStringEnumMemberName("top_products")]
    TopProducts,

    /// <summary>Yields of the tranches.</summary>
    [JsonStringEnumMemberName("tranche_apy")]
    TrancheApy,
}

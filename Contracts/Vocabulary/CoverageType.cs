using System.Text.Json.Serialization;

namespace Sure.Contracts.Vocabulary;

/// <summary>What a policy covers.</summary>
public enum CoverageType
{
    /// <summary>A stablecoin trades below its reference for long enough.</summary>
    [JsonStringEnumMemberName("depeg")]
    Depeg,

    /// <summary>A contract of a coin on a chain is exploited; decided by two operators.</summary>
    [JsonStringEnumMemberName("smart_contract")]
    SmartContract,

    /// <summary>The price sources of a coin contradict each other for long enough.</summary>
    [JsonStringEnumMemberName("oracle")]
    Oracle,

    /// <summary>A bridge of the policy's chain is exploited.</summary>
    [JsonStringEnumMemberName("bridge")]
    Bridge,

    /// <summary>A coin falls so far, however briefly, that leveraged positions in it are liquidated.</summary>
    [JsonStringEnumMemberName("cex_liquidation")]
    CexLiquidation,
}

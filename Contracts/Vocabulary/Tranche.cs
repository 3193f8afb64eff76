using System.Text.Json.Serialization;

namespace Sure.Contracts.Vocabulary;

/// <summary>A slice of the capital pool, in order of seniority: the first bears losses last.</summary>
public enum Tranche
{
    /// <summary>Last loss.</summary>
    [JsonStringEnumMemberName("SURE_BTC")]
    Bitcoin,

    /// <summary>Senior.</summary>
    [JsonStringEnumMemberName("SURE_SNR")]
    Senior,

    /// <summary>Mezzanine.</summary>
    [JsonStringEnumMemberName("SURE_MEZZ")]
    Mezzanine,

    /// <summary>Junior.</summary>
    [JsonStringEnumMemberName("SURE_JNR")]
    Junior,

    /// <summary>Junior plus.</summary>
    [JsonStringEnumMemberName("SURE_JNR_PLUS")]
    JuniorPlus,

    /// <summary>First loss.</summary>
    [JsonStringEnumMemberName("SURE_EQT")]
    Equity,
}

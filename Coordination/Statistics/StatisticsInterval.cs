using System.Text.Json.Serialization;

namespace Sure.Coordination.Statistics;

/// <summary>How much time one point of statistics adds up, in UTC.</summary>
public enum StatisticsInterval
{
    /// <summary>As they are kept.</summary>
    [JsonStringEnumMemberName("minute")]
    Minute,

    /// <summary>60 minutes.</summary>
    [JsonStringEnumMemberName("hour")]
    Hour,

    /// <summary>24 hours, from midnight UTC.</summary>
    [JsonStringEnumMemberName("day")]
    Day,
}

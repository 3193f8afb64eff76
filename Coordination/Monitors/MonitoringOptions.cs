using System.ComponentModel.DataAnnotations;

namespace Sure.Coordination.Monitors;

/// <summary>Intervals of the background work, section <c>Monitoring</c>; each 1 s … 1 h.</summary>
public sealed class MonitoringOptions
{
    private const string Least = "00:00:01";
    private const string Most = "01:00:00";

    /// <summary>Bridge health and price consensus. Default 60 s.</summary>
    [Range(typeof(TimeSpan), Least, Most)]
    public TimeSpan BridgeInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Risk limits and alerts. Default 60 s.</summary>
    [Range(typeof(TimeSpan), Least, Most)]
    public TimeSpan RiskInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Ranking of products by exposure. Default 120 s.</summary>
    [Range(typeof(TimeSpan), Least, Most)]
    public TimeSpan TopProductsInterval { get; set; } = TimeSpan.FromSeconds(120);

    /// <summary>Tranche figures where nothing changed. Default 60 s.</summary>
    [Range(typeof(TimeSpan), Least, Most)]
    public TimeSpan TrancheApyInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Trigger watch. Default 15 s.</summary>
    [Range(typeof(TimeSpan), Least, Most)]
    public TimeSpan TriggerInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Expiry of policies. Default 60 s.</summary>
    [Range(typeof(TimeSpan), Least, Most)]
    public TimeSpan ExpiryInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>Partitions of history tables. Default 1 h.</summary>
    [Range(typeof(TimeSpan), Least, Most)]
    public TimeSpan PartitionInterval { get; set; } = TimeSpan.FromHours(1);
}

namespace Sure.Coordination.Partitions;

/// <summary>How much time one partition of a table holds, in UTC.</summary>
public enum PartitionSpan
{
    /// <summary>A calendar month.</summary>
    Month,

    /// <summary>A day.</summary>
    Day,
}

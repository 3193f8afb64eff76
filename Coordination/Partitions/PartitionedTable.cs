using System.Text.RegularExpressions;

namespace Sure.Coordination.Partitions;

/// <summary>
/// A table that a migration made <c>PARTITION BY RANGE</c> over a time or a day. What falls into no partition goes into its default partition,
/// <c>{table}_rest</c>, so that no row is ever refused for its time.
/// </summary>
public sealed partial record PartitionedTable
{
    /// <summary>Declares it. The span of a table that has partitions is not changed any more.</summary>
    /// <param name="name">Its name in the schema of the service.</param>
    /// <param name="timeColumn">The <c>timestamptz</c>, or the <c>date</c> in UTC, it is partitioned by.</param>
    /// <param name="span">How much time a partition holds.</param>
    /// <param name="retention">How long rows are kept; a partition goes when the last of its rows is older. Above 0.</param>
    /// <exception cref="ArgumentException">A name is no plain identifier, or nothing would be kept.</exception>
    public PartitionedTable(string name, string timeColumn, PartitionSpan span, TimeSpan retention)
    {
        // They become part of statements, where a parameter cannot stand.
        foreach (var identifier in new[] { name, timeColumn })
        {
            if (!Identifier().IsMatch(identifier))
            {
                throw new ArgumentException($"{identifier} is no plain identifier.", nameof(name));
            }
        }

        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(retention, TimeSpan.Zero);
        Name = name;
        TimeColumn = timeColumn;
        Span = span;
        Retention = retention;
    }

    /// <summary>Its name in the schema of the service.</summary>
    public string Name { get; }

    /// <summary>The <c>timestamptz</c>, or the <c>date</c> in UTC, it is partitioned by.</summary>
    public string TimeColumn { get; }

    /// <summary>How much time a partition holds.</summary>
    public PartitionSpan Span { get; }

    /// <summary>How long rows are kept.</summary>
    public TimeSpan Retention { get; }

    /// <summary>Its default partition.</summary>
    public string Rest => $"{Name}_rest";

    /// <summary>The partition of a period.</summary>
    public string PartitionOf(PartitionPeriod period)
    {
        ArgumentNullException.ThrowIfNull(period);
        return $"{Name}_{period.Suffix}";
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,47}$", RegexOptions.ExplicitCapture, 100)]
    private static partial Regex Identifier();
}

/// <summary>The partitioned tables of a service.</summary>
/// <param name="Tables">All of them.</param>
public sealed record PartitionPlan(IReadOnlyList<PartitionedTable> Tables);

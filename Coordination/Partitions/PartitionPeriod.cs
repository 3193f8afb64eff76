using System.Globalization;

namespace Sure.Coordination.Partitions;

/// <summary>The time that one partition holds.</summary>
/// <param name="Start">Its first moment, midnight UTC.</param>
/// <param name="Span">Its length.</param>
public sealed record PartitionPeriod(DateTimeOffset Start, PartitionSpan Span)
{
    /// <summary>The first moment after it.</summary>
    public DateTimeOffset End => Span is PartitionSpan.Month ? Start.AddMonths(1) : Start.AddDays(1);

    /// <summary>The period after it.</summary>
    public PartitionPeriod Next => this with { Start = End };

    /// <summary>What tells its partition from the others of a table: <c>202601</c>, <c>20260131</c>.</summary>
    public string Suffix => Start.ToString(Span is PartitionSpan.Month ? "yyyyMM" : "yyyyMMdd", CultureInfo.InvariantCulture);

    /// <summary>The period that <paramref name="moment"/> belongs to.</summary>
    public static PartitionPeriod Of(DateTimeOffset moment, PartitionSpan span)
    {
        var day = moment.UtcDateTime.Date;
        return new PartitionPeriod(new DateTimeOffset(span is PartitionSpan.Month ? day.AddDays(1 - day.Day) : day, TimeSpan.Zero), span);
    }
}

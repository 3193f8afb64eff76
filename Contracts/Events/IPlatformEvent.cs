namespace Sure.Contracts.Events;

/// <summary>
/// A fact that one service tells the others. Its simple type name is its address on the wire: renaming a record is a breaking change,
/// and fields are only ever added, as optional ones.
/// </summary>
public interface IPlatformEvent
{
    /// <summary>Unique; a version 7 UUID, so that ids sort by time.</summary>
    Guid EventId { get; }

    /// <summary>When the fact became true, UTC.</summary>
    DateTimeOffset OccurredAt { get; }
}

namespace Sure.Coordination.Reading;

/// <summary>Times as PostgreSQL gives them: UTC.</summary>
public static class Moments
{
    /// <summary>The moment that was kept; null where none was.</summary>
    public static DateTimeOffset? ToMoment(this DateTime? kept) => kept is { } at ? new DateTimeOffset(at) : null;
}

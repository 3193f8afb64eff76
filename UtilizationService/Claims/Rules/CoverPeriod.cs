namespace Sure.UtilizationService.Claims.Rules;

/// <summary>The time in which a policy covers; both ends belong to it.</summary>
/// <param name="StartsAt">From.</param>
/// <param name="EndsAt">To.</param>
public sealed record CoverPeriod(DateTimeOffset StartsAt, DateTimeOffset EndsAt)
{
    /// <summary>Whether <paramref name="time"/> lies within it.</summary>
    public bool Contains(DateTimeOffset time) => StartsAt <= time && time <= EndsAt;
}

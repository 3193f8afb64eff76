namespace Sure.TestServers;

/// <summary>A clock that tests put forward or back, while timers and spans go on as they do.</summary>
public sealed class MovableClock : TimeProvider
{
    private TimeSpan _ahead;

    /// <summary>Puts it forward, or back where that is negative.</summary>
    public void Advance(TimeSpan by) => _ahead += by;

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
}

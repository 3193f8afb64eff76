namespace Sure.UtilizationService.Tests.Hosts;

/// <summary>A clock that tests put forward, while timers and spans go on as they do.</summary>
internal sealed class MovableClock : TimeProvider
{
    private TimeSpan _ahead;

    public void Advance(TimeSpan by) => _ahead += by;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + _ahead;
}
